"""Were the conditions such that the figures mean what they seem to mean?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from analysis.metrics import P95, QUANTILES, Metric
from analysis.report import Check, Objective
from analysis.statistics.drift import Effect, level_shift_ratio, order_effect, place_effect, trend
from analysis.statistics.quantiles import FloatArray, IntArray
from analysis.validity.evidence import Evidence, no_evidence, outcome
from analysis.wording import percent

# A generator's own delay is in every latency it measures. 1 % of the measured figure is below what a run can
# tell, and 1 ms below what a network can promise. P95 alone would not do: where some connections wait for
# seconds, a generator may be late by a third of the median and by less than 1 % of P95.
LAG_RATIO = 0.01
LAG_FLOOR_MS = 1.0
# At 90 % busy, 1 ms of work per response inflates P95 by 15 ms (docs/methodology.md). What that does to a
# verdict only the lag can say: where it was measured, a busy CPU is worth a warning.
CPU_RATIO = 0.9
# Pairing cancels what both arms share, so moderate drift is harmless. A stretch twice as slow as another is
# another machine: neither half speaks for the whole.
SHIFT_RATIO = 1.0  # by chance on the noisiest simulated machine: 0.3 % of arms, 0.5 % after 30 rounds
SHIFT_WINDOW = 5
LEAST_SHIFT_WINDOW = 3
ALPHA = 0.01

_ORDER = "the order of the arms does not matter"
_DISTURBED = "Blocks disturb each other: raise --lead-in, or the requests per block."
_FASTER = "Use more workers or more cores, or fewer users per worker."


def generator_lag(evidence: Evidence) -> Check:
    """The generator's own delay is small beside what it measured, as a rule (P50) and at worst (P95)."""
    name = "the generator kept up"
    delays = [
        _Delay(label, lag_ms, limit_ms, generator.worker)
        for label, metric in (("P95", P95), ("P50", QUANTILES["p50"]))
        for limit_ms in [_lag_limit_ms(evidence, metric)]
        for generator in evidence.manifest.generator
        if (lag_ms := getattr(generator.lag_ms, label.lower(), None)) is not None
    ]
    if not delays:
        return no_evidence(name, "run.json has no lag_ms of the generator's event loop")
    longest, worst = max(delays, key=lambda each: each.lag_ms), max(delays, key=lambda each: each.excess)
    blamed = [row.name for row in evidence.judged if _lag_decides(row, longest.lag_ms)]
    if blamed:
        message = (
            f"{blamed[0]} would be met without the {longest.lag_ms:.1f} ms that the event loop of"
            f" {longest.worker} woke late"
        )
        limit_ms = round(longest.limit_ms, 3)
        return outcome(False, name, message, observed=longest.lag_ms, limit=limit_ms, remedy=_FASTER)
    # A run without fault tells of P95, which is the larger figure.
    told = worst if worst.excess > 1 else longest
    message = (
        f"the event loop of {told.worker} woke {told.lag_ms:.1f} ms late ({told.label}); "
        f"the limit is {told.limit_ms:.1f} ms, 1 % of the {_fastest(evidence)} arm's {told.label}"
    )
    limit_ms = round(told.limit_ms, 3)
    return outcome(told.excess <= 1, name, message, observed=told.lag_ms, limit=limit_ms, remedy=_FASTER)


class _Delay(NamedTuple):
    """How late a worker's event loop woke, at one quantile, and how late it may."""

    label: str
    lag_ms: float
    limit_ms: float
    worker: str

    @property
    def excess(self) -> float:
        return self.lag_ms / self.limit_ms


def _lag_limit_ms(evidence: Evidence, metric: Metric) -> float:
    measured = [value for arm in evidence.arms if (value := evidence.figures.value(arm, metric)) is not None]
    return max(LAG_FLOOR_MS, LAG_RATIO * min(measured, default=0.0))


def _fastest(evidence: Evidence) -> str:
    return "fastest" if len(evidence.arms) > 2 else "faster"


def _lag_decides(objective: Objective, lag_ms: float) -> bool:
    """Whether a latency objective failed by no more than the generator's own delay."""
    latency = objective.at_most is not None and objective.metric.endswith("_ms")
    over_ms = -objective.margin if objective.margin is not None else math.inf
    return latency and objective.verdict == "failed" and over_ms <= lag_ms


