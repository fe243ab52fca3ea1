"""Run directories of many arms, of the open model and of an attribution, with known content."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.analysis.synthetic import MIX, START, Rows, measured

Floats = NDArray[np.float64]

TEN_ARMS = (
    *("baseline", "keep_alive", "pool", "compression", "optimized", "http2"),
    *("without_keep_alive", "without_pool", "without_compression", "a_name_that_is_much_longer_than_most"),
)


def many_arms(names: Sequence[str] = TEN_ARMS, **options: Any) -> Rows:
    """Rows of so many arms, each a little faster than the one before; blocks follow each other in time."""
    medians = {name: 480.0 * 0.88**place for place, name in enumerate(names)}
    rows = measured(medians_ms=medians, **options)
    for turn, frame in enumerate(rows.values()):
        position_s = frame.groupby("round").cumcount() * 0.03
        start_s = START + 4.0 * (len(names) * frame["round"] + turn)
        frame["started_at"] = (start_s + position_s).round(6)
    return rows


def latin_orders(arms: int, rounds: int, seed: int = 1) -> list[str]:
    """Orders of the blocks as the load side plays them: the rotations of random orders."""
    random = np.random.default_rng(seed)
    orders: list[str] = []
    while len(orders) < rounds:
        first = "".join(chr(ord("A") + int(arm)) for arm in random.permutation(arms))
        orders += [first[turn:] + first[:turn] for turn in range(arms)]
    return orders[:rounds]


def intended_starts(count: int, rate_rps: float, *, seed: int | None = None) -> Floats:
    """Seconds at which so many requests are meant to be sent: evenly, or by a Poisson process."""
    if seed is None:
        return np.arange(count) / rate_rps
    gaps_s = np.random.default_rng(seed).exponential(1 / rate_rps, count)
    return np.asarray(np.cumsum(gaps_s) - gaps_s[0])


def played_open(
    starts_s: Floats,
    service_ms: Floats,
    *,
    users: int,
    stall: tuple[float, float] | None = None,
    late_ms: float = 0.0,
    timeout_s: float = 30.0,
) -> pd.DataFrame:
    """Rows of one block as an open generator leaves them: the first user that is free sends each request.

    During `stall` (start, length in seconds) the service answers nobody: what it has then ends when the stall
    does, and not before. `late_ms` is the generator's own delay of each send. A request that no user could
    send within `timeout_s` is missed.
    """
    free_s = [0.0] * users
    rows = []
    for start_s, time_ms in zip(starts_s, service_ms, strict=True):
        sent_s = max(start_s, free_s[0]) + late_ms / 1000
        if sent_s - start_s > timeout_s:
            rows.append((start_s, 1000 * timeout_s, 0.0, "", "Missed: no user was free"))
            continue
        end_s = sent_s + time_ms / 1000
        if stall and sent_s < sum(stall) and end_s > stall[0]:
            end_s = max(end_s, sum(stall))
        heapq.heapreplace(free_s, end_s)
        rows.append((start_s, 1000 * (end_s - start_s), 1000 * (end_s - sent_s), "200", ""))
    columns = ["started_at", "latency_ms", "service_time_ms", "status", "error"]
    return pd.DataFrame(rows, columns=columns)


def open_rows(
    play: Callable[[str, int], pd.DataFrame],
    *,
    rounds: int = 6,
    arms: Sequence[str] = ("baseline", "optimized"),
) -> Rows:
    """Rows of an open run: `play` gives those of one arm in one round, in seconds from the block's start."""
    rows: Rows = {}
    for turn, arm in enumerate(arms):
        blocks = []
        for number in range(1, rounds + 1):
            block = play(arm, number)
            count = len(block)
            kinds = np.arange(count) % len(MIX)
            start_s = START + 60.0 * (len(arms) * number + turn)
            blocks.append(
                pd.DataFrame(
                    {
                        "round": number,
                        "request": count * (number - 1) + np.arange(count) + 1,
                        "started_at": (start_s + block["started_at"]).round(6),
                        "method": [MIX[kind][0] for kind in kinds],
                        "name": [MIX[kind][1] for kind in kinds],
                        "latency_ms": block["latency_ms"].round(3),
                        "service_time_ms": block["service_time_ms"].round(3),
                        "response_bytes": 1000,
                        "status": block["status"],
                        "error": block["error"],
                        "protocol": ["HTTP/1.1" if status else "" for status in block["status"]],
                    }
                )
            )
        rows[arm] = pd.concat(blocks, ignore_index=True)
    return rows


