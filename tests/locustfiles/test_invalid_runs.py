"""Real runs that may not be judged: each names the check that says so."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.locustfiles.locust_process import environment, locust
from tests.locustfiles.run_files import SHORT, Comparison, Play, runs_in
from tests.mock_service.service import Service, running

pytestmark = pytest.mark.service
INVALID = 4
LIMIT_S = 60
ONE_CORE = {min(os.sched_getaffinity(0))}
"""Where the disturbed run and what disturbs it are at work: other tests have the other cores."""
Hog = Callable[[], None]


def failed_checks(report: dict[str, Any]) -> dict[str, str]:
    """The checks that make a run invalid, with what they say."""
    return {check["check"]: check["message"] for check in report["validity"] if check["passed"] is False}


def refused(run: Comparison) -> dict[str, str]:
    """The failed checks of a run that is invalid, by code and by report."""
    assert run.ended.code == INVALID, run.ended.err
    report = json.loads((run.files.path / "comparison_report.json").read_text())
    assert report["verdict"] == "invalid"
    found = failed_checks(report)
    assert all(any(check in reason for reason in report["reasons"]) for check in found)
    return found


def test_arms_that_ask_for_different_things(play: Play) -> None:
    found = refused(play("-f", "tests/locustfiles/odd_arms/other_requests.py", *SHORT))
    assert "GET /items" in found["the arms asked for the same"]
    assert "the arms called the same endpoints" not in found


def test_an_endpoint_that_one_arm_has_alone(play: Play) -> None:
    found = refused(play("-f", "tests/locustfiles/odd_arms/other_names.py", *SHORT))
    assert "POST order only by optimized" in found["the arms called the same endpoints"]


def test_far_too_many_users_for_one_core(mock: Service, play: Play) -> None:
    """A TLS handshake for each request of 200 users is more than one process can do beside its measuring."""
    found = refused(
        play("--arms", "baseline", "-u", "200", "--rounds", "1", "--requests", "600", "--warmup-rounds", "0")
    )
    assert "event loop" in found["the generator kept up"]


@pytest.fixture
def hog() -> Iterator[Hog]:
    """What keeps ONE_CORE busy from its call to the end of the test, or LIMIT_S."""
    spin = f"import time\nend = time.monotonic() + {LIMIT_S}\nwhile time.monotonic() < end: pass"
    with ExitStack() as processes:

        def start() -> None:
            for _ in range(4):
                process = subprocess.Popen([sys.executable, "-c", spin])
                os.sched_setaffinity(process.pid, ONE_CORE)
                processes.callback(process.wait)
                processes.callback(process.kill)

        yield start


def test_a_machine_that_gets_busy_in_mid_run(hog: Hog, tmp_path: Path) -> None:
    shape = [
        "--arms",
        "optimized,optimized",
        "-u",
        "8",
        "--rounds",
        "6",
        "--requests",
        "120",
        "--warmup-rounds",
        "0",
    ]
    with running("--no-network", "--service-time-factor", "0.5") as service:
        env = environment(service)
        words = ("--headless", *shape, "--results", str(tmp_path / "results"))
        with locust(tmp_path, *words, env=env) as run:
            os.sched_setaffinity(run.process.pid, ONE_CORE)
            run.wait_until(lambda: "round 2" in run.err, "the second round")
            hog()
            ended = run.end()
    report = json.loads((runs_in(tmp_path / "results")[-1].path / "comparison_report.json").read_text())
    assert ended.code == INVALID, ended.err
    found = failed_checks(report)
    assert found.keys() & {"the generator kept up", "the service and the machine kept their level"}
