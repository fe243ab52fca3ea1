"""The figures of a recording: of each arm and endpoint, and of the change between two arms.

Every output and every judgement takes its figures from here, each computed once. Point figures pool all
measured requests; intervals take the round as the unit of evidence (docs/methodology.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from analysis.metrics import QUANTILES, SHIFTS, Metric
from analysis.recording import Recording, Sample
from analysis.statistics.blocks import Blocks, paired
from analysis.statistics.change import PairedChange, change_of, paired_difference
from analysis.statistics.intervals import Interval, ratio_estimate
from analysis.statistics.limits import quantile_estimate
from analysis.statistics.quantiles import all_block_quantiles, quantile, quantiles
from analysis.statistics.shares import share_estimate
from analysis.totals import Totals, totals_of

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changed from the baseline to an arm.

    `ratio` is arm / baseline - 1 of the two point figures; for a failure ratio, which may be 0, it is the
    difference arm - baseline. `paired` is the change over paired rounds (None for a failure ratio).
    """

    baseline: float | None
    arm: float | None
    ratio: float | None
    interval: Interval | None = None
    paired: PairedChange | None = None

    @property
    def estimate(self) -> float | None:
        """The best estimate of the change: that over paired rounds, or that of the point figures."""
        return self.ratio if self.paired_ratio is None else self.paired_ratio

    @property
    def paired_ratio(self) -> float | None:
        """The estimate that the interval surrounds."""
        return self.paired.change_ratio if self.paired else None


class Figures:
    """The figures of one recording, computed when first asked for.

    `level` is the two-sided error of each interval; None when the rounds are too few for intervals.
    `comparison_level` is that of each comparison with the baseline where several arms are compared: all of
    them hold together at `level`. Source: Dunn, "Multiple comparisons among means", JASA 56 (1961) 52-64.
    """

    def __init__(self, recording: Recording, level: float | None) -> None:
        self.recording = recording
        self.level = level
        self.comparison_level = None if level is None else level / max(1, len(recording.arms) - 1)
        self.paired_rounds = recording.paired_rounds
        self._known: dict[object, object] = {}
        self._at_hand: dict[str, tuple[str, Sample]] = {}

    @property
    def confidence(self) -> float | None:
        """The confidence of each interval, 0.95 for example."""
        return _confidence(self.level)

    @property
    def comparison_confidence(self) -> float | None:
        """The confidence of each comparison, 0.975 for example for two of them at 0.95 together."""
        return _confidence(self.comparison_level)

    def endpoints(self, arm: str) -> list[str]:
        """The endpoints that an arm called, in order of their names."""
        return self.recording.arms[arm].endpoints

    def sample(self, arm: str, endpoint: str | None = None) -> Sample | None:
        """The requests of an arm, of one endpoint or all; None when there are none."""
        if endpoint is not None:
            return self._endpoint_sample(arm, endpoint)
        whole = self._once(("sample", arm), self.recording.arms[arm].sample)
        return whole if len(whole.rounds) else None

    def value(self, arm: str, metric: Metric, endpoint: str | None = None) -> float | None:
        """The point figure in the metric's unit; None without requests, or where it is beyond any number."""
        sample = self.sample(arm, endpoint)
        if sample is None:
            return None
        if metric in SHIFTS:
            key = ("quantiles", arm, endpoint)
            return self._once(key, lambda: _quantiles(sample, SHIFTS))[metric]
        return self._once(("value", arm, metric, endpoint), lambda: _point(sample, metric))

    def service_sample(self, arm: str) -> Sample | None:
        """The requests of an arm with their service times; None in the closed model, or without requests."""
        sample = self._once(("service", arm), self.recording.arms[arm].service_sample)
        return sample if sample is not None and len(sample.rounds) else None

    def service_time(self, arm: str, metric: Metric) -> float | None:
        """The point figure of the times from the actual send, in ms; None in the closed model."""
        sample = self.service_sample(arm)
        return None if sample is None else _point(sample, metric)

    def interval(self, arm: str, metric: Metric, endpoint: str | None = None) -> Interval | None:
        """The interval of the point figure over rounds; None without one."""
        sample, level = self.sample(arm, endpoint), self.level
        if sample is None or level is None:
            return None
        return self._once(
            ("interval", arm, metric, endpoint),
            lambda: _interval(sample, self._totals(arm, endpoint, sample), metric, level),
        )

    def change(self, arm: str, metric: Metric, endpoint: str | None = None) -> Change:
        """The change from the baseline, the first arm of the run, to this arm; its interval at `level`."""
        return self._at(self.level, arm, metric, endpoint)

    def compared(self, arm: str, metric: Metric) -> Change:
        """The same with its interval at `comparison_level`: one of several comparisons with the baseline."""
        return self._at(self.comparison_level, arm, metric, None)

    def blocks(self, arm: str, metric: Metric, endpoint: str | None = None) -> Blocks | None:
        """The figure of each block of an arm; None without requests."""
        sample = self.sample(arm, endpoint)
        if sample is None:
            return None
        if endpoint is None and metric in QUANTILES.values():
            key = ("block quantiles", arm)
            return self._once(key, lambda: _block_quantiles(sample, list(QUANTILES.values())))[metric]
        if metric.kind == "quantile":
            own = ("blocks", arm, metric, endpoint)
            return self._once(own, lambda: _block_quantiles(sample, [metric]))[metric]
        return _blocks(self._totals(arm, endpoint, sample), metric)

    def _totals(self, arm: str, endpoint: str | None, sample: Sample) -> Totals:
        return self._once(("totals", arm, endpoint), lambda: totals_of(sample))

    def _endpoint_sample(self, arm: str, endpoint: str) -> Sample | None:
        """The last one of each arm is at hand: all of them would be as much memory as the rows."""
        if endpoint not in self.recording.arms[arm].endpoints:
            return None
        known = self._at_hand.get(arm)
        if known is None or known[0] != endpoint:
            known = self._at_hand[arm] = (endpoint, self.recording.arms[arm].endpoint_sample(endpoint))
        return known[1]

    def _at(self, level: float | None, arm: str, metric: Metric, endpoint: str | None) -> Change:
        key = ("change", level, arm, metric, endpoint)
        return self._once(key, lambda: self._change(level, arm, metric, endpoint))

    def _change(self, level: float | None, arm: str, metric: Metric, endpoint: str | None) -> Change:
        against = next(iter(self.recording.arms))
        figures = [self.value(name, metric, endpoint) for name in (against, arm)]
        ratio = difference(*figures) if metric.kind == "failure_ratio" else change_ratio(*figures)
        plain = Change(baseline=figures[0], arm=figures[1], ratio=ratio)
        baseline, other = (self.blocks(name, metric, endpoint) for name in (against, arm))
        if level is None or baseline is None or other is None:
            return plain
        both = paired(baseline, other)
        if not len(both[0].rounds):
            return plain
        if metric.kind == "failure_ratio":
            return replace(plain, interval=paired_difference(both[0].figures, both[1].figures, level))
        change = change_of(both, level)
        return replace(plain, interval=change.interval, paired=change)

    def _once(self, key: object, compute: Callable[[], _T]) -> _T:
        if key not in self._known:
            self._known[key] = compute()
        return self._known[key]  # type: ignore[return-value]  # a key stands for one type


