"""However many workers there are, they play the very same comparison as one process."""

import pytest

from tests.distributed.processes import (
    ACCOUNTED,
    VERDICTS,
    assert_exact,
    check,
    kept_blocks,
    median_gap_ms,
    players,
    swarm,
    warnings,
)
from tests.locustfiles.locust_process import environment, locust
from tests.locustfiles.run_files import RunFiles, runs_in
from tests.mock_service.service import Service

pytestmark = pytest.mark.service

REQUESTS, ROUNDS = 400, 2
SHAPE = ("-u", "24", "--rounds", str(ROUNDS), "--requests", str(REQUESTS))
GAP_LIMIT_MS = 100


@pytest.fixture(scope="session")
def one_process(quick: Service, tmp_path_factory: pytest.TempPathFactory) -> RunFiles:
    folder = tmp_path_factory.mktemp("one")
    with locust(
        folder, "--headless", "--results", str(folder / "results"), *SHAPE, env=environment(quick)
    ) as one:
        assert one.end().code in VERDICTS, one.err
    return runs_in(folder / "results")[-1]


def played(folder_factory: pytest.TempPathFactory, quick: Service, *, workers: int, forked: bool) -> RunFiles:
    """A run by so many workers, forked by one command or started one by one."""
    folder = folder_factory.mktemp(f"workers-{workers}")
    if forked:
        words = ("--headless", "--processes", str(workers), "--results", str(folder / "results"), *SHAPE)
        with locust(folder, *words, env=environment(quick)) as master:
            ended = master.end()
    else:
        with swarm(folder, service=quick) as several:
            several.start_master("--expect-workers", str(workers), *SHAPE)
            for _ in range(workers):
                several.add_worker()
            ended = several.end()
            assert [worker.end().code for worker in several.workers] == [0] * workers
    assert ended.code in VERDICTS, ended.err
    assert "Traceback" not in ended.err
    return runs_in(folder / "results")[-1]


def assert_same_comparison(run: RunFiles, one_process: RunFiles, *, workers: int) -> None:
    assert_exact(run, rounds=ROUNDS, requests=REQUESTS)
    assert check(run, ACCOUNTED) is True
    digests = {arm["asked_sha256"] for each in (run, one_process) for arm in each.manifest["arms"]}
    assert len(digests) == 1
    assert None not in digests
    held = [worker["users"] for worker in run.manifest["workers"]]
    assert len(held) == workers
    for users in held:
        assert users["baseline"] == users["optimized"]
    assert sum(users["baseline"] for users in held) == 24
    assert max(users["baseline"] for users in held) - min(users["baseline"] for users in held) <= 1
    everybody = {worker["id"] for worker in run.manifest["workers"]}
    for block in kept_blocks(run):
        assert players(block) == everybody
        assert all(worker["returned"] == worker["planned"] > 0 for worker in block["workers"])
    assert median_gap_ms(run) <= GAP_LIMIT_MS


@pytest.mark.parametrize(("workers", "forked"), [(1, True), (2, False), (3, True), (8, True)])
def test_any_number_of_workers_plays_the_comparison_of_one_process(
    workers: int,
    forked: bool,
    quick: Service,
    one_process: RunFiles,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    run = played(tmp_path_factory, quick, workers=workers, forked=forked)
    assert_same_comparison(run, one_process, workers=workers)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("workers", [1, 2, 3, 8])
def test_twenty_runs_in_a_row_miss_nothing(
    workers: int, quick: Service, one_process: RunFiles, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for repetition in range(20):
        run = played(tmp_path_factory, quick, workers=workers, forked=bool(repetition % 2))
        assert_same_comparison(run, one_process, workers=workers)


def test_two_runs_at_once_on_one_machine_do_not_meet_and_report_their_uneven_spread(
    quick: Service, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("two")
    words = ("--headless", "--processes", "2", "-u", "5", "--rounds", "1", "--requests", "100")
    env = environment(quick)
    with (
        locust(folder / "a", *words, "--results", str(folder / "a/results"), env=env) as one,
        locust(folder / "b", *words, "--results", str(folder / "b/results"), env=env) as other,
    ):
        assert one.end().code in VERDICTS, one.err
        assert other.end().code in VERDICTS, other.err
    runs = [runs_in(folder / name / "results")[-1] for name in "ab"]
    for run in runs:
        assert_exact(run, rounds=1, requests=100)
        assert len(run.manifest["workers"]) == 2
        assert warnings(run, "uneven-spread") == ["5 users do not spread evenly over 2 workers: 2 to 3"]
        assert len(run.manifest["warnings"]) == 1
    assert not players(kept_blocks(runs[0])[0]) & players(kept_blocks(runs[1])[0])