def open_manifest(*, rate_rps: float, users: int, process: str = "constant") -> dict[str, Any]:
    """The keys that an open run adds to its manifest."""
    return {
        "load_model": "open",
        "users": users,
        "arrivals": {"process": process, "rate_rps": rate_rps, "in_flight_limit": users},
    }


# What each optimization takes off a request of the simulated service, in ms (of a service time x).
Costs = Mapping[str, Callable[[Floats, np.random.Generator], Floats]]
COSTS: Costs = {
    "keep-alive": lambda size, _: np.full(len(size), 100.0),
    "pool matched to concurrency": lambda size, random: random.exponential(60.0, len(size)),
    "compression": lambda size, _: 160.0 * size,
    "lean client": lambda size, _: np.full(len(size), 4.0),
}
ADDED = (
    ("keep_alive", "keep-alive"),
    ("pool", "pool matched to concurrency"),
    ("compression", "compression"),
    ("optimized", "lean client"),
)
REMOVED = (
    ("without_keep_alive", "keep-alive"),
    ("without_pool", "pool matched to concurrency"),
    ("without_compression", "compression"),
)


def lacking() -> dict[str, frozenset[str]]:
    """The optimizations that each arm of an attribution lacks, the baseline first."""
    missing = list(COSTS)
    arms = {"baseline": frozenset(missing)}
    for arm, optimization in ADDED:
        missing.remove(optimization)
        arms[arm] = frozenset(missing)
    return {**arms, **{arm: frozenset([optimization]) for arm, optimization in REMOVED}}


def latencies_ms(missing: frozenset[str], size: Floats, random: np.random.Generator) -> Floats:
    """Latencies of requests of these payload sizes (median 1) in an arm that lacks these optimizations."""
    total = 60.0 + 80.0 * size * random.lognormal(0, 0.1, len(size))
    for optimization, cost_ms in COSTS.items():
        if optimization in missing:
            total = total + cost_ms(size, random)
    return np.asarray(total)


def attribution_rows(*, rounds: int, requests: int = 100, drift: float = 0.05, seed: int = 1) -> Rows:
    """Rows of an attribution: paired payloads, and a machine whose speed drifts from round to round."""
    random = np.random.default_rng(seed)
    arms = lacking()
    rows = measured(rounds=rounds, requests=requests, medians_ms=dict.fromkeys(arms, 1.0), seed=seed)
    size = random.lognormal(0, 0.5, rounds * requests)
    slowness = np.repeat(random.lognormal(0, drift, rounds), requests)
    for arm, missing in arms.items():
        times_ms = (latencies_ms(missing, size, random) * slowness).round(3)
        rows[arm] = rows[arm].assign(latency_ms=times_ms, service_time_ms=times_ms)
    return rows


def attribution_manifest() -> dict[str, Any]:
    """The steps of that attribution, as the manifest has them."""
    chain = ["baseline", *(arm for arm, _ in ADDED)]
    steps = [
        {"arm": arm, "against": before, "optimization": optimization, "direction": "added"}
        for before, (arm, optimization) in zip(chain, ADDED, strict=False)
    ]
    steps += [
        {"arm": arm, "against": chain[-1], "optimization": optimization, "direction": "removed"}
        for arm, optimization in REMOVED
    ]
    return {"attribution": {"steps": steps}}
