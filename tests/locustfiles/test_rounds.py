"""The order of things in a run of several rounds, told from the rows that it left."""

import statistics
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import pytest

from tests.locustfiles.run_files import REQUESTS, ROUNDS, USERS, Answered, Comparison, RunFiles

pytestmark = pytest.mark.service
GAP_LIMIT_S = 0.05


@pytest.fixture(scope="module")
def run(six_rounds: Comparison) -> RunFiles:
    return six_rounds.files


class Turn(NamedTuple):
    """The requests of one block, in the order of their starts."""

    round: int
    arm: str
    rows: Sequence[Answered]

    @property
    def began(self) -> float:
        return self.rows[0].started_at

    @property
    def ended(self) -> float:
        return max(row.ended_at for row in self.rows)

    def part(self, name: str) -> list[Answered]:
        return [row for row in self.rows if row.part == name]


@pytest.fixture(scope="module")
def turns(run: RunFiles) -> list[Turn]:
    """Every block of the run, as it was played."""
    rows = run.all_rows()
    keys = {(row.round, row.arm) for row in rows}
    blocks = [Turn(*key, [row for row in rows if (row.round, row.arm) == key]) for key in keys]
    return sorted(blocks, key=lambda turn: turn.began)


def test_each_block_measures_exactly_the_planned_numbers(run: RunFiles) -> None:
    for arm in run.arms:
        numbers = [(row.round, row.request) for row in run.rows(arm)]
        assert numbers == [((n - 1) // REQUESTS + 1, n) for n in range(1, ROUNDS * REQUESTS + 1)]


def test_each_arm_has_a_turn_in_each_round_in_the_planned_order(run: RunFiles, turns: list[Turn]) -> None:
    names = dict(zip("AB", run.arms, strict=True))
    planned = [
        (number, names[letter])
        for number, order in enumerate(run.manifest["block_order"], start=1)
        for letter in order
    ]
    assert [(turn.round, turn.arm) for turn in turns][2:] == planned
    assert {(turn.round, turn.arm) for turn in turns[:2]} == {(0, arm) for arm in run.arms}


def test_every_user_leads_each_block_in_with_one_request(turns: list[Turn]) -> None:
    assert [len(turn.part("lead-in")) for turn in turns] == [USERS] * len(turns)


def test_a_user_measures_only_after_its_lead_in(turns: list[Turn]) -> None:
    for turn in turns[2:]:
        assert min(row.started_at for row in turn.part("measured")) >= min(
            row.ended_at for row in turn.part("lead-in")
        )


def test_the_load_stays_until_the_last_measured_answer_is_in(turns: list[Turn]) -> None:
    for turn in turns[2:]:
        measured, lead_out = turn.part("measured"), turn.part("lead-out")
        assert len(lead_out) >= USERS - 1
        last = max(row.ended_at for row in measured)
        # Whoever did not send the last measured request was at work when its answer came.
        assert sum(row.started_at < last <= row.ended_at for row in lead_out) >= USERS - 2


def test_all_users_are_at_work_all_the_time_that_is_measured(turns: list[Turn]) -> None:
    for turn in turns[2:]:
        under_way = [
            sum(other.started_at <= row.started_at < other.ended_at for other in turn.rows)
            for row in turn.part("measured")
        ]
        assert max(under_way) == USERS
        assert statistics.mean(under_way) > USERS - 0.5


def test_no_request_of_one_arm_is_under_way_while_the_other_has_its_turn(turns: list[Turn]) -> None:
    for one, other in pairwise(turns):
        assert one.arm != other.arm or one.round != other.round
        assert one.ended < other.began


def test_between_two_blocks_lie_milliseconds(turns: list[Turn]) -> None:
    gaps_ms = [round((other.began - one.ended) * 1000, 1) for one, other in pairwise(turns)]
    within = [
        gap for gap, (one, other) in zip(gaps_ms, pairwise(turns), strict=True) if one.round == other.round
    ]
    print(f"gaps between blocks in ms: {gaps_ms}, those within a round: {within}")
    # The median, since another process may have the machine for a moment.
    assert statistics.median(gaps_ms) <= GAP_LIMIT_S * 1000
    assert statistics.median(within) <= GAP_LIMIT_S * 1000


def test_the_warm_up_is_played_like_a_round_and_judged_nowhere(run: RunFiles, turns: list[Turn]) -> None:
    for turn in turns[:2]:
        assert sorted(row.request for row in turn.part("warmup")) == list(range(1 - REQUESTS, 1))
    assert Counter(row.round for row in run.rows("baseline"))[0] == 0


def test_the_console_has_a_line_per_round_and_none_of_locusts_tables(six_rounds: Comparison) -> None:
    err = six_rounds.ended.err
    for name in ["warm-up", *(f"round {number} of {ROUNDS}" for number in range(1, ROUNDS + 1))]:
        assert sum(line.startswith(name) for line in err.splitlines()) == 1
    assert "Response time percentiles" not in err + six_rounds.ended.out
    assert "req/s" not in err
    assert "no impact on LoadShapes" not in err
    assert "Traceback" not in err
