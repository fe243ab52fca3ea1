"""A run that is ended from outside: what it leaves behind at which moment, and its exit code."""

import json
import random
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
import pytest

from tests.locustfiles.locust_process import Running, environment, locust
from tests.locustfiles.run_files import RunFiles, runs_in
from tests.mock_service.service import Service

pytestmark = pytest.mark.service
REQUESTS = 40
LONG = ("-u", "4", "--requests", str(REQUESTS), "--rounds", "500", "--warmup-rounds", "0")
ARMS = ("baseline", "optimized")
Start = Callable[..., Running]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results"


@pytest.fixture
def start(mock: Service, tmp_path: Path, results: Path) -> Iterator[Start]:
    """What starts one comparison, which the test brings to its end."""
    line = ("--headless", "--results", str(results), *LONG)
    with ExitStack() as processes:
        yield lambda *more: processes.enter_context(locust(tmp_path, *line, *more, env=environment(mock)))


def rounds_played(running: Running) -> int:
    return sum(line.startswith("round ") for line in running.err.splitlines())


def asks_analysis_to(running: Running, command: str) -> bool:
    words: list[str] = []
    for child in psutil.Process(running.process.pid).children():
        with suppress(psutil.Error):  # it has just ended
            words += child.cmdline()
    return command in words


def only_run(results: Path) -> RunFiles:
    (run,) = runs_in(results)
    return run


def assert_valid(run: RunFiles, *, rounds: Sequence[int]) -> None:
    """The files hold these rounds, whole, and nothing else that the manifest vouches for."""
    kept = {block["round"] for block in run.manifest["blocks"] if block["state"] == "kept"}
    assert kept == set(rounds)
    for arm in ARMS:
        rows = run.rows(arm)
        assert [row.request for row in rows] == list(range(1, REQUESTS * len(rounds) + 1))
        assert not [row.error for row in rows if row.error]
        if rounds:
            assert int(run.total(f"{arm}_stats.csv")["Request Count"]) == len(rows)
            history = run.table(f"{arm}_stats_history.csv")
            assert len(history) == len(rounds)


def test_ctrl_c_while_locust_starts_ends_it(start: Start, results: Path) -> None:
    running = start()
    running.wait_until(lambda: "Starting Locust" in running.err, "the start")
    # Python itself ends by the signal as long as nobody has taken it over.
    assert running.end(signal.SIGINT).code in {130, -signal.SIGINT}
    if results.exists():
        assert_valid(only_run(results), rounds=[])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_the_objectives_are_checked_ends_locust_before_any_run(
    start: Start, results: Path, number: int, code: int
) -> None:
    running = start()
    running.wait_until(lambda: psutil.Process(running.process.pid).children(), "the check")
    ended = running.end(number)
    assert ended.code == code
    assert "Traceback" not in ended.err
    assert not results.exists()


def test_sigterm_in_the_first_block_leaves_a_run_without_rounds(start: Start, results: Path) -> None:
    running = start("--requests", "5000")
    running.wait_until((results / "latest" / "run.json").exists, "the manifest")
    time.sleep(0.5)  # the block takes many times as long
    ended = running.end(signal.SIGTERM)
    assert ended.code == 143
    run = only_run(results)
    assert (run.manifest["state"], run.manifest["stopped"]) == ("interrupted", "interrupted")
    assert_valid(run, rounds=[])
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_in_mid_run_keeps_the_finished_rounds(
    start: Start, results: Path, number: int, code: int
) -> None:
    running = start()
    running.wait_until(lambda: rounds_played(running) >= 2, "two rounds")
    ended = running.end(number)
    assert ended.code == code
    run = only_run(results)
    played = rounds_played(running)
    assert (run.manifest["state"], run.manifest["stopped"]) == ("interrupted", "interrupted")
    assert played <= max(block["round"] for block in run.manifest["blocks"]) <= played + 1
    assert_valid(run, rounds=sorted({block["round"] for block in run.manifest["blocks"]}))
    assert not (run.path / "comparison_report.json").exists()
    assert "Traceback" not in ended.err


def test_a_signal_while_the_report_is_made_still_interrupts_the_run(start: Start, results: Path) -> None:
    running = start("--rounds", "2")
    running.wait_until(lambda: rounds_played(running) == 2, "the last round")
    ended = running.end(signal.SIGTERM)
    assert ended.code == 143
    run = only_run(results)
    assert run.manifest["state"] == "interrupted"
    assert_valid(run, rounds=[1, 2])
    assert "Traceback" not in ended.err


