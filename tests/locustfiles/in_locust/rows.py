"""Rows for tests, and a strategy that draws them."""

from typing import Any

from hypothesis import strategies as st

from locustfiles.recorder import Row

PLAIN = Row(
    request=1,
    started_at=1_000_000.0,
    method="GET",
    name="GET /items",
    latency_ms=10.0,
    service_time_ms=10.0,
    response_bytes=100,
    status=200,
    error="",
    asked=b"asked",
    answered=b"answered",
    protocol="HTTP/1.1",
)


def row(**fields: Any) -> Row:
    """A plain row with some fields otherwise."""
    return PLAIN._replace(**fields)


def timed(latency_ms: float, **fields: Any) -> Row:
    """A row that took so long."""
    return row(latency_ms=latency_ms, service_time_ms=latency_ms, **fields)


TIMES_MS = st.floats(min_value=0.001, max_value=60_000, allow_nan=False).map(
    lambda time_ms: round(time_ms, 3)
)
ROWS = st.lists(
    st.builds(
        timed,
        TIMES_MS,
        request=st.integers(1, 10**6),
        started_at=st.floats(min_value=1_000_000, max_value=1_000_100),
        name=st.sampled_from(["GET /items", "GET /items/{id}", "POST /orders"]),
        response_bytes=st.integers(0, 200_000),
        error=st.sampled_from(["", "", "", "StatusError: HTTP 500", "TimeoutError: no answer within 10 s"]),
    ),
    min_size=1,
    max_size=200,
)