def generator_cpu(evidence: Evidence) -> Check:
    """No worker process used its core up."""
    name = "the generator had CPU to spare"
    means = [
        (g.cpu_ratio.mean, g.worker)
        for g in evidence.manifest.generator
        if g.cpu_ratio and g.cpu_ratio.mean is not None
    ]
    if not means:
        return no_evidence(name, "run.json has no cpu_ratio of the generator")
    busy, worker = max(means)
    lag_known = any(g.lag_ms and g.lag_ms.p95 is not None for g in evidence.manifest.generator)
    passed = True if busy < CPU_RATIO else None if lag_known else False
    message = f"{percent(busy)} of a core on {worker} on average; limit {percent(CPU_RATIO)}"
    return outcome(passed, name, message, observed=busy, limit=CPU_RATIO, remedy=_FASTER)


def workers_stable(evidence: Evidence) -> Check:
    """Both blocks of each round were played by the same workers, and those of the last one are known.

    A swarm that changes between rounds is worth a warning: the arms of each round still met the same workers.
    """
    name, remedy = "the workers stayed the same", "Find out why a worker left or joined, and run it again."
    teams = _teams(evidence)
    if not teams:
        return no_evidence(name, "run.json lists no workers per block")
    split = [number for number, team in teams.items() if len(set(team)) > 1]
    if split:
        message = f"the arms of round {split[0]} were played by different workers"
        return outcome(False, name, message, observed=len(split), limit=0, remedy=remedy)
    first, last = next(iter(teams.values()))[0], teams[max(teams)][0]
    strangers = sorted(last - {worker.id for worker in evidence.manifest.workers})
    if evidence.manifest.workers and strangers:
        message = f"worker {strangers[0]} is not among the workers of run.json"
        return outcome(False, name, message, observed=len(strangers), limit=0, remedy=remedy)
    changed = sum(team[0] != first for team in teams.values())
    message = f"{len(first)} workers, others in {changed} of {len(teams)} rounds"
    return outcome(None if changed else True, name, message, observed=changed, limit=0, remedy=remedy)


def _teams(evidence: Evidence) -> dict[int, list[frozenset[str]]]:
    """The workers of each kept block, by round."""
    teams: dict[int, list[frozenset[str]]] = {}
    for block in evidence.manifest.blocks:
        if block.state == "kept" and block.phase == "measured" and block.workers:
            teams.setdefault(block.round, []).append(frozenset(worker.id for worker in block.workers))
    return teams


def same_versions(evidence: Evidence) -> Check:
    """All workers run the same versions and the same sources."""
    name, workers = "all workers run the same code", evidence.manifest.workers
    described = [worker for worker in workers if worker.versions or worker.source_sha256]
    if not described:
        return no_evidence(name, "run.json has no versions or sources of the workers")
    kinds: dict[str, list[str]] = {}
    for worker in workers:
        code = ", ".join(f"{key} {value}" for key, value in sorted(worker.versions.items()))
        kinds.setdefault(f"{code}; source {(worker.source_sha256 or 'unknown')[:12]}", []).append(worker.id)
    message = " against ".join(f"{code} ({len(ids)} workers)" for code, ids in kinds.items())
    remedy = "Install the same versions and the same files on every worker."
    return outcome(len(kinds) == 1, name, message, observed=len(kinds), expected=1, remedy=remedy)


