"""Kept connections that end: a new one before anything is sent, a failed row after; nothing is sent twice."""

import json
from pathlib import Path
from typing import get_args

import pytest

from tests.attribution.one_shot_server import Habit, OneShotServer, one_shot_server
from tests.locustfiles.locust_process import ended, environment

pytestmark = pytest.mark.service
LOCUSTFILE = "tests/attribution/numbered_users.py"
REQUESTS = 30
USERS = ("Kept", "Matched", "Lean")


def asked(folder: Path, user: str, server: OneShotServer) -> list[str]:
    """The failures of one user's requests, empty for a success."""
    results = folder / "results.json"
    env = environment(
        NUMBERED_USER=user,
        NUMBERED_REQUESTS=str(REQUESTS),
        NUMBERED_RESULTS=str(results),
        LOCUST_HOST=server.url,
    )
    done = ended(
        folder, "--headless", "-f", LOCUSTFILE, user, "-u", "1", "--exit-code-on-error", "0", env=env
    )
    assert results.exists(), done.err
    found: list[str] = json.loads(results.read_text())
    return found


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("habit", get_args(Habit))
def test_one_row_is_one_request_on_the_wire(tmp_path: Path, user: str, habit: Habit) -> None:
    with one_shot_server(habit) as server:
        results = asked(tmp_path, user, server)
    numbers = {f"/number/{number}" for number in range(REQUESTS)}
    # What is sent over a connection that is closed already never arrives: it may be missing, but only failed.
    missing = numbers - set(server.asked)
    assert len(missing) <= sum(map(bool, results))
    assert {server.asked[number] for number in numbers - missing} == {1}
    assert len(results) == REQUESTS


@pytest.mark.parametrize("user", USERS)
def test_a_kept_connection_that_breaks_under_a_request_fails_it(tmp_path: Path, user: str) -> None:
    with one_shot_server("breaks kept connections") as server:
        results = asked(tmp_path, user, server)
    assert [bool(failure) for failure in results] == [False, True] * (REQUESTS // 2)
    assert server.connections in {
        REQUESTS // 2,
        REQUESTS // 2 + 1,
    }  # one more for the request that ends the run


def test_compression_asks_for_gzip_and_nothing_else(tmp_path: Path) -> None:
    with one_shot_server("closes idle connections") as server:
        asked(tmp_path, "Matched", server)
    assert server.encodings == {"gzip"}
