"""What a reader of the verdict should know of the run: warnings as data, which the report repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from locustfiles import attribution
from locustfiles.options import Settings

Warning = tuple[str, str, str]
"""Code, message, hint."""
CLOCK_LIMIT_S = 0.1
STRANGERS = 10
"""So many refused workers are named, the others are counted."""


def of_plan(settings: Settings) -> Iterator[Warning]:
    """What is known before the first round."""
    arms = len(settings.arms)
    if arms > 2 and settings.rounds % arms:
        yield (
            "unbalanced-order",
            f"the planned rounds ({settings.rounds}) are no multiple of the {arms} arms: not every"
            " arm stands in every place equally often, so that a trend within the rounds favours some",
            f"choose --rounds as a multiple of {arms}",
        )


def of_workers(
    workers: Sequence[Mapping[str, Any]], *, before: Sequence[Mapping[str, Any]], settings: Settings
) -> Iterator[Warning]:
    """What the swarm is like from now on; `before` are the workers until now, none at first."""
    known, now = ({worker["id"] for worker in some} for some in (before, workers))
    if known and known != now:
        left, joined = ", ".join(sorted(known - now)), ", ".join(sorted(now - known))
        yield (
            "workers-changed",
            f"the swarm changed between rounds: left: {left or 'none'}; joined: {joined or 'none'}",
            "users were redistributed; both arms of each round still met the same swarm",
        )
    for worker in workers:
        if worker["id"] not in known and abs(worker["clock_offset_s"]) > CLOCK_LIMIT_S:
            yield (
                "clock-offset",
                f"the clock of {worker['id']} is {worker['clock_offset_s']:+.1f} s from the master's",
                "throughput and started_at are off by as much, latencies are not; synchronize the clocks",
            )
    held = sorted(users for worker in workers for users in list(worker["users"].values())[:1])
    # Arrivals are dealt out evenly, however many users wait for them.
    if held[0] != held[-1] and settings.load.model == "closed":
        yield (
            "uneven-spread",
            f"{sum(held)} users do not spread evenly over {len(held)} workers: {held[0]} to {held[-1]}",
            "both arms hold the same users on each worker; choose -u as a multiple of the workers",
        )
    if settings.attribute and held[-1] <= attribution.SMALL_POOL:
        yield (
            "pool-not-tried",
            f"no worker has more than {held[-1]} users: a pool of {attribution.SMALL_POOL} connections is"
            " as good as one matched to the concurrency, and the pool is worth nothing",
            f"choose -u above {attribution.SMALL_POOL} for each worker process",
        )


def of_strangers(refused: Mapping[str, str], stray_samples: int) -> Iterator[Warning]:
    """Workers that were refused, and what they sent."""
    for worker, reason in list(refused.items())[:STRANGERS]:
        yield "worker-refused", f"worker {worker} was refused: {reason}", "see docs/distributed.md"
    if len(refused) > STRANGERS:
        yield "worker-refused", f"{len(refused)} workers were refused in all", "see the master's log"
    if stray_samples:
        yield (
            "stray-samples",
            f"{stray_samples} samples came from workers that are not part of this run; none was counted",
            "look for workers of an earlier run, and who else reaches the master's port",
        )


def of_lost_requests(round_number: int, attempt: int, lost: Sequence[tuple[str, int]]) -> Iterator[Warning]:
    """Workers that left requests of a round unaccounted for, with how many."""
    for worker, missing in lost:
        yield (
            "requests-lost",
            f"round {round_number}, attempt {attempt}: worker {worker} left {missing} requests"
            " unaccounted for; the round was discarded",
            "look at that worker's output and at its machine",
        )
