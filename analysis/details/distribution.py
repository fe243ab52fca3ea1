"""Which share of an arm's requests was answered within which time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analysis.figures import Figures
from analysis.recording import Sample
from analysis.report_details import Distribution
from analysis.statistics.quantiles import FloatArray, quantiles

# Every 1 %, and towards the slowest request ever closer: 99.1 ... 99.9 ... 99.99 %.
SHARES = np.unique(np.round([*np.linspace(0, 1, 101), *(1 - np.logspace(-2, -4, 21))], 6))


def distribution_of(figures: Figures) -> dict[str, Distribution]:
    """The distribution of each arm that has an answered request."""
    return _distributions({arm: figures.sample(arm) for arm in figures.recording.arms})


def service_distribution_of(figures: Figures) -> dict[str, Distribution]:
    """The same of the times from the actual send; empty in the closed model, where both are one."""
    return _distributions({arm: figures.service_sample(arm) for arm in figures.recording.arms})


def _distributions(samples: Mapping[str, Sample | None]) -> dict[str, Distribution]:
    found = {arm: distribution(sample.latencies_ms) for arm, sample in samples.items() if sample}
    return {arm: curve for arm, curve in found.items() if curve.shares}


def distribution(latencies_ms: FloatArray) -> Distribution:
    """The latencies at SHARES, up to the share that was answered; point quantiles as everywhere."""
    shares = SHARES if len(latencies_ms) >= len(SHARES) else np.linspace(0, 1, len(latencies_ms))
    figures_ms = np.array(quantiles(latencies_ms, shares.tolist()), dtype=np.float64)
    answered = np.isfinite(figures_ms)
    return Distribution(
        shares=[round(float(share), 6) for share in shares[answered]],
        latency_ms=[round(float(figure), 3) for figure in figures_ms[answered]],
    )
