"""Rounds with known latencies, for those who watch a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from locustfiles.schedule import Round
from tests.locustfiles.arguments import parsed

SETTINGS = parsed()
WARM_UP = Round(number=0, phase="warmup", order=(0, 1), first_request=-99, requests=100)


def judged(number: int) -> Round:
    return Round(number=number, phase="measured", order=(1, 0), first_request=100 * number, requests=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The part of a row that a scoreboard reads; the real one cannot be imported without Locust."""

    latency_ms: float
    service_time_ms: float
    started_at: float = 0.0
    method: str = "GET"
    name: str = "GET /items"
    error: str = ""


def block(latencies_ms: Sequence[float | None], *, name: str = "GET /items") -> list[Any]:
    """A row for each latency, one second after the other; None is a failed request."""
    return [
        Row(
            latency_ms=5.0 if latency_ms is None else latency_ms,
            service_time_ms=5.0 if latency_ms is None else latency_ms,
            started_at=float(second),
            name=name,
            error="HTTPError: 500" if latency_ms is None else "",
        )
        for second, latency_ms in enumerate(latencies_ms)
    ]


def rows(**arms: Sequence[float | None]) -> Mapping[str, list[Any]]:
    return {arm: block(latencies_ms) for arm, latencies_ms in arms.items()}
