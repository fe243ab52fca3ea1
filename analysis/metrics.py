"""The figures that an objective may speak of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["quantile", "mean", "failure_ratio", "throughput"]

ALLOWED = "pNN_ms (p50_ms, p95_ms, p99.9_ms), mean_ms, failure_ratio, throughput_rps"
_QUANTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,4})?)_ms")
_OTHERS: dict[str, Kind] = {
    "mean_ms": "mean",
    "failure_ratio": "failure_ratio",
    "throughput_rps": "throughput",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One figure of an arm or endpoint; `quantile` lies between 0 and 1, and is None for other kinds."""

    name: str
    kind: Kind
    quantile: float | None = None

    @property
    def lower_is_better(self) -> bool:
        """Whether a smaller figure is the better one."""
        return self.kind != "throughput"

    @property
    def unit(self) -> str:
        """The unit of the figure: ms, rps, or nothing for a ratio."""
        return {"quantile": "ms", "mean": "ms", "throughput": "rps", "failure_ratio": ""}[self.kind]

    @property
    def label(self) -> str:
        """The figure as a table heads it: P95, mean, throughput, failure ratio."""
        return f"P{self.name[1:-3]}" if self.kind == "quantile" else self.kind.replace("_", " ")


def parse_metric(name: str) -> Metric | None:
    """The metric of this name, or None if there is none."""
    if name in _OTHERS:
        return Metric(name=name, kind=_OTHERS[name])
    match = _QUANTILE.fullmatch(name)
    quantile = round(float(match[1]) / 100, 8) if match else 0.0
    return Metric(name=name, kind="quantile", quantile=quantile) if quantile else None


QUANTILES = {
    f"p{percentile}": Metric(name=f"p{percentile}_ms", kind="quantile", quantile=percentile / 100)
    for percentile in (50, 90, 95, 99)
}
SHIFTS = [
    Metric(name=f"p{percentile:g}_ms", kind="quantile", quantile=round(percentile / 100, 6))
    for percentile in (1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9)
]
"""Where the shift of the whole distribution is looked at; the metrics of QUANTILES are among them."""
P95 = QUANTILES["p95"]
MEAN = Metric(name="mean_ms", kind="mean")
THROUGHPUT = Metric(name="throughput_rps", kind="throughput")
FAILURE_RATIO = Metric(name="failure_ratio", kind="failure_ratio")
