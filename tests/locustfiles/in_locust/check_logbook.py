"""What a run leaves on disk, round by round, when it is played by hand."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from locustfiles import atomic
from locustfiles.baseline import BaselineUser
from locustfiles.blocks import BlockResult
from locustfiles.logbook import Logbook
from locustfiles.optimized import OptimizedUser
from locustfiles.options import OptionError
from locustfiles.recorder import Row
from locustfiles.run_directory import ROW_COLUMNS, RunDirectory, row_fields
from locustfiles.schedule import Round, planned_rounds
from tests.locustfiles.arguments import parsed
from tests.locustfiles.in_locust.rows import ROWS, row, timed

ARMS = {"baseline": BaselineUser, "optimized": OptimizedUser}
OBJECTIVES = {"objectives": [{"name": "P95"}], "answers": None}


class Play:
    """A run of three rounds of four requests, played into a logbook."""

    def __init__(self, results: Path, *arguments: str, rows: bool = True) -> None:
        shape = ("-u", "2", "--rounds", "3", "--requests", "4", *arguments)
        self.settings = parsed(*shape, "--rows", "on" if rows else "off", "--results", str(results))
        self.rounds = planned_rounds(arms=2, rounds=3, warmup_rounds=1, requests=4, seed=1)
        self.logbook = Logbook(
            self.settings, arms=ARMS, host="http://x", rounds=self.rounds, objectives=OBJECTIVES
        )
        self.path = self.logbook.directory.path

    def blocks(self, played: Round) -> list[BlockResult]:
        return [self.block(played, arm) for arm in ARMS]

    def block(self, played: Round, arm: str, **fields: Any) -> BlockResult:
        numbers = range(played.first_request, played.first_request + 4)
        # They come back in another order than they were asked in.
        rows = [timed(10.0 * (each - numbers[0] + 1), request=each) for each in reversed(numbers)]
        usual = {
            "planned": {"local": 4},
            "started_at": 5.0,
            "ended_at": 6.0,
            "rows": rows,
            "unmeasured": {"lead-in": [row(request=1), row(request=2)], "lead-out": [row(request=3)]},
            "users": {"local": 2},
            "generator": {"local": {"cpu_ratio": [0.5], "lag_ms": [0.1, 0.2]}},
        }
        return BlockResult(arm=arm, **{**usual, **fields})

    def keep(self, played: Round) -> None:
        self.logbook.keep(played, self.blocks(played), attempt=1)

    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.path / "run.json").read_text())
        return found

    def valid(self, name: str) -> list[dict[str, str]]:
        """The rows of a file up to the length that the manifest vouches for."""
        length = self.manifest()["files"][name]["bytes"]
        text = (self.path / name).read_bytes()[:length].decode()
        return list(csv.DictReader(text.splitlines()))


@pytest.fixture
def play(tmp_path: Path) -> Play:
    return Play(tmp_path)


def test_a_run_that_has_only_begun_has_a_manifest_and_empty_row_files(play: Play) -> None:
    manifest = play.manifest()
    assert (manifest["state"], manifest["stopped"], manifest["blocks"]) == ("running", None, [])
    assert (play.path / "latency_baseline.csv").read_text().strip() == ",".join(ROW_COLUMNS)
    assert play.valid("latency_optimized.csv") == []
    assert (play.path.parent / "latest").resolve() == play.path


def test_a_folder_that_cannot_be_written_to_is_refused_by_its_flag(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        OptionError, match=r"--results .*file: Not a directory: .*expected a folder to write to"
    ):
        Play(tmp_path / "file")


def test_a_folder_in_the_place_of_latest_is_named_and_nothing_is_left_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    with pytest.raises(OptionError, match=r"Is a directory: .*/latest; expected"):
        Play(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["latest"]


def test_latest_points_to_the_newest_run(tmp_path: Path) -> None:
    first, second = Play(tmp_path), Play(tmp_path)
    assert first.path != second.path
    assert (tmp_path / "latest").resolve() == second.path


def test_a_kept_round_is_on_disk_with_its_rows_in_the_order_of_the_plan(play: Play) -> None:
    play.keep(play.rounds[1])
    for arm in ARMS:
        rows = play.valid(f"latency_{arm}.csv")
        assert [(each["round"], each["request"]) for each in rows] == [("1", str(n)) for n in (1, 2, 3, 4)]
        assert (play.path / "rounds" / f"001-{arm}_stats.csv").exists()
        assert len(play.valid(f"{arm}_stats_history.csv")) == 1
    assert [(each["round"], each["state"], each["returned"]) for each in play.manifest()["blocks"]] == [
        (1, "kept", 4),
        (1, "kept", 4),
    ]


def test_the_warm_up_is_kept_apart_and_counts_nowhere(play: Play) -> None:
    play.keep(play.rounds[0])
    assert play.valid("latency_baseline.csv") == []
    assert not (play.path / "baseline_stats.csv").exists()
    parts = [(each["arm"], each["part"], each["round"]) for each in play.valid("unmeasured.csv")]
    assert parts.count(("baseline", "warmup", "0")) == 4
    assert parts.count(("optimized", "lead-in", "0")) == 2
    before = play.manifest()["arms"]
    assert before[0]["asked_sha256"] == before[1]["asked_sha256"]


def test_lead_in_and_lead_out_are_kept_and_marked(play: Play) -> None:
    play.keep(play.rounds[1])
    parts = [(each["arm"], each["part"], each["round"]) for each in play.valid("unmeasured.csv")]
    assert parts == [
        *[("baseline", "lead-in", "1")] * 2,
        ("baseline", "lead-out", "1"),
        *[("optimized", "lead-in", "1")] * 2,
        ("optimized", "lead-out", "1"),
    ]


def test_a_discarded_round_is_kept_marked_and_warned_of_but_never_counted(play: Play) -> None:
    played = play.rounds[1]
    lost = play.block(played, "baseline", missing={"local": 3})
    play.logbook.discard(played, [lost], attempt=1, lost=[("local", 3)])
    play.keep(played)
    assert [each["part"] for each in play.valid("unmeasured.csv")].count("discarded") == 4
    assert len(play.valid("latency_baseline.csv")) == 4
    (warning,) = play.manifest()["warnings"]
    assert warning["code"] == "requests-lost"
    assert "round 1, attempt 1: worker local left 3 requests" in warning["message"]
    blocks = play.manifest()["blocks"]
    assert [each["state"] for each in blocks] == ["discarded", "kept", "kept"]
    assert blocks[0]["workers"] == [{"id": "local", "planned": 4, "returned": 1, "users": 2}]


def test_a_run_cut_short_vouches_for_its_finished_rounds_alone(play: Play) -> None:
    play.keep(play.rounds[1])
    finished = play.manifest()["files"]
    # The second arm's rows never get to disk: the round is not finished.
    play.logbook.directory.append_rows("baseline", 2, [row(request=5)])
    play.logbook.finish(state="interrupted", stopped="interrupted")
    manifest = play.manifest()
    assert (manifest["state"], manifest["stopped"]) == ("interrupted", "interrupted")
    assert manifest["ended_at"] >= manifest["started_at"]
    assert manifest["files"] == finished
    assert len(play.valid("latency_baseline.csv")) == len(play.valid("latency_optimized.csv")) == 4


def test_the_lengths_in_the_manifest_are_those_of_the_files(play: Play) -> None:
    for played in play.rounds:
        play.keep(played)
        for name, file in play.manifest()["files"].items():
            assert file["bytes"] == (play.path / name).stat().st_size


def test_without_rows_there_are_histograms_and_no_row_files(tmp_path: Path) -> None:
    play = Play(tmp_path, rows=False)
    play.keep(play.rounds[1])
    assert not list(play.path.glob("latency_*"))
    assert not [name for name in play.manifest()["files"] if name.startswith("latency_")]
    header, *bins = (play.path / "rounds" / "001-baseline_histogram.csv").read_text().splitlines()
    assert header == "Type,Name,latency_ms,count"
    assert bins == [f"GET,GET /items,{time_ms},1" for time_ms in (10.0, 20.0, 30.0, 40.0)]


def test_nothing_half_written_is_left_beside_the_files(play: Play) -> None:
    for played in play.rounds:
        play.keep(played)
    names = [path.name for path in play.path.rglob("*")]
    assert not [name for name in names if name.startswith(".")]


def test_a_file_that_cannot_be_written_to_its_end_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text("old")

    def fail(file: TextIO) -> None:
        file.write("half of the n")
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left"):
        atomic.replace(path, fail)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_generators_samples_are_summed_up_over_the_run(play: Play) -> None:
    play.keep(play.rounds[1])
    play.keep(play.rounds[2])
    (generator,) = play.manifest()["generator"]
    assert generator["worker"] == "local"
    assert generator["cpu_ratio"] == {"samples": 4, "mean": 0.5, "max": 0.5}
    assert (generator["lag_ms"]["samples"], generator["lag_ms"]["max"]) == (8, 0.2)


def test_the_closed_model_says_so_and_nothing_of_arrivals(play: Play) -> None:
    play.keep(play.rounds[1])
    manifest = play.manifest()
    assert manifest["load_model"] == "closed"
    assert not {"arrivals", "stages"}.intersection(manifest)
    assert not any("arrivals" in block for block in manifest["blocks"])


def test_in_the_open_model_every_block_says_how_punctual_it_was(tmp_path: Path) -> None:
    play = Play(tmp_path, "--arrival-rate", "5", "--arrivals", "poisson")
    played = play.rounds[1]
    late = [
        row(request=number, started_at=100.0 + number, latency_ms=70.0, service_time_ms=50.0)
        for number in range(played.first_request, played.first_request + 4)
    ]
    play.logbook.keep(played, [play.block(played, arm, rows=list(late)) for arm in ARMS], attempt=1)
    manifest = play.manifest()
    assert manifest["load_model"] == "open"
    assert manifest["arrivals"] == {"process": "poisson", "rate_rps": 5, "in_flight_limit": 50}
    for block in manifest["blocks"]:
        assert block["arrivals"] == {
            "planned": 4,
            "late": 4,
            "missed": 0,
            "target_rps": 1.0,
            "achieved_rps": 1.0,
            "delay_ms": {"p50": 20.0, "p95": 20.0, "p99": 20.0, "max": 20.0},
        }
    # Locust's response time is the service time; the end of a request is that of its latency.
    total = play.path / "baseline_stats.csv"
    assert "50.0" in total.read_text()
    assert "70.0" not in total.read_text()


@hypothesis_settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_rows_can_be_read_back_as_they_were(tmp_path: Path, rows: Sequence[Row]) -> None:
    directory = RunDirectory(tmp_path, f"run-{len(list(tmp_path.iterdir()))}")
    awkward = row(error='ValueError: "quoted", with a comma\nand a line', status=None)
    directory.append_rows("baseline", 7, [*rows, awkward])
    with (directory.path / "latency_baseline.csv").open(newline="") as file:
        found = list(csv.reader(file))
    assert found[0] == list(ROW_COLUMNS)
    assert found[1:] == [[str(value) for value in row_fields(7, each)] for each in [*rows, awkward]]
