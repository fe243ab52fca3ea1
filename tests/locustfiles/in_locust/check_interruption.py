"""Signals to the process that plays a comparison."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import gevent
import pytest

from locustfiles.interruption import PATIENCE_S, Interruption

BOTH = pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])


@pytest.fixture
def interruption() -> Iterator[Interruption]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    interruption = Interruption()
    interruption.begun = True
    interruption.install()
    yield interruption
    for number, handler in before.items():
        signal.signal(number, handler)


def receive(number: int) -> None:
    """Send this process a signal, and wait as Locust's main greenlet does."""
    os.kill(os.getpid(), number)
    gevent.sleep(5)


@BOTH
def test_the_exit_code_names_the_signal(interruption: Interruption, number: int, code: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        receive(number)
    assert interruption.exit_code == code


@BOTH
def test_whoever_is_at_work_comes_to_its_end_before_the_main_greenlet_is_interrupted(
    interruption: Interruption, number: int, code: int
) -> None:
    written: list[str] = []

    def write_a_round() -> None:
        os.kill(os.getpid(), number)
        written.extend(str(each) for each in range(1000))

    writer = gevent.spawn(write_a_round)
    with pytest.raises(KeyboardInterrupt):
        gevent.sleep(5)
    assert len(written) == 1000
    assert writer.successful()


def test_a_second_signal_right_after_the_first_adds_nothing(interruption: Interruption) -> None:
    with pytest.raises(KeyboardInterrupt):
        receive(signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGINT)
    gevent.sleep(0.05)
    assert interruption.exit_code == 143


@BOTH
def test_as_long_as_nothing_has_begun_a_signal_ends_the_process_at_once(
    interruption: Interruption, number: int, code: int
) -> None:
    interruption.begun = False
    with pytest.raises(SystemExit) as ended:
        receive(number)
    assert ended.value.code == code


@BOTH
def test_a_process_that_is_about_to_end_goes_its_way(
    interruption: Interruption, number: int, code: int
) -> None:
    interruption.over = True
    os.kill(os.getpid(), number)
    gevent.sleep(PATIENCE_S + 0.2)
    with pytest.raises(SystemExit) as ended:  # unless it is told so again
        receive(number)
    assert ended.value.code == code


def test_a_signal_that_another_handler_took_counts_as_sigterm() -> None:
    assert Interruption().exit_code == 143


def started(doing: str) -> "subprocess.Popen[bytes]":
    """A process that has taken over its signals, has begun, and says so before it does something."""
    script = (
        "import locust, gevent\n"
        "from locustfiles.interruption import Interruption\n"
        "interruption = Interruption()\n"
        "interruption.install()\n"
        "def run_without_end():\n"
        "    while True: pass\n"
        "print('ready', flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script + doing], stdout=subprocess.PIPE)
    assert process.stdout
    with process.stdout:
        assert process.stdout.readline() == b"ready\n"
    return process


def test_a_process_that_only_waits_is_interrupted_too() -> None:
    process = started("gevent.sleep(60)")
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 143


def test_a_signal_that_comes_again_later_ends_even_a_process_that_never_waits() -> None:
    process = started("interruption.begun = True; gevent.spawn(run_without_end); gevent.sleep(60)")
    process.send_signal(signal.SIGTERM)
    time.sleep(PATIENCE_S + 0.2)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 143
