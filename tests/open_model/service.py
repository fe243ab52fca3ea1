"""A mock service of which every answer takes the same time, and how a stall of it begins."""

import http.client
import time
from dataclasses import dataclass

from tests.mock_service.service import Service, ask

SERVICE_MS = 40
STEADY_ANSWERS = (
    *("--no-tls", "--no-gzip", "--no-network", "--body-ms-per-kb", "0", "--jitter-sigma", "0"),
    *("--item-ms", str(SERVICE_MS), "--list-ms", str(SERVICE_MS), "--order-ms", str(SERVICE_MS)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """A stall of the service; seconds since 1970, known to `uncertain_s`."""

    begins_at: float
    ends_at: float
    uncertain_s: float


def set_off_stall(service: Service, *, after_s: float, lasts_s: float) -> Stall:
    """When a service with these settings will stall: the clock starts with the first request, made here."""
    connection: http.client.HTTPConnection = service.connect()
    try:
        ask(
            connection, "/health"
        )  # connects, and makes the service build what it builds for its first request
        before_at = time.time()
        answer = ask(connection, "/items/1")
        # It came half of a round trip after it was sent; the service then worked for SERVICE_MS.
        round_trip_s = time.time() - before_at - SERVICE_MS / 1000
        reached_at = before_at + round_trip_s / 2
        assert answer.status == 200
    finally:
        connection.close()
    begins_at = reached_at + after_s
    return Stall(begins_at=begins_at, ends_at=begins_at + lasts_s, uncertain_s=round_trip_s / 2)
