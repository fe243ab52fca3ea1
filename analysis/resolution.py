"""How finely a `_stats.csv` tells time, and what a figure in it may stand for."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from analysis.locust_csv import StatsRow

# rounded: stock Locust, about two digits; whole: cut to whole ms by Locust's CSV writer; exact: decimals.
Resolution = Literal["rounded", "whole", "exact"]

_STEPS_MS = ((100.0, 1.0), (1_000.0, 10.0), (10_000.0, 100.0), (math.inf, 1_000.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A figure as printed (None: beyond every number) and the values that it may stand for."""

    value: float | None
    low: float
    high: float

    @staticmethod
    def of(value: float) -> Span:
        """A figure that stands for itself."""
        return Span(value=value, low=value, high=value)


BEYOND = Span(value=None, low=math.inf, high=math.inf)


def resolution_of(rows: Iterable[StatsRow]) -> Resolution:
    """The resolution of a file: rounded as long as every percentile lies on stock Locust's grid.

    Source: `locust.stats.bucket_response_time`; `StatsCSV` cuts percentiles to `int`.
    """
    figures = [figure for row in rows for figure in row.percentiles_ms.values()]
    if any(figure != int(figure) for figure in figures):
        return "exact"
    return "rounded" if all(figure % _step_ms(figure) == 0 for figure in figures) else "whole"


def quantile_span(row: StatsRow, quantile: float, resolution: Resolution) -> Span | None:
    """What a row's percentile may stand for; None when the file does not list it.

    Failed requests count as above every limit, while the file mixes their times in. The true quantile then
    lies between the printed one and that at `quantile` + failures / requests.
    """
    if quantile not in row.percentiles_ms:
        return None
    failure_ratio = row.failures / row.requests
    if failure_ratio > 1 - quantile:
        return BEYOND
    value = row.percentiles_ms[quantile]
    low, high = stands_for_ms(value, resolution)
    if failure_ratio > 0:
        reached = quantile + failure_ratio
        above = [at for at in row.percentiles_ms if at >= reached and reached < 1]
        high = stands_for_ms(row.percentiles_ms[min(above)], resolution)[1] if above else math.inf
    return Span(value=value, low=low, high=high)


def stands_for_ms(figure: float, resolution: Resolution) -> tuple[float, float]:
    """The least and the most that a time may have been that Locust prints as this figure, both in ms."""
    if resolution == "exact":
        return figure, figure
    if resolution == "whole":
        return figure, figure + 1
    # The step grows at 100, 1,000 and 10,000 ms: 990 is 985 to 995, and 1000 is 995 to 1050.
    return max(0.0, figure - _step_ms(math.nextafter(figure, 0)) / 2), figure + _step_ms(figure) / 2


def _step_ms(figure: float) -> float:
    return next(step for limit, step in _STEPS_MS if figure < limit)
