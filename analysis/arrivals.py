"""How the arrivals of the open model were kept: from the blocks of run.json, else from the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import report_load
from analysis.manifest import Block
from analysis.manifest_load import BlockArrivals
from analysis.recording import Recording
from analysis.schedule import schedule_of
from analysis.statistics.quantiles import BoolArray, FloatArray, IntArray, quantile

LATE_MS = 10.0
LEAST_ARRIVALS = 20
"""Fewer arrivals hold no P95."""
ROUNDING_S = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmArrivals:
    """The arrivals of one arm over its judged blocks.

    `achieved_ratio` is the rate sent by the rate intended, a mean over blocks by their arrivals. A delay
    goes from the intended start to the send: `delay_p95_ms` of all that were sent, `own_delay_p95_ms` of
    those that found a user free, whom nothing but the generator can have delayed. `waited_ratio` is the
    share of arrivals that found all users busy and were sent late. None where it is not known.
    """

    planned: int
    late: int
    missed: int
    target_rps: float | None
    achieved_ratio: float | None
    delay_p95_ms: float | None
    own_delay_p95_ms: float | None = None
    waited_ratio: float | None = None


def arrivals_of(recording: Recording) -> Mapping[str, ArmArrivals]:
    """The arrivals of each arm; empty in the closed model, and without an arm where nothing tells of it."""
    if recording.manifest.load_model != "open":
        return {}
    found = {arm: _of_arm(recording, arm) for arm in recording.arms}
    return {arm: arrivals for arm, arrivals in found.items() if arrivals is not None}


def in_report(recording: Recording, arrivals: Mapping[str, ArmArrivals]) -> report_load.Arrivals | None:
    """The arrivals of a run as its report has them; None in the closed model."""
    plan = recording.manifest.arrivals
    if recording.manifest.load_model != "open":
        return None
    known = [arm.achieved_ratio for arm in arrivals.values() if arm.achieved_ratio is not None]
    return report_load.Arrivals(
        process=plan.process if plan else None,
        rate_rps=plan.rate_rps if plan else None,
        planned=sum(arm.planned for arm in arrivals.values()),
        late=sum(arm.late for arm in arrivals.values()),
        missed=sum(arm.missed for arm in arrivals.values()),
        achieved_ratio=round(min(known), 4) if known else None,
    )


def _of_arm(recording: Recording, arm: str) -> ArmArrivals | None:
    schedule = recording.arms[arm].schedule
    told = _told(recording, arm)
    blocks = told or ([] if schedule is None else _by_round(schedule))
    if not blocks:
        return None
    targets = [block.target_rps for block in blocks if block.target_rps]
    delays = [block.delay_ms.p95 for block in blocks if block.delay_ms and block.delay_ms.p95 is not None]
    own_ms, waited = (None, None) if schedule is None else _own_delay(recording, arm, schedule)
    return ArmArrivals(
        planned=sum(block.planned for block in blocks),
        late=sum(block.late for block in blocks),
        missed=sum(block.missed for block in blocks),
        target_rps=float(np.mean(targets)) if targets else None,
        achieved_ratio=_achieved_ratio(blocks),
        delay_p95_ms=max(delays, default=None) if schedule is None else _p95(_delays_ms(schedule)),
        own_delay_p95_ms=own_ms,
        waited_ratio=waited,
    )


def _told(recording: Recording, arm: str) -> list[BlockArrivals]:
    """What run.json says of each judged block of an arm; nothing unless it does so of all."""
    rounds = set(recording.arms[arm].rounds)

    def judged(block: Block) -> bool:
        kept = block.state == "kept" and block.phase == "measured"
        return kept and block.arm == arm and block.round in rounds

    found = [block.arrivals for block in recording.manifest.blocks if judged(block)]
    return [block for block in found if block is not None] if None not in found else []


def _by_round(schedule: pd.DataFrame) -> list[BlockArrivals]:
    return [_block(part) for _, part in schedule.groupby("round")]


def _block(part: pd.DataFrame) -> BlockArrivals:
    sent = part[~part["missed"]]
    return BlockArrivals(
        planned=len(part),
        late=int((_delays_ms(part) > LATE_MS).sum()),
        missed=int(part["missed"].sum()),
        target_rps=_rate_rps(part["intended_s"].to_numpy(dtype=np.float64)),
        achieved_rps=_rate_rps(sent["sent_s"].to_numpy(dtype=np.float64)),
    )


def _rate_rps(times_s: FloatArray) -> float | None:
    """Requests per second between the first and the last of these times; None without a distance."""
    span_s = float(np.ptp(times_s)) if len(times_s) > 1 else 0.0
    return (len(times_s) - 1) / span_s if span_s > 0 else None


def _achieved_ratio(blocks: list[BlockArrivals]) -> float | None:
    known = [
        (block.achieved_rps / block.target_rps, block.planned)
        for block in blocks
        if block.achieved_rps is not None and block.target_rps
    ]
    if not known:
        return None
    return float(np.average([ratio for ratio, _ in known], weights=[planned for _, planned in known]))


def _delays_ms(schedule: pd.DataFrame) -> FloatArray:
    sent = schedule[~schedule["missed"]]
    return np.asarray((sent["sent_s"] - sent["intended_s"]) * 1000, dtype=np.float64)


def _own_delay(recording: Recording, arm: str, schedule: pd.DataFrame) -> tuple[float | None, float | None]:
    """P95 in ms of the delays of arrivals that found a user free, and the share of those that found none."""
    limit = _in_flight_limit(recording, arm)
    if limit is None or not len(schedule):
        return None, None
    whole = _with_unmeasured(recording, arm, schedule)
    sent = schedule[~schedule["missed"]]
    busy = _in_flight(whole, sent)
    delays_ms = np.asarray((sent["sent_s"] - sent["intended_s"]) * 1000, dtype=np.float64)
    free: BoolArray = busy < limit
    waited = float((~free & (delays_ms > LATE_MS)).sum()) / len(schedule)
    return _p95(delays_ms[free]), waited


def _p95(delays_ms: FloatArray) -> float | None:
    return round(quantile(delays_ms, 0.95), 3) if len(delays_ms) >= LEAST_ARRIVALS else None


def _in_flight_limit(recording: Recording, arm: str) -> int | None:
    """So many requests in flight leave, on every worker, no user free; fewer leave one somewhere.

    Each worker has users of its own, and rows do not say which worker sent them: below the smallest share of
    a worker, every worker has a user free for certain.
    """
    shares = [worker.users.get(arm, 0) for worker in recording.manifest.workers]
    plan = recording.manifest.arrivals
    whole = (plan.in_flight_limit if plan else None) or recording.manifest.users
    return min((share for share in shares if share), default=whole)


def _with_unmeasured(recording: Recording, arm: str, schedule: pd.DataFrame) -> pd.DataFrame:
    """The arm's requests in the judged rounds, those too that loaded the service and are not judged."""
    rows = recording.unmeasured
    if rows is None:
        return schedule
    beside = ~rows["part"].isin(["discarded", "warmup"]) & rows["round"].isin(schedule["round"].unique())
    own = rows[beside & (rows["arm"] == arm)]
    return pd.concat([schedule, schedule_of(own)], ignore_index=True) if len(own) else schedule


def _in_flight(whole: pd.DataFrame, arrivals: pd.DataFrame) -> IntArray:
    """How many requests were on their way at the intended start of each arrival, itself left out.

    Blocks of one arm never overlap: their times can be looked at together.
    """
    under_way = whole[~whole["missed"]]
    # What was sent on time was sent at its own intended start, but for rounding.
    intended_s = arrivals["intended_s"].to_numpy(dtype=np.float64) - ROUNDING_S
    begun = np.searchsorted(np.sort(under_way["sent_s"].to_numpy()), intended_s, side="left")
    ended = np.searchsorted(np.sort(under_way["ended_s"].to_numpy()), intended_s, side="right")
    return np.asarray(begun - ended, dtype=np.int64)
