"""Every command of the documents runs, once: made short, and sent to a quick mock service."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.distributed.processes import free_port
from tests.docs.pages import PAGES, blocks, commands, name_of
from tests.locustfiles.locust_process import ROOT, environment
from tests.locustfiles.run_files import RunFiles
from tests.mock_service.service import running

pytestmark = pytest.mark.service

JUDGED = {0, 1, 3, 4}
STAGING = "https://staging.example.com"
COMPARISON = "python -m mock_service exec -- locust --headless"
NOT_HERE = {
    # they make an environment
    "make run": "Makefile",  # whose recipe is COMPARISON
    "make test": ".ci/run",
    "python3 -m venv .venv && . .venv/bin/activate": "tests/wheel/installed.py",
    "pip install path/to/swarmgate": "tests/wheel/installed.py",
    # it runs until Ctrl-C
    "python -m mock_service serve": "tests/mock_service/test_mock_cli.py",
    # they need Docker
    "docker build -t swarmgate -f path/to/swarmgate/locustfiles/Dockerfile path/to/swarmgate": (
        "tests/compose/test_compose_for_users.py"
    ),
    f"LOCUSTFILE=shop.py LOCUST_HOST={STAGING} docker compose -f compose-user.yml up"
    " --exit-code-from master": "tests/compose/test_compose_for_users.py",
    "./swarm --workers 3": "tests/compose/test_stack.py",
    "./swarm --workers 3 --rounds 6 -u 30": "tests/compose/test_stack.py",
    "./swarm ui": "tests/compose/test_stack.py",
    # they need several hosts
    "export SWARMGATE_TOKEN=$(openssl rand -hex 32)": "tests/distributed/test_separate_hosts.py",
    "export SWARMGATE_TOKEN=...": "tests/distributed/test_separate_hosts.py",
    f"locust --headless --master --master-bind-host 10.0.0.1 --expect-workers 6 -u 120 --host {STAGING}": (
        "tests/distributed/test_separate_hosts.py"
    ),
    "locust --worker --processes 3 --master-host 10.0.0.1": "tests/distributed/test_separate_hosts.py",
    # other tests play the same, and look closer
    f"{COMPARISON} --attribute": "tests/attribution/test_attribution_run.py",
    f"{COMPARISON} --arrival-rate 20 --arrivals poisson": "tests/open_model/test_played.py",
    f"{COMPARISON} --arms baseline,optimized,http2": "tests/http2/test_arm.py",
    f"{COMPARISON} --processes 2": "tests/wheel/test_from_an_empty_folder.py",
    f"locust --headless --processes 4 --host {STAGING}": "tests/wheel/test_from_an_empty_folder.py",
    f"locust -f shop.py --headless --processes 2 --host {STAGING}": "tests/own_service/test_examples.py",
    "swarmgate mock exec -- locust -f shop.py --headless": "tests/wheel/test_from_an_empty_folder.py",
    f"locust -f checkout.py --headless --host {STAGING}": "tests/new/test_generated_runs.py",
    f"locust -f locustfiles/http2_user.py --host {STAGING}": "tests/http2/test_arm.py",
}
"""Commands that are not run here, and the file that does the like."""

QUICK = {"MOCK_SERVICE_NETWORK": "false", "MOCK_SERVICE_SERVICE_TIME_FACTOR": "0.1"}
SHORT = {
    "LOCUST_USERS": "4",
    "SWARMGATE_ROUNDS": "1",
    "SWARMGATE_WARMUP_ROUNDS": "0",
    "SWARMGATE_REQUESTS": "20",
}
PLAIN = """
from locust import HttpUser, task

class Plain(HttpUser):
    @task
    def item(self):
        self.client.get("/items/7")
"""
STAGE = """
[[stage]]
name = "steady"
kind = "steady"
duration_s = 1
rate = 20
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who tries what the pages say in one folder, with a mock service for staging.example.com."""

    folder: Path
    env: dict[str, str]
    staging: str
    typed: set[str] = field(default_factory=set)

    def try_once(self, command: str) -> None:
        """Run the command and look how it ended, unless it was run before."""
        if command in self.typed:
            return
        self.typed.add(command)
        before = set(self.runs())
        words = command.replace(STAGING, self.staging).replace("-t 5m", "-t 5s")
        words = words.replace("results/20261101-090000-a1b2c3", "results/latest")
        ended = subprocess.run(
            ["sh", "-c", words],
            cwd=self.folder,
            env=self._env(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        told = f"{command}\n{ended.stdout}\n{ended.stderr}"
        plays = "swarmgate run" in command or ("locust " in f"{command} " and "--csv" not in command)
        judges = plays or {"report", "compare"} & set(command.split())
        assert ended.returncode in (JUDGED if judges else {0}), told
        assert "Traceback" not in ended.stderr, told
        if plays:
            [path] = set(self.runs()) - before
            assert (path / "comparison_report.json").exists(), told
            assert not any(row.error for row in RunFiles(path=path).all_rows()), told

    def runs(self) -> list[Path]:
        return [path.parent for path in self.folder.glob("results/2*/run.json")]

    def _env(self, command: str) -> dict[str, str]:
        env = dict(self.env)
        if "--headless" not in command:  # the web UI: begins by itself, and ends with the run
            env |= {"LOCUST_AUTOSTART": "true", "LOCUST_AUTOQUIT": "0", "LOCUST_WEB_PORT": str(free_port())}
        if "--load-profile" in command:  # it says itself how many requests
            del env["SWARMGATE_REQUESTS"]
        return env


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """In a folder like the project's, with its commands at hand and a first run behind."""
    folder = tmp_path_factory.mktemp("reader")
    for name in ("pyproject.toml", "sla.toml", "locustfiles"):
        (folder / name).symlink_to(ROOT / name)
    shop = next(text for language, text in blocks(ROOT / "docs/your-own-service.md") if language == "python")
    for name, text in {"shop.py": shop, "old.py": PLAIN, "new.py": PLAIN, "day.toml": STAGE}.items():
        (folder / name).write_text(text)
    programs = folder / "programs"
    programs.mkdir()
    (programs / "swarmgate").write_text(f'#!/bin/sh\nexec {sys.executable} -m swarmgate "$@"\n')
    (programs / "swarmgate").chmod(0o755)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    with running("--no-tls", "--no-network", "--service-time-factor", "0.1") as staging:
        env = environment(staging, PATH=path, **QUICK, **SHORT)
        reader = Reader(folder=folder, env=env, staging=staging.address.url)
        reader.try_once(COMPARISON)
        yield reader


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=name_of)
def test_every_command_of_the_page_runs(reader: Reader, page: Path) -> None:
    for command in commands(page):
        if command not in NOT_HERE:
            reader.try_once(command)


def test_what_is_not_run_here_stands_in_a_page_and_is_done_elsewhere() -> None:
    assert set(NOT_HERE) <= {command for page in PAGES for command in commands(page)}
    assert all((ROOT / place).exists() for place in NOT_HERE.values())


def test_every_block_says_what_it_is() -> None:
    for page in PAGES:
        languages = {language for language, _ in blocks(page)}
        assert languages <= {"console", "text", "python", "toml", "json", "csv"}, name_of(page)
        assert bool(commands(page)) == ("console" in languages), name_of(page)
