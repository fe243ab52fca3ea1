"""Latency over the course of a run."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.figures import Figures, finite
from analysis.recording import ArmRecord
from analysis.report_details import Slice
from analysis.statistics.quantiles import FloatArray, IntArray, quantile

MOST_SLICES = 240
LEAST_REQUESTS = 25
"""A slice holds at least so many requests, unless a whole block has fewer: its P95 then is no maximum."""


def timeline_of(figures: Figures) -> list[Slice]:
    """The slices of all arms in order of time; none where the run recorded no times."""
    recording = figures.recording
    starts_s = {arm: _starts_s(figures, arm) for arm in recording.arms}
    known = [starts[np.isfinite(starts)] for starts in starts_s.values()]
    origin_s = min((float(starts.min()) for starts in known if len(starts)), default=None)
    if origin_s is None:
        return []
    blocks = sum(len(record.rounds) for record in recording.arms.values())
    slices = [
        part
        for arm, record in recording.arms.items()
        for part in _slices(arm, record, starts_s[arm] - origin_s, blocks)
    ]
    return sorted(slices, key=lambda part: part.started_s)


def _starts_s(figures: Figures, arm: str) -> FloatArray:
    """When each request started, in seconds since 1970: of its row, else of its block, else NaN."""
    requests = figures.recording.arms[arm].requests
    if "started_at" in requests:
        return requests["started_at"].to_numpy(dtype=np.float64)
    blocks = figures.recording.manifest.blocks
    known = {block.round: block.started_at for block in blocks if block.arm == arm and block.state == "kept"}
    return requests["round"].map(known).to_numpy(dtype=np.float64)


def _slices(arm: str, record: ArmRecord, starts_s: FloatArray, blocks: int) -> list[Slice]:
    rounds = record.requests["round"].to_numpy(dtype=np.int64)
    latencies_ms = record.requests["latency_ms"].to_numpy(dtype=np.float64)
    keys = _keys(rounds, starts_s, blocks, fine="started_at" in record.requests)
    order = np.argsort(keys, kind="stable")
    cuts = np.flatnonzero(np.diff(keys[order])) + 1
    parts = [part for part in np.split(order, cuts) if len(part) and np.isfinite(starts_s[part]).all()]
    return [
        Slice(
            arm=arm,
            round=int(rounds[part[0]]),
            started_s=round(float(starts_s[part].min()), 3),
            ended_s=round(float(starts_s[part].max()), 3),
            requests=len(part),
            failures=int(np.isinf(latencies_ms[part]).sum()),
            p50_ms=_rounded(latencies_ms[part], 0.5),
            p95_ms=_rounded(latencies_ms[part], 0.95),
        )
        for part in parts
    ]


def _keys(rounds: IntArray, starts_s: FloatArray, blocks: int, *, fine: bool) -> IntArray:
    """The slice of each request: a part of its block, or in a very long run some rounds together.

    `fine` says that each request has its own time, without which a block cannot be divided.
    """
    names, positions = np.unique(rounds, return_inverse=True)
    per_block = max(1, min(MOST_SLICES // max(blocks, 1), len(rounds) // len(names) // LEAST_REQUESTS))
    together = max(1, -(-blocks // MOST_SLICES))
    if per_block == 1 or not fine:
        return np.asarray(positions // together, dtype=np.int64)
    frame = pd.DataFrame({"block": positions, "start": starts_s})
    within = frame.groupby("block")["start"].rank(method="first", pct=True).to_numpy()
    part = np.ceil(within * per_block - 1e-9).astype(np.int64) - 1
    return np.asarray(positions * per_block + part, dtype=np.int64)


def _rounded(latencies_ms: FloatArray, at: float) -> float | None:
    figure = finite(quantile(latencies_ms, at))
    return None if figure is None else round(figure, 3)
