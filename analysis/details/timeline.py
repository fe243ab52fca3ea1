"""Latency over the course of a run."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.figures import Figures, finite
from analysis.recording import ArmRecord
from analysis.report_details import Slice
from analysis.statistics.quantiles import FloatArray, IntArray, places_of, quantile, starts_of

MOST_SLICES = 240
LEAST_REQUESTS = 25
"""A slice holds at least so many requests, unless a whole block has fewer: its P95 then is no maximum."""


def timeline_of(figures: Figures) -> list[Slice]:
    """The slices of all arms in order of time; none where the run recorded no times."""
    recording = figures.recording
    starts_s = {arm: _starts_s(figures, arm) for arm in recording.arms}
    first_s = [float(np.fmin.reduce(starts, initial=np.nan)) for starts in starts_s.values()]
    origin_s = min((first for first in first_s if np.isfinite(first)), default=None)
    if origin_s is None:
        return []
    blocks = sum(len(record.rounds) for record in recording.arms.values())
    slices = [
        part
        for arm, record in recording.arms.items()
        for part in _slices(arm, record, starts_s[arm], origin_s, blocks)
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


def _slices(
    arm: str, record: ArmRecord, starts_s: FloatArray, origin_s: float, blocks: int
) -> Iterator[Slice]:
    rounds = record.requests["round"].to_numpy()
    latencies_ms = record.requests["latency_ms"].to_numpy()
    keys = _keys(rounds, starts_s, blocks, fine="started_at" in record.requests)
    if (keys[1:] < keys[:-1]).any():
        order = np.argsort(keys, kind="stable")
        rounds, keys = rounds[order], keys[order]
        latencies_ms, starts_s = latencies_ms[order], starts_s[order]
    cuts = starts_of(keys)
    for begin, end in zip(cuts, np.append(cuts[1:], len(keys)), strict=True):
        own_ms, own_s = latencies_ms[begin:end], starts_s[begin:end]
        if not np.isfinite(own_s).all():
            continue
        yield Slice(
            arm=arm,
            round=int(rounds[begin]),
            started_s=round(float(own_s.min() - origin_s), 3),
            ended_s=round(float(own_s.max() - origin_s), 3),
            requests=len(own_ms),
            failures=int(np.isinf(own_ms).sum()),
            p50_ms=_rounded(own_ms, 0.5),
            p95_ms=_rounded(own_ms, 0.95),
        )


def _keys(rounds: IntArray, starts_s: FloatArray, blocks: int, *, fine: bool) -> IntArray:
    """The slice of each request: a part of its block, or in a very long run some rounds together.

    `fine` says that each request has its own time, without which a block cannot be divided.
    """
    names, positions = places_of(rounds)
    per_block = max(1, min(MOST_SLICES // max(blocks, 1), len(rounds) // len(names) // LEAST_REQUESTS))
    together = max(1, -(-blocks // MOST_SLICES))
    if per_block == 1 or not fine:
        return (np.arange(len(names), dtype=positions.dtype) // together)[positions]
    frame = pd.DataFrame({"block": positions, "start": starts_s})
    within = frame.groupby("block")["start"].rank(method="first", pct=True).to_numpy()
    part = np.ceil(within * per_block - 1e-9).astype(np.int64) - 1
    return np.asarray(positions * per_block + part, dtype=np.int64)


def _rounded(latencies_ms: FloatArray, at: float) -> float | None:
    figure = finite(quantile(latencies_ms, at))
    return None if figure is None else round(figure, 3)
