"""Rates and profiles, really played: by one process and two, in both models."""

import json
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from locustfiles.arrivals import Schedule, spans
from locustfiles.load import at_rate
from tests.locustfiles.locust_process import ended, environment
from tests.locustfiles.run_files import Answered, RunFiles, compare
from tests.mock_service.service import Service

pytestmark = pytest.mark.service
USAGE = 2
ARMS = ("baseline", "optimized")
RATE_RPS, REQUESTS, ROUNDS = 40.0, 80, 2

OPEN = """
[[stage]]
name = "warm"
kind = "warm-up"
duration_s = 0.5
rate = 20

[[stage]]
name = "up"
kind = "ramp"
duration_s = 1
rate = 60

[[stage]]
name = "steady"
kind = "steady"
duration_s = 1
rate = 60

[[stage]]
name = "spike"
kind = "spike"
duration_s = 0.5
rate = 100

[[stage]]
name = "soak"
kind = "soak"
duration_s = 1
rate = 30
"""
CLOSED = """
[[stage]]
name = "up"
kind = "ramp"
requests = 20
users_from = 1
users = 4

[[stage]]
name = "steady"
kind = "steady"
requests = 40
users = 4

[[stage]]
name = "spike"
kind = "spike"
requests = 30
users = 8

[[stage]]
name = "soak"
kind = "soak"
requests = 20
users = 2

[[stage]]
name = "down"
kind = "ramp"
requests = 10
users = 1
"""

Played = Callable[..., RunFiles]


@pytest.fixture(scope="module")
def poisson(tmp_path_factory: pytest.TempPathFactory, steady_service: Service) -> RunFiles:
    """Two rounds of Poisson arrivals, made by two workers."""
    shape = ("--rounds", str(ROUNDS), "--warmup-rounds", "1", "--requests", str(REQUESTS), "--seed", "5")
    load = ("--arrival-rate", str(RATE_RPS), "--arrivals", "poisson", "--processes", "2")
    return compare(tmp_path_factory.mktemp("poisson"), *load, *shape, service=steady_service).files


def offsets_s(rows: list[Answered]) -> list[float]:
    """Intended starts by number, from the first in time."""
    ordered = sorted(rows, key=lambda row: row.request)
    return [row.started_at - ordered[0].started_at for row in ordered]


def planned_offsets_s(round_number: int) -> list[float]:
    """What the plan says of the measured arrivals of a round, from the first on."""
    schedule = Schedule(
        process="poisson",
        spans=spans(at_rate(RATE_RPS, requests=REQUESTS, process="poisson"), lead_in_s=1),
        seed=5,
        round_number=round_number,
        first_request=1,
        lead_out=True,
    )
    found = [arrival.offset_s for arrival in schedule.until_lead_out() if arrival.part == "measured"]
    return [offset_s - found[0] for offset_s in found]


def test_two_workers_together_play_exactly_the_planned_arrivals(poisson: RunFiles) -> None:
    for arm in ARMS:
        for number in range(1, ROUNDS + 1):
            rows = [row for row in poisson.rows(arm) if row.round == number]
            assert [row.request for row in rows] == list(
                range((number - 1) * REQUESTS + 1, number * REQUESTS + 1)
            )
            # Two workers begin when they hear of the block, a moment apart.
            assert offsets_s(rows) == pytest.approx(planned_offsets_s(number), abs=0.02)


def test_both_arms_of_a_round_meet_the_same_moments_and_rounds_do_not(poisson: RunFiles) -> None:
    by_round = [
        [offsets_s([row for row in poisson.rows(arm) if row.round == number]) for arm in ARMS]
        for number in (1, 2)
    ]
    for one, other in by_round:
        assert one == pytest.approx(other, abs=0.02)
    assert by_round[0][0] != pytest.approx(by_round[1][0], abs=0.02)


