"""Who may join a swarm: nobody else's samples reach a number."""

import re
import shutil
import time
from pathlib import Path

import psutil
import pytest

from tests.distributed.processes import VERDICTS, assert_exact, swarm, warnings
from tests.locustfiles.locust_process import ROOT, environment, locust
from tests.mock_service.service import Service

pytestmark = pytest.mark.service

SHAPE = ("-u", "8", "--rounds", "2", "--requests", "100", "--warmup-rounds", "0")
ANOTHER_LOCUST = "import locust; locust.__version__ = '2.40.0'; from locust.main import main; main()"

FAST_CLOCK = """
import time
from locust.main import main
import locustfiles.admission
locustfiles.admission.time = lambda: time.time() + 5
main()
"""


def test_workers_without_the_secret_or_with_other_code_are_refused_on_both_sides(
    quick: Service, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    for name in ("locustfiles", "analysis"):
        shutil.copytree(ROOT / name, copy / name)
    for name in ("pyproject.toml", "sla.toml"):
        shutil.copy(ROOT / name, copy)
    with (copy / "locustfiles" / "plan.py").open("a") as plan:
        plan.write("# another plan\n")
    with swarm(tmp_path, service=quick) as several:
        several.start_master("--expect-workers", "1", *SHAPE)
        words = ["--worker", "--master-host", "127.0.0.1", "--master-port", str(several.port)]
        refused = {
            "it does not know this swarm's secret": several.add_worker(SWARMGATE_TOKEN="guess"),  # noqa: S106  # a wrong one
            "its sources is": several.add_foreign_worker(["-m", "locust", *words], cwd=copy),
            "its locust is 2.40.0": several.add_foreign_worker(["-c", ANOTHER_LOCUST, *words]),
        }
        for reason, worker in refused.items():
            several.master.wait_until(lambda reason=reason: reason in several.master.err, reason)  # type: ignore[misc]  # bound at once
            assert worker.end().code == 2
            assert f"the master refused this worker: {reason}" in worker.err
        several.add_worker()
        ended = several.end()
        assert ended.code in VERDICTS, ended.err
        run = several.run
        assert_exact(run, rounds=2, requests=100)
        assert len(run.manifest["workers"]) == 1
        told = warnings(run, "worker-refused")
        assert len(told) == 3
        assert all(any(reason in message for message in told) for reason in refused)


def test_a_strangers_samples_reach_no_file(quick: Service, tmp_path: Path) -> None:
    with swarm(tmp_path, service=quick) as several:
        several.start_master("--expect-workers", "2", *SHAPE, "--requests", "300")
        stranger = ["tests/distributed/stranger.py", str(several.port), "1000"]
        several.add_foreign_worker(stranger)
        several.master.wait_until(lambda: "stranger was refused" in several.master.err, "the refusal")
        for _ in range(2):
            several.add_worker()
        several.master.wait_until(lambda: several.run_started, "the run")
        several.add_foreign_worker(stranger)
        ended = several.end()
        assert ended.code in VERDICTS, ended.err
        run = several.run
        assert_exact(run, rounds=2, requests=300)
        assert len(run.manifest["workers"]) == 2
        for file in run.path.rglob("*"):
            assert file.is_dir() or b"injected" not in file.read_bytes(), file
        (told,) = warnings(run, "stray-samples")
        assert int(told.split()[0]) >= 1000
        assert "samples came from workers that are not part of this run; none was counted" in told
        assert "samples came from workers that are not part" in ended.err


def test_master_and_web_ui_are_reached_from_this_machine_alone(quick: Service, tmp_path: Path) -> None:
    with swarm(tmp_path, service=quick) as several:
        words = ("--master", "--master-bind-port", str(several.port), "--web-port", "0")
        with locust(tmp_path / "ui", *words, env=several.env) as master:
            process = psutil.Process(master.process.pid)
            master.wait_until(lambda: len(listening(process)) >= 2, "both ports")
            assert set(listening(process)) == {"127.0.0.1"}


def listening(process: psutil.Process) -> list[str]:
    """The addresses that a process listens on."""
    connections = process.net_connections("inet")
    return [each.laddr.ip for each in connections if each.status == psutil.CONN_LISTEN]


def test_workers_of_one_host_find_a_master_elsewhere_and_a_wrong_clock_is_named(
    quick: Service, tmp_path: Path
) -> None:
    with swarm(tmp_path, service=quick) as several:
        several.start_master("--expect-workers", "3", *SHAPE)
        host = several.add_worker("--processes", "2")
        words = ["--worker", "--master-host", "127.0.0.1", "--master-port", str(several.port)]
        several.add_foreign_worker(["-c", FAST_CLOCK, *words])
        assert several.end().code in VERDICTS
        assert len(several.run.manifest["workers"]) == 3
        assert host.end().code == 0
        (told,) = warnings(several.run, "clock-offset")
        # What is certain of the five seconds: all but the time that the answer took.
        found = re.search(r"\+(\d\.\d) s from the master's", told)
        assert found
        assert 3 < float(found[1]) <= 5


def test_processes_of_one_user_share_a_secret_that_the_first_of_them_makes(
    quick: Service, tmp_path: Path
) -> None:
    env = environment(quick, XDG_CACHE_HOME=str(tmp_path / "cache"))
    words = ("--headless", "--processes", "4", "-u", "8", "--rounds", "1", "--requests", "40")
    with locust(tmp_path, *words, "--results", str(tmp_path / "results"), env=env) as master:
        assert master.end().code in VERDICTS
    (token,) = (tmp_path / "cache" / "swarmgate").iterdir()
    assert token.stat().st_mode & 0o777 == 0o600
    assert len(token.read_text()) == 64


def test_a_waiting_master_outlives_workers_that_come_and_go(quick: Service, tmp_path: Path) -> None:
    with swarm(tmp_path, service=quick) as several:
        several.start_master("--expect-workers", "2", *SHAPE)
        early = several.add_worker()
        time.sleep(4)
        early.process.terminate()
        early.process.wait()
        for _ in range(2):
            several.add_worker()
        assert several.end().code in VERDICTS
        assert_exact(several.run, rounds=2, requests=100)
