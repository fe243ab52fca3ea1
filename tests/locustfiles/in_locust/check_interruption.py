"""Signals to the process that plays a comparison."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import gevent
import pytest

from locustfiles.interruption import Interruption

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


def test_a_second_signal_ends_the_process_with_the_code_of_the_first(interruption: Interruption) -> None:
    with pytest.raises(KeyboardInterrupt):
        receive(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended:
        receive(signal.SIGINT)
    assert ended.value.code == 143


@BOTH
def test_as_long_as_nothing_has_begun_a_signal_ends_the_process_at_once(
    interruption: Interruption, number: int, code: int
) -> None:
    interruption.begun = False
    with pytest.raises(SystemExit) as ended:
        receive(number)
    assert ended.value.code == code


def test_a_signal_that_another_handler_took_counts_as_sigterm() -> None:
    assert Interruption().exit_code == 143


def test_a_process_that_only_waits_is_interrupted_too() -> None:
    script = (
        "import locust, gevent, os, signal;"
        "from locustfiles.interruption import Interruption;"
        "Interruption().install();"
        "print('ready', flush=True);"
        "gevent.sleep(60)"
    )
    waiting = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert waiting.stdout
    assert waiting.stdout.readline() == b"ready\n"
    waiting.send_signal(signal.SIGTERM)
    assert waiting.wait(timeout=10) == 143
    waiting.stdout.close()
