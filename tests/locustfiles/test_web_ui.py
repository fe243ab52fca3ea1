"""The web UI: `locust` alone opens the comparison, which can be started, stopped and started again."""

import json
import os
import pty
import re
import signal
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from locustfiles.ports import free_port
from tests.locustfiles.locust_process import Ended, Running, environment, locust
from tests.locustfiles.run_files import RunFiles, runs_in
from tests.mock_service.service import Service

pytestmark = pytest.mark.service
ARGUMENTS = ("arms", "rounds", "warmup_rounds", "requests", "lead_in", "lead_out", "seed", "sla")
USERS = 3


@dataclass(slots=True, kw_only=True)
class Browser:
    """What a browser would see and send."""

    url: str
    running: Running

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:  # noqa: S310  # our own address
            return str(answer.read().decode())

    def is_answered(self) -> bool:
        try:
            return bool(self.get("/"))
        except OSError:
            return False

    def post(self, path: str, **form: object) -> Any:
        data = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(self.url + path, data=data, timeout=30) as answer:  # noqa: S310  # as above
            return json.loads(answer.read())

    def start(self, **form: object) -> Any:
        return self.post("/swarm", user_count=USERS, spawn_rate=1, **form)

    def users(self) -> int:
        # The page has them as they are; the figures behind it come from a cache.
        found = re.search(r'"user_count": (\d+)', self.get("/"))
        assert found
        return int(found[1])

    def wait_for_reports(self, results: Path, count: int) -> None:
        """Wait until so many runs have a report, and Locust has noticed the end of the last."""
        reports = results.glob
        self.running.wait_until(lambda: len(list(reports("2*/comparison_report.json"))) == count, "a report")
        self.running.wait_until(lambda: self.users() == 0, "the end of the test")


@dataclass(slots=True, kw_only=True)
class Visit:
    """One story: a run to its end, one with keys pressed and stopped, a third, a refused one, and SIGTERM."""

    page: str
    listening: set[str]
    users_before: int = 0
    users_after: int = 0
    idle_users_after: int = 0
    started_at_once: Sequence[Mapping[str, Any]] = ()
    refusal: Mapping[str, Any] = field(default_factory=dict)
    runs: Sequence[RunFiles] = ()
    ended: Ended | None = None


@pytest.fixture(scope="module")
def visit(mock: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    folder = tmp_path_factory.mktemp("web")
    results = folder / "results"
    port = free_port()
    keyboard, terminal = pty.openpty()
    arguments = (
        "--web-port",
        str(port),
        "--results",
        str(results),
        "--requests",
        "30",
        "--warmup-rounds",
        "0",
    )
    with locust(folder, *arguments, env=environment(mock), stdin=terminal) as running:
        browser = Browser(url=f"http://127.0.0.1:{port}", running=running)
        running.wait_until(browser.is_answered, "the web UI")
        visit = Visit(page=browser.get("/"), listening=listening(running))
        with ThreadPoolExecutor() as two:
            visit.started_at_once = list(two.map(lambda _: browser.start(rounds="1"), range(2)))
        browser.wait_for_reports(results, 1)
        press(keyboard, "wWsS")
        visit.idle_users_after = browser.users()
        browser.start(rounds="500")
        running.wait_until(lambda: blocks_of(results, 2) >= 4, "two rounds of the second run")
        visit.users_before = browser.users()
        press(keyboard, "wWsS")
        visit.users_after = browser.users()
        browser.post("/stop")
        browser.start(rounds="1", seed="2")
        browser.wait_for_reports(results, 2)
        visit.refusal = browser.start(arms="nonsense")
        browser.start(rounds="500")
        running.wait_until(lambda: blocks_of(results, 4) >= 2, "a round of the fourth run")
        visit.ended = running.end(signal.SIGTERM)
        visit.runs = runs_in(results)
        yield visit
    os.close(keyboard)
    os.close(terminal)


def press(keyboard: int, keys: str) -> None:
    """Press keys, one by one, and leave Locust the time to look at its keyboard."""
    for key in keys:
        os.write(keyboard, key.encode())
        time.sleep(0.3)


def blocks_of(results: Path, run: int) -> int:
    """How many blocks of a run, counted from 1, are stored."""
    manifests = sorted(results.glob("2*/run.json"))
    return len(json.loads(manifests[run - 1].read_text())["blocks"]) if len(manifests) >= run else 0


def listening(running: Running) -> set[str]:
    connections = psutil.Process(running.process.pid).net_connections(kind="inet")
    return {each.laddr.ip for each in connections if each.status == psutil.CONN_LISTEN}


def test_it_listens_on_the_loopback_interface_alone(visit: Visit) -> None:
    assert visit.listening == {"127.0.0.1"}


def test_the_form_shows_the_number_of_users_and_the_comparisons_arguments(visit: Visit) -> None:
    assert '"num_users": 20' in visit.page
    for argument in ARGUMENTS:
        assert f'"{argument}": {{' in visit.page
    assert "SWARMGATE_TOKEN" not in visit.page


def test_each_start_is_a_run_with_a_directory_of_its_own(visit: Visit) -> None:
    assert len(visit.runs) == 4
    assert [run.manifest["users"] for run in visit.runs] == [USERS] * 4
    assert [run.manifest["seed"] for run in visit.runs] == [1, 1, 2, 2]


def test_of_two_browsers_that_start_at_once_one_is_told_that_it_did_not(visit: Visit) -> None:
    assert sorted(answer["success"] for answer in visit.started_at_once) == [False, True]
    refused = next(answer for answer in visit.started_at_once if not answer["success"])
    assert "a comparison is running" in refused["message"]


def test_a_run_plays_to_its_end_and_leaves_a_report(visit: Visit) -> None:
    for run in (visit.runs[0], visit.runs[2]):
        assert run.manifest["state"] == "complete"
        assert [row.request for row in run.rows("optimized")] == list(range(1, 31))
        assert (run.path / "comparison_report.json").exists()


def test_a_run_stopped_by_hand_or_by_sigterm_is_interrupted_with_its_finished_rounds(visit: Visit) -> None:
    for run in (visit.runs[1], visit.runs[3]):
        assert run.manifest["state"] == "interrupted"
        rounds = len({block["round"] for block in run.manifest["blocks"]})
        assert rounds >= 1
        for arm in run.arms:
            assert [row.request for row in run.rows(arm)] == list(range(1, rounds * 30 + 1))
    assert visit.ended
    assert visit.ended.code == 143


def test_the_keys_that_change_the_number_of_users_do_nothing(visit: Visit) -> None:
    assert visit.users_before == visit.users_after == 2 * USERS
    assert visit.idle_users_after == 0


def test_a_bad_argument_starts_nothing_and_is_named_in_the_form(visit: Visit) -> None:
    assert visit.refusal["success"] is False
    assert "--arms nonsense" in visit.refusal["message"]


def test_nothing_went_wrong_behind_the_scenes(visit: Visit) -> None:
    assert visit.ended
    assert "Traceback" not in visit.ended.err
