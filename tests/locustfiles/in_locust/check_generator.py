"""The generator's watch over itself."""

import time
from collections.abc import Iterator

import gevent
import pytest

from locustfiles.generator import LAG_INTERVAL_S, GeneratorMonitor


@pytest.fixture(scope="module")
def monitor() -> Iterator[GeneratorMonitor]:
    monitor = GeneratorMonitor()
    monitor.start()
    yield monitor
    monitor.on = False


def test_a_loop_that_was_kept_busy_shows_as_lag(monitor: GeneratorMonitor) -> None:
    monitor.on = True
    gevent.sleep(LAG_INTERVAL_S)
    time_is_up = time.perf_counter() + 0.3
    while time.perf_counter() < time_is_up:
        pass
    gevent.sleep(2 * LAG_INTERVAL_S)
    assert max(monitor.take()["lag_ms"]) > 200


def test_samples_are_taken_once_and_only_while_it_is_on(monitor: GeneratorMonitor) -> None:
    monitor.on = True
    gevent.sleep(3 * LAG_INTERVAL_S)
    monitor.on = False
    assert monitor.take()["lag_ms"]
    gevent.sleep(3 * LAG_INTERVAL_S)
    assert monitor.take() == {"cpu_ratio": [], "lag_ms": []}