def _confidence(level: float | None) -> float | None:
    return None if level is None else round(1 - level, 12)


def _point(sample: Sample, metric: Metric) -> float | None:
    """The figure of a sample in the metric's unit; None where it is not a number."""
    latencies_ms = sample.latencies_ms
    answered = latencies_ms[np.isfinite(latencies_ms)]
    if metric.kind == "quantile":
        return finite(quantile(latencies_ms, metric.quantile or 0.0))
    if metric.kind == "mean":
        return float(answered.mean()) if len(answered) else None
    if metric.kind == "failure_ratio":
        return (len(latencies_ms) - len(answered)) / len(latencies_ms)
    seconds = float(sample.durations_s.sum())
    # Answered requests only: a service that fails fast serves nobody faster.
    return len(answered) / seconds if seconds > 0 else None


def _quantiles(sample: Sample, metrics: Sequence[Metric]) -> dict[Metric, float | None]:
    """The point figures of several quantiles."""
    found = quantiles(sample.latencies_ms, [metric.quantile or 0.0 for metric in metrics])
    return dict(zip(metrics, map(finite, found), strict=True))


def _block_quantiles(sample: Sample, metrics: Sequence[Metric]) -> dict[Metric, Blocks]:
    """The Harrell-Davis quantiles of each block."""
    qs = {metric: metric.quantile or 0.0 for metric in metrics}
    found = all_block_quantiles(sample.latencies_ms, sample.rounds, list(qs.values()))
    return {metric: found[q] for metric, q in qs.items()}


def _blocks(totals: Totals, metric: Metric) -> Blocks:
    """The figure of each block that is no quantile, as the point figure."""
    numerators, denominators = totals.divided(metric)
    with np.errstate(divide="ignore", invalid="ignore"):
        figures = numerators / denominators
    return Blocks(rounds=totals.rounds, figures=figures, beyond=np.zeros(len(figures), dtype=np.bool_))


def _interval(sample: Sample, totals: Totals, metric: Metric, level: float) -> Interval | None:
    if metric.kind == "quantile":
        return quantile_estimate(sample.latencies_ms, sample.rounds, metric.quantile or 0.0, level).interval
    numerators, denominators = totals.divided(metric)
    if metric.kind == "failure_ratio":
        return share_estimate(numerators, denominators, level).interval
    if not denominators.sum() > 0:
        return None
    return ratio_estimate(numerators, denominators, level).interval


def change_ratio(baseline: float | None, arm: float | None) -> float | None:
    """Arm / baseline - 1; None where either is unknown or the baseline is 0."""
    return arm / baseline - 1 if baseline and arm is not None else None


def difference(baseline: float | None, arm: float | None) -> float | None:
    """Arm - baseline; None where either is unknown."""
    return None if baseline is None or arm is None else arm - baseline


def finite(number: float) -> float | None:
    """The number, or None when it is infinite or NaN: JSON has neither."""
    return number if math.isfinite(number) else None
