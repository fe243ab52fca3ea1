"""Did the load generator keep up, so that what was measured is the service?"""

from __future__ import annotations

import math
from typing import NamedTuple

from analysis.metrics import P95, QUANTILES, Metric
from analysis.report import Check, Objective
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