def test_each_worker_carries_half_of_the_rate(poisson: RunFiles) -> None:
    for block in poisson.manifest["blocks"]:
        assert [worker["planned"] for worker in block["workers"]] == [REQUESTS / 2] * 2
        assert block["arrivals"]["planned"] == REQUESTS
        assert block["arrivals"]["missed"] == 0
    assert poisson.manifest["arrivals"] == {"process": "poisson", "rate_rps": 40, "in_flight_limit": 400}
    assert (poisson.manifest["load_model"], poisson.manifest["users"]) == ("open", 400)
    assert "stages" not in poisson.manifest
    assert not [each for each in poisson.manifest["warnings"] if each["code"] == "uneven-spread"]


def test_a_second_of_lead_in_goes_before_and_the_lead_out_follows(poisson: RunFiles) -> None:
    for arm in ARMS:
        rows = [row for row in poisson.unmeasured() if (row.arm, row.round) == (arm, 1)]
        parts = Counter(row.part for row in rows)
        assert parts["lead-in"] == RATE_RPS
        first, last = (
            poisson.rows(arm)[0].started_at,
            max(row.started_at for row in poisson.rows(arm)[:REQUESTS]),
        )
        assert all(first - 1.1 < row.started_at <= first + 0.1 for row in rows if row.part == "lead-in")
        assert all(last < row.started_at + 0.1 for row in rows if row.part == "lead-out")


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory, steady_service: Service) -> Played:
    """What plays a profile for one round, without a warm-up."""

    def play(profile: str, *arguments: str) -> RunFiles:
        folder = tmp_path_factory.mktemp("profile")
        (folder / "profile.toml").write_text(profile)
        shape = ("--load-profile", str(folder / "profile.toml"), "--rounds", "1", "--warmup-rounds", "0")
        return compare(folder, *shape, *arguments, service=steady_service).files

    return play


def parts_of(files: RunFiles, arm: str) -> dict[str, list[Answered]]:
    """All rows of an arm by part, lead-out apart, in the order of time."""
    rows: dict[str, list[Answered]] = {}
    for row in sorted((*files.rows(arm), *files.unmeasured()), key=lambda row: row.started_at):
        if row.arm == arm and row.part != "lead-out":
            rows.setdefault(row.part, []).append(row)
    return rows


def test_an_open_profile_is_played_stage_by_stage_and_its_steady_stages_are_judged(play: Played) -> None:
    files = play(OPEN)
    assert [
        (stage["name"], stage["judged"], stage["requests"], stage["rate_rps"]) for stage in stages(files)
    ] == [
        ("warm", False, 10, [20, 20]),
        ("up", False, 40, [20, 60]),
        ("steady", True, 60, [60, 60]),
        ("spike", False, 50, [100, 100]),
        ("soak", True, 30, [30, 30]),
    ]
    assert files.manifest["requests_per_block"] == 90
    assert files.manifest["arrivals"] == {"process": "constant", "rate_rps": None, "in_flight_limit": 1000}
    for arm in ARMS:
        rows = parts_of(files, arm)
        assert {part: len(each) for part, each in rows.items()} == {
            "stage:warm": 10,
            "stage:up": 40,
            "measured": 90,
            "stage:spike": 50,
        }
        begin_at = rows["stage:warm"][0].started_at
        assert rows["stage:up"][0].started_at - begin_at == pytest.approx(0.5, abs=0.001)
        assert rows["measured"][0].started_at - begin_at == pytest.approx(1.5, abs=0.001)
        assert rows["stage:spike"][0].started_at - begin_at == pytest.approx(2.5, abs=0.001)
        assert rows["measured"][60].started_at - begin_at == pytest.approx(3, abs=0.001)
        assert [row.request for row in rows["measured"]] == list(range(1, 91))


