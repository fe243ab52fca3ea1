"""How busy and how late the generator was over a run, per worker."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any

Samples = Mapping[str, Iterable[float]]
"""Samples of a block: `cpu_ratio` of one core, and `lag_ms` of the event loop."""


class GeneratorSummary:
    """Counts samples by value, of which there are few: samples never end."""

    def __init__(self) -> None:
        self._workers: dict[str, dict[str, Counter[float]]] = {}

    def add(self, samples_by_worker: Mapping[str, Samples]) -> None:
        """Add the samples of a block."""
        for worker, samples in samples_by_worker.items():
            kept = self._workers.setdefault(worker, {"cpu_ratio": Counter(), "lag_ms": Counter()})
            for name, values in samples.items():
                kept[name].update(values)

    def entries(self) -> list[dict[str, Any]]:
        """The entries of `generator` in run.json."""
        return [
            {"worker": worker, "cpu_ratio": _cpu(samples["cpu_ratio"]), "lag_ms": _lag(samples["lag_ms"])}
            for worker, samples in self._workers.items()
        ]


def _cpu(ratios: Counter[float]) -> dict[str, float | int | None]:
    samples = ratios.total()
    mean = sum(ratio * count for ratio, count in ratios.items()) / samples if samples else None
    return {
        "samples": samples,
        "mean": None if mean is None else round(mean, 4),
        "max": max(ratios, default=None),
    }


def _lag(lags_ms: Counter[float]) -> dict[str, float | int | None]:
    samples, ordered = lags_ms.total(), sorted(lags_ms)
    counts = list(accumulate(lags_ms[lag] for lag in ordered))

    def at(quantile: float) -> float | None:
        place = min(int(samples * quantile), samples - 1)
        return ordered[bisect_right(counts, place)] if ordered else None

    return {"samples": samples, "p50": at(0.5), "p95": at(0.95), "max": at(1.0)}
