"""How punctual a block's arrivals were, worked out from rows."""

from dataclasses import dataclass
from typing import Any

import pytest

from locustfiles.punctuality import punctuality


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The part of a row that is looked at; the real one cannot be imported without Locust."""

    started_at: float
    latency_ms: float
    service_time_ms: float
    error: str = ""


def sent(due_at: float, delay_ms: float, *, error: str = "") -> Any:
    return Row(started_at=due_at, latency_ms=delay_ms + 50, service_time_ms=50, error=error)


def missed(due_at: float) -> Any:
    return Row(
        started_at=due_at,
        latency_ms=10_000,
        service_time_ms=0,
        error="Missed: no user was free within 10 s",
    )


def test_a_punctual_block_achieves_its_rate() -> None:
    found = punctuality([sent(100 + place / 20, 1.0) for place in range(41)])
    assert (found["planned"], found["late"], found["missed"]) == (41, 0, 0)
    assert found["target_rps"] == found["achieved_rps"] == pytest.approx(20)
    assert found["delay_ms"] == {"p50": 1.0, "p95": 1.0, "p99": 1.0, "max": 1.0}


def test_delays_are_those_of_the_actual_sends_and_lower_the_achieved_rate() -> None:
    found = punctuality([sent(100 + place / 10, 100.0 * place) for place in range(11)])
    assert found["late"] == 10  # the first one is punctual
    assert found["target_rps"] == pytest.approx(10)
    assert found["achieved_rps"] == pytest.approx(5)  # ten gaps in 2 s instead of 1
    assert found["delay_ms"] == {"p50": 500, "p95": 1000, "p99": 1000, "max": 1000}


def test_late_is_above_ten_milliseconds() -> None:
    assert punctuality([sent(1.0, 9.9), sent(2.0, 10.1)])["late"] == 1


def test_what_was_missed_was_not_sent_and_has_no_delay() -> None:
    found = punctuality([sent(0.0, 0.0), missed(1.0), missed(2.0), sent(4.0, 0.0)])
    assert (found["planned"], found["late"], found["missed"]) == (4, 0, 2)
    assert found["target_rps"] == pytest.approx(3 / 4)
    assert found["achieved_rps"] == pytest.approx(1 / 4)
    assert found["delay_ms"]["max"] == 0


def test_a_failed_request_was_sent_all_the_same() -> None:
    assert punctuality([sent(1.0, 0.0, error="StatusError: HTTP 500")])["missed"] == 0


@pytest.mark.parametrize("rows", [[], [missed(1.0)]])
def test_without_sends_there_is_no_rate_and_no_delay(rows: list[Any]) -> None:
    found = punctuality(rows)
    assert (found["target_rps"], found["achieved_rps"]) == (None, None)
    assert set(found["delay_ms"].values()) == {None}


def test_one_arrival_has_no_rate() -> None:
    found = punctuality([sent(1.0, 2.0)])
    assert (found["target_rps"], found["achieved_rps"], found["delay_ms"]["p50"]) == (None, None, 2.0)
