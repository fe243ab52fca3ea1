"""Which endpoints changed: intervals of each, and claims that hold together however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from analysis.figures import Figures
from analysis.grouped_rounds import paired_quantiles
from analysis.metrics import QUANTILES
from analysis.report_endpoints import ClaimedChange
from analysis.statistics.change import PairedChange, change_of
from analysis.statistics.holm import holm

LATENCIES = {name: QUANTILES[name].quantile or 0.0 for name in ("p50", "p95")}

# Arm, endpoint and name of the latency.
Key = tuple[str, str, str]


def claims_of(figures: Figures) -> Mapping[Key, ClaimedChange]:
    """The change of P50 and P95 of each endpoint in each further arm; empty where rounds are too few.

    Every change that has a p-value belongs to one family (endpoints x arms x two latencies), adjusted by
    Holm and held against the level of the run: of all claims of a report not one is wrong, but with the
    probability of that level. Uncorrected, one of twenty equal endpoints seems changed in half of all runs.
    """
    level = figures.level
    changes = dict(_changes(figures))
    if level is None or not changes:
        return {}
    adjusted = holm(np.array([change.p_value for change in changes.values()]))
    return {
        key: _claim(figures, change, float(p_value), level)
        for (key, change), p_value in zip(changes.items(), adjusted, strict=True)
    }


def _changes(figures: Figures) -> Iterator[tuple[Key, PairedChange]]:
    against, *others = figures.recording.arms
    level = figures.comparison_level
    if level is None:
        return
    for arm in others:
        for endpoint in figures.endpoints(arm):
            first, second = (figures.sample(one, endpoint) for one in (against, arm))
            if first is None or second is None:
                continue
            pairs = paired_quantiles(first, second, figures.paired_rounds, list(LATENCIES.values()))
            for name, q in LATENCIES.items():
                if q in pairs:
                    yield (arm, endpoint, name), change_of(pairs[q], level)


def _claim(figures: Figures, change: PairedChange, p_value: float, level: float) -> ClaimedChange:
    bounds = change.interval.bounds()
    return ClaimedChange(
        paired_change_ratio=change.change_ratio,
        interval=None if bounds == (None, None) else bounds,
        confidence=figures.comparison_confidence,
        p_value=p_value,
        changed="no claim" if p_value > level else "better" if change.mean_log < 0 else "worse",
    )