def test_a_closed_profile_is_played_stage_by_stage_with_the_users_of_each(play: Played) -> None:
    files = play(CLOSED, "-u", "8")
    assert [(stage["name"], stage["judged"], stage["users"]) for stage in stages(files)] == [
        ("up", False, [1, 4]),
        ("steady", True, [4, 4]),
        ("spike", False, [8, 8]),
        ("soak", True, [2, 2]),
        ("down", False, [2, 1]),
    ]
    assert (files.manifest["load_model"], files.manifest["users"]) == ("closed", 8)
    assert "arrivals" not in files.manifest
    for arm in ARMS:
        rows = parts_of(files, arm)
        counts = {part: len(each) for part, each in rows.items()}
        assert counts == {"stage:up": 20, "measured": 60, "stage:spike": 30, "stage:down": 10}
        assert [row.request for row in rows["measured"]] == list(range(1, 61))
        steady, soak = rows["measured"][:40], rows["measured"][40:]
        every = [row for each in rows.values() for row in each]
        assert most_at_once(steady[8:], every) == 4
        assert most_at_once(rows["stage:spike"][10:], every) == 8
        assert most_at_once(soak[8:], every) == 2
        assert all(row.latency_ms == row.service_time_ms for row in every)
    assert files.manifest["blocks"][0]["users"] == 8


def most_at_once(rows: list[Answered], every: list[Answered]) -> int:
    """How many requests were under way at the start of any of these."""
    return max(sum(other.started_at <= row.started_at < other.ended_at for other in every) for row in rows)


def test_the_shares_of_a_closed_profile_add_up_over_two_workers(play: Played) -> None:
    files = play(CLOSED, "-u", "8", "--processes", "2")
    for arm in ARMS:
        rows = parts_of(files, arm)
        assert sorted(row.request for row in rows["measured"]) == list(range(1, 61))
        assert [len(rows[part]) for part in ("stage:up", "stage:spike", "stage:down")] == [20, 30, 10]


def stages(files: RunFiles) -> Any:
    return files.manifest["stages"]


def test_with_too_few_in_flight_arrivals_are_missed_and_the_run_never_passes(
    tmp_path: Path, steady_service: Service
) -> None:
    """One in flight gives 25 answers/s at best; of 100 arrivals/s most wait longer than the timeout."""
    load = ("--arrival-rate", "100", "--in-flight", "1", "--request-timeout", "0.3", "--requests", "150")
    shape = ("--arms", "optimized", "--rounds", "1", "--warmup-rounds", "0")
    run = compare(tmp_path, *load, *shape, service=steady_service)
    rows = run.files.rows("optimized")
    missed = [row for row in rows if row.error.startswith("Missed:")]
    assert len(rows) == 150
    assert len(missed) > 50
    assert all((row.service_time_ms, row.status) == (0, None) and row.latency_ms > 300 for row in missed)
    found = run.files.manifest["blocks"][0]["arrivals"]
    assert found["missed"] == len(missed)
    assert found["achieved_rps"] < 0.99 * found["target_rps"]
    sent = sorted(
        row.started_at + (row.latency_ms - row.service_time_ms) / 1000 for row in rows if not row.error
    )
    assert all(later - earlier > 0.03 for earlier, later in pairwise(sent))
    assert run.ended.code not in {0, 3}
    listed = run.files.table("optimized_failures.csv")
    assert {line["Error"] for line in listed} == {"Missed: no user was free within 0.3 s"}
    report = json.loads((run.files.path / "comparison_report.json").read_text())
    assert report["verdict"] in {"failed", "invalid"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--arrival-rate", "20", "--load-profile", "x.toml"), "--arrival-rate and --load-profile"),
        (("--load-profile", "nowhere.toml"), "--load-profile nowhere.toml: No such file"),
        (("--profile", "soak.toml"), "--load-profile FILE chooses the load"),
        (("--arrival-rate", "-1"), "--arrival-rate -1: expected a finite number"),
    ],
)
def test_what_cannot_be_played_is_refused_before_any_load(
    tmp_path: Path, steady_service: Service, arguments: tuple[str, ...], told: str
) -> None:
    words = ("--headless", *arguments, "--results", str(tmp_path / "results"))
    found = ended(tmp_path, *words, env=environment(steady_service))
    assert found.code == USAGE
    assert told in found.err
    assert not (tmp_path / "results").exists()