def level_kept(evidence: Evidence) -> Check | None:
    """No stretch of the run was another machine: warmed up before, undisturbed after."""
    name = "the service and the machine kept their level"
    window = min(SHIFT_WINDOW, len(evidence.recording.paired_rounds) // 2)
    if window < LEAST_SHIFT_WINDOW:
        return None
    # An arm whose P95 is a failed request all through has no level to keep: that is for the objectives.
    answering = [arm for arm in evidence.arms if evidence.figures.value(arm, P95) is not None]
    shifts = [(level_shift_ratio(_p95s(evidence, arm), window) or 0.0, arm) for arm in answering]
    if not shifts:
        return None
    shift, arm = max(shifts)
    higher = f"{percent(shift)} higher" if math.isfinite(shift) else "beyond every number"
    message = f"P95 of {arm} was {higher} in one stretch of the run than in another"
    remedy = (
        "Look for other work on the machine, or a service still warming up (--warmup-rounds); run it again."
    )
    observed = round(shift, 4) if math.isfinite(shift) else None
    return outcome(shift <= SHIFT_RATIO, name, message, observed=observed, limit=SHIFT_RATIO, remedy=remedy)


def no_trend(evidence: Evidence) -> Check | None:
    """The change itself did not trend over the run; a trend is reported, never refused.

    Of several arms the one with the clearest trend is told of, at ALPHA / arms each (Bonferroni).
    """
    others = evidence.arms[1:]
    effects = {
        arm: effect
        for arm in others
        if (logs := _log_ratios(evidence, arm)) is not None
        and (effect := trend(logs[1], ALPHA / len(others))) is not None
    }
    arm = min(effects, key=lambda name: effects[name].p_value, default=None)
    if arm is None:
        return None
    remedy = "Its interval speaks of the average; play longer to see where it settles."
    what = "the ratio of the P95s" if len(others) == 1 else f"P95 of {arm} to that of the baseline"
    where = "from the first round to the last"
    return _reported("the change did not trend", what, effects[arm], where, remedy, tests=len(others))


def no_order_effect(evidence: Evidence) -> Check | None:
    """The place of a block in its round does not matter; if it does that is reported, never refused.

    Balanced orders cancel it: of two arms AB and BA, of more the rotations of a Latin square.
    """
    orders, rounds = evidence.manifest.block_order, evidence.recording.paired_rounds
    if len(evidence.arms) > 2:
        return _no_place_effect(evidence, orders)
    logs = _log_ratios(evidence, evidence.arms[-1])
    if logs is None or not rounds:
        return None
    known = np.array([number <= len(orders) for number in logs[0]], dtype=np.bool_)
    first = [orders[number - 1].find("A") < orders[number - 1].find("B") for number in logs[0][known]]
    effect = order_effect(logs[1][known], np.array(first, dtype=np.bool_), ALPHA)
    where = "between AB and BA rounds"
    return _reported(_ORDER, "the ratio of the P95s", effect, where, _DISTURBED)


def _no_place_effect(evidence: Evidence, orders: Sequence[str]) -> Check | None:
    rounds, arms = evidence.recording.paired_rounds, evidence.arms
    letters = [chr(ord("A") + place) for place in range(len(arms))]
    known = [
        number for number in rounds if number <= len(orders) and sorted(orders[number - 1]) == sorted(letters)
    ]
    if not known or rounds != evidence.recording.rounds:
        return None
    kept = np.isin(rounds, known)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.stack([np.log(_p95s(evidence, arm))[kept] for arm in arms], axis=1)
    places = np.array([[orders[number - 1].find(letter) for letter in letters] for number in known])
    effect = place_effect(logs, places)
    if effect is None:
        return None
    size = math.expm1(effect.size)
    message = (
        f"P95 is {percent(size)} higher in place {effect.highest + 1} of a round than in place "
        f"{effect.lowest + 1} (p = {effect.p_value:.2g})"
    )
    passed = True if effect.p_value > ALPHA else None
    return outcome(passed, _ORDER, message, observed=round(size, 4), remedy=_DISTURBED)


def _reported(
    name: str, what: str, effect: Effect | None, where: str, remedy: str, *, tests: int = 1
) -> Check | None:
    if effect is None:
        return None
    size = math.expm1(effect.size)
    passed = True if effect.p_value > ALPHA / tests else None
    message = f"{what} changes by {percent(size, signed=True)} {where} (p = {effect.p_value:.2g})"
    return outcome(passed, name, message, observed=round(size, 4), remedy=remedy)


def _p95s(evidence: Evidence, arm: str) -> FloatArray:
    """P95 of each block in ms, inf where it is a failed request."""
    found = evidence.figures.blocks(arm, P95)
    return np.array([]) if found is None else np.where(found.beyond, np.inf, found.figures)


def _log_ratios(evidence: Evidence, arm: str) -> tuple[IntArray, FloatArray] | None:
    """Round numbers and log(P95 of an arm / P95 of the baseline); None without pairs."""
    rounds, arms = evidence.recording.paired_rounds, evidence.arms
    if len(arms) == 1 or not rounds or rounds != evidence.recording.rounds:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.array(rounds), np.log(_p95s(evidence, arm)) - np.log(_p95s(evidence, arms[0]))
