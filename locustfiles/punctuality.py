"""How punctual the arrivals of a block were: intended against actual sends. Master side, free of Locust."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from locustfiles.recorder import Row  # it imports Locust

LATE_MS = 10.0
MISSED = "Missed:"
"""What the error of a request begins with that nobody was free to send."""


def punctuality(rows: Sequence[Row]) -> dict[str, Any]:
    """The `arrivals` entry of a block: counts, rates in requests/s and delays in ms of its measured rows.

    A rate is that between the first and the last start; null where there are fewer than two. Only what was
    sent has a delay and counts for the achieved rate.
    """
    sent = [row for row in rows if not row.error.startswith(MISSED)]
    delays_ms = sorted(row.latency_ms - row.service_time_ms for row in sent)
    return {
        "planned": len(rows),
        "late": sum(delay_ms > LATE_MS for delay_ms in delays_ms),
        "missed": len(rows) - len(sent),
        "target_rps": _rate_rps([row.started_at for row in rows]),
        "achieved_rps": _rate_rps(
            [row.started_at + (row.latency_ms - row.service_time_ms) / 1000 for row in sent]
        ),
        "delay_ms": {name: _at(delays_ms, share) for name, share in _QUANTILES.items()},
    }


_QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


def _rate_rps(starts: Sequence[float]) -> float | None:
    span_s = max(starts) - min(starts) if starts else 0.0
    return round((len(starts) - 1) / span_s, 6) if span_s else None


def _at(ordered_ms: Sequence[float], quantile: float) -> float | None:
    """The delay of Locust's rank, floor(n·p), as its percentiles have it."""
    if not ordered_ms:
        return None
    return round(ordered_ms[min(int(len(ordered_ms) * quantile), len(ordered_ms) - 1)], 3)
