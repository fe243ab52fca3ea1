"""Workers that `--processes` forked: none is left when the process that forked them has ended."""

import signal
from pathlib import Path

import psutil
import pytest

from tests.distributed.processes import free_port
from tests.locustfiles.locust_process import Running, environment, locust
from tests.locustfiles.run_files import runs_in
from tests.mock_service.service import Service

pytestmark = pytest.mark.service

LIMIT_S = 20.0
"""Less than the 30 s after which a worker that has met its master gives up by itself."""


def forked(parent: Running, number: int) -> list[psutil.Process]:
    """The workers that a process has forked."""
    process = psutil.Process(parent.process.pid)

    def workers() -> list[psutil.Process]:
        return [child for child in process.children() if "locust" in " ".join(child.cmdline())]

    parent.wait_until(lambda: len(workers()) == number, f"{number} workers")
    return workers()


def assert_gone(workers: list[psutil.Process]) -> None:
    _, left = psutil.wait_procs(workers, timeout=LIMIT_S)
    for worker in left:
        worker.kill()
    assert not left


def test_a_refused_argument_leaves_no_worker_behind(tmp_path: Path) -> None:
    words = ("--headless", "--processes", "2", "--arms", "fastest", "--results", str(tmp_path / "results"))
    with locust(tmp_path, *words, env=environment()) as master:
        workers = forked(master, 2)
        assert master.end().code == 2
        assert_gone(workers)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_workers_of_a_host_end_with_the_command_that_started_them(
    number: signal.Signals, tmp_path: Path
) -> None:
    words = ("--worker", "--processes", "2", "--master-port", str(free_port()))  # where nobody answers
    with locust(tmp_path, *words, env=environment()) as parent:
        workers = forked(parent, 2)
        parent.end(number)
        assert_gone(workers)


def test_a_killed_masters_workers_end_in_mid_run(steady: Service, tmp_path: Path) -> None:
    results = tmp_path / "results"
    words = ("--headless", "--processes", "2", "-u", "4", "--rounds", "500", "--results", str(results))
    with locust(tmp_path, *words, env=environment(steady)) as master:
        workers = forked(master, 2)
        master.wait_until(lambda: results.exists() and runs_in(results), "the run")
        master.end(signal.SIGKILL)
        assert_gone(workers)
        assert "Traceback" not in master.err
