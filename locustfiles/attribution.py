"""What --attribute plays: arms that differ in one optimization each, and the steps between them.

Free of Locust: names only. The user classes stand in `locustfiles/optimizations/arms.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal

KEEP_ALIVE = "keep-alive"
POOL = "pool matched to concurrency"
COMPRESSION = "compression"
LEAN_CLIENT = "lean client"
HTTP2 = "HTTP/2"

OPTIMIZATIONS: Mapping[str, tuple[str, ...]] = {
    "baseline": (),
    "keep_alive": (KEEP_ALIVE,),
    "pool": (KEEP_ALIVE, POOL),
    "compression": (KEEP_ALIVE, POOL, COMPRESSION),
    "optimized": (KEEP_ALIVE, POOL, COMPRESSION, LEAN_CLIENT),
    "http2": (KEEP_ALIVE, POOL, COMPRESSION, LEAN_CLIENT, HTTP2),
    "without_keep_alive": (POOL, COMPRESSION, LEAN_CLIENT),
    "without_pool": (KEEP_ALIVE, COMPRESSION, LEAN_CLIENT),
    "without_compression": (KEEP_ALIVE, POOL, LEAN_CLIENT),
}
"""What each arm has, in the order of the run; the first is the baseline."""
ADDED = ("baseline", "keep_alive", "pool", "compression", "optimized", "http2")
REMOVED = ("without_keep_alive", "without_pool", "without_compression")
FULL = "optimized"
SMALL_POOL = 10
"""Connections that each worker process keeps in the arms whose pool is not matched: requests' default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Two arms that differ in one optimization: `arm` has it if it was added, and lacks it if removed."""

    arm: str
    against: str
    optimization: str
    direction: Literal["added", "removed"]


def arms(known: Collection[str]) -> tuple[str, ...]:
    """The arms of an attribution, of those that are known."""
    return tuple(arm for arm in OPTIMIZATIONS if arm in known)


def steps(played: Sequence[str]) -> list[Step]:
    """The steps between the arms that are played.

    The lean client and HTTP/2 have one step each: taken away, they leave an arm that is there already.
    """
    added = [arm for arm in ADDED if arm in played]
    found = [_step(arm, against, "added") for against, arm in pairwise(added)]
    if FULL in played:
        found += [_step(arm, FULL, "removed") for arm in REMOVED if arm in played]
    return found


def of_run(played: Sequence[str]) -> dict[str, Any]:
    """What the manifest says of an attribution."""
    return {"steps": [asdict(step) for step in steps(played)]}


def of_arm(arm: str) -> dict[str, Any]:
    """What the manifest says of an arm in an attribution: what it has, adds and lacks."""
    own = [step for step in steps(tuple(OPTIMIZATIONS)) if step.arm == arm]
    return {
        "optimizations": list(OPTIMIZATIONS[arm]),
        "adds": [step.optimization for step in own if step.direction == "added"],
        "lacks": [step.optimization for step in own if step.direction == "removed"],
    }


def _step(arm: str, against: str, direction: Literal["added", "removed"]) -> Step:
    (optimization,) = set(OPTIMIZATIONS[arm]) ^ set(OPTIMIZATIONS[against])
    return Step(arm=arm, against=against, optimization=optimization, direction=direction)
