"""The plain experiment: 400 requests per arm, 20 at once, nothing before, between or after."""

import statistics

import pytest

from tests.locustfiles.run_files import Answered, Play, RunFiles
from tests.mock_service.service import running

pytestmark = pytest.mark.service
ARMS = ("baseline", "optimized")
EXPERIMENT = (
    "--rounds",
    "1",
    "--requests",
    "400",
    "--lead-in",
    "0",
    "--lead-out",
    "off",
    "--warmup-rounds",
    "0",
)


@pytest.fixture(scope="module")
def run(play: Play) -> RunFiles:
    # Answers in a tenth of a second: users, not the machine, decide how many requests are under way.
    with running("--no-network", "--service-time-factor", "0.8") as service:
        return play(*EXPERIMENT, service=service).files


def in_flight(rows: list[Answered]) -> list[int]:
    """How many requests were under way as each one started, itself included."""
    return [sum(other.started_at <= row.started_at < other.ended_at for other in rows) for row in rows]


@pytest.mark.parametrize("arm", ARMS)
def test_each_arm_answers_the_numbers_1_to_400_once(run: RunFiles, arm: str) -> None:
    rows = run.rows(arm)
    assert [row.request for row in rows] == list(range(1, 401))
    assert not [row.error for row in rows if row.error]


@pytest.mark.parametrize("arm", ARMS)
def test_20_requests_are_under_way_at_a_time_and_never_more(run: RunFiles, arm: str) -> None:
    rows = sorted(run.rows(arm), key=lambda row: row.started_at)
    under_way = in_flight(rows)
    assert max(under_way) == 20
    # Users are between two requests for a moment only, until at the end nothing is left to ask.
    assert statistics.median(under_way[20:-20]) >= 19


def test_nothing_is_sent_that_is_not_measured(run: RunFiles) -> None:
    assert run.unmeasured() == []


def test_one_arm_has_ended_before_the_other_begins(run: RunFiles) -> None:
    first, second = sorted((run.rows(arm) for arm in ARMS), key=lambda rows: rows[0].started_at)
    assert max(row.ended_at for row in first) < min(row.started_at for row in second)


def test_both_arms_asked_and_were_answered_the_same(run: RunFiles) -> None:
    baseline, optimized = run.manifest["arms"]
    assert baseline["asked_sha256"] == optimized["asked_sha256"] is not None
    assert baseline["answered_sha256"] == optimized["answered_sha256"]
    assert run.manifest["semantics"]["asked_differences"] == 0