def test_a_signal_while_the_noise_floor_is_stored_still_interrupts_the_run(
    start: Start, results: Path
) -> None:
    running = start("--rounds", "2", "--calibrate", "--arms", "baseline")
    running.wait_until(lambda: asks_analysis_to(running, "calibrate"), "the calibration")
    ended = running.end(signal.SIGTERM)
    assert ended.code == 143
    assert only_run(results).manifest["state"] == "interrupted"
    assert not (results / "noise-floor.json").exists()
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("later_s", [0.0, 0.8])
def test_a_signal_after_the_verdict_changes_nothing(
    start: Start, results: Path, number: int, later_s: float
) -> None:
    running = start("--rounds", "1", "--processes", "2")
    # A worker has been told to go; for a second or so Locust takes its leave of the others.
    running.wait_until(lambda: "Shutting down (exit code 0)" in running.err, "the end")
    time.sleep(later_s)
    ended = running.end(number)
    report = json.loads((results / "latest" / "comparison_report.json").read_text())
    assert ended.code == {"passed": 0, "failed": 1, "inconclusive": 3, "invalid": 4}[report["verdict"]]
    assert only_run(results).manifest["state"] == "complete"
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_python_ends_changes_nothing(start: Start, results: Path, number: int) -> None:
    running = start("--rounds", "1")
    running.wait_until(lambda: "Shutting down" in running.err, "the end")
    ended = running.end(number)
    report = json.loads((results / "latest" / "comparison_report.json").read_text())
    assert ended.code == {"passed": 0, "failed": 1, "inconclusive": 3, "invalid": 4}[report["verdict"]]


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a_signal_at_any_moment_leaves_nothing_half_done(mock: Service, tmp_path: Path) -> None:
    moments = random.Random(1)
    for number in range(40):
        folder = tmp_path / str(number)
        line = ("--headless", "--results", str(folder), *LONG, "--rounds", "4")
        with locust(tmp_path / f"output-{number}", *line, env=environment(mock)) as running:
            time.sleep(moments.uniform(1, 8))
            sent = moments.choice([signal.SIGINT, signal.SIGTERM])
            ended = running.end(sent)
        if ended.code == -sent:  # Python had not yet come to read our file
            continue
        assert ended.code in {128 + sent, 0, 1, 3, 4}, ended.err
        for run in runs_in(folder) if folder.exists() else []:
            state = "interrupted" if ended.code == 128 + sent else "complete"
            assert run.manifest["state"] == state
            assert_valid(run, rounds=sorted({block["round"] for block in run.manifest["blocks"]}))
        assert "Traceback" not in ended.err


def test_kill_9_costs_at_most_the_round_under_way(start: Start, results: Path) -> None:
    running = start()
    running.wait_until(lambda: rounds_played(running) >= 2, "two rounds")
    assert running.end(signal.SIGKILL).code == -signal.SIGKILL
    run = only_run(results)
    played = rounds_played(running)
    kept = sorted({block["round"] for block in run.manifest["blocks"]})
    assert run.manifest["state"] == "running"
    assert kept in (list(range(1, played + 1)), list(range(1, played + 2)))
    for arm in ARMS:
        assert [row.request for row in run.rows(arm)] == list(range(1, REQUESTS * len(kept) + 1))


def test_a_run_whose_results_cannot_be_written_ends_and_keeps_the_finished_rounds(
    start: Start, results: Path
) -> None:
    running = start()
    running.wait_until(lambda: rounds_played(running) >= 2, "two rounds")
    # What a full disk would do: the next file that is replaced cannot be written.
    run = only_run(results)
    (run.path / "rounds").rename(run.path / "elsewhere")
    ended = running.end()
    assert ended.code == 1
    assert "cannot be recorded" in ended.err
    (run.path / "elsewhere").rename(run.path / "rounds")
    assert run.manifest["state"] == "interrupted"
    kept = len({block["round"] for block in run.manifest["blocks"]})
    for arm in ARMS:
        assert [row.request for row in run.rows(arm)] == list(range(1, REQUESTS * kept + 1))


@pytest.mark.parametrize("number", [None, signal.SIGTERM])
def test_a_run_whose_whole_folder_is_gone_ends_with_a_message_and_its_code(
    start: Start, results: Path, number: int | None
) -> None:
    running = start()
    running.wait_until(lambda: rounds_played(running) >= 1, "a round")
    results.rename(results.with_name("elsewhere"))
    ended = running.end(number)
    assert ended.code in ({1} if number is None else {1, 143})
    assert "Traceback" not in ended.err
