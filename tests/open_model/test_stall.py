"""A service that stalls for 2 s under 20 requests/s: what arrivals see, and what waiting users hide."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

import pytest

from tests.locustfiles.locust_process import environment, locust
from tests.locustfiles.run_files import Answered, RunFiles
from tests.mock_service.service import running
from tests.open_model.service import STEADY_ANSWERS, Stall, set_off_stall

pytestmark = pytest.mark.service
RATE_RPS, REQUESTS, STALL_S = 20, 400, 2.0
STALL_AFTER_S = 10.0
"""Counted from the moment at which Locust starts: some seconds later its users are at work, for 20 s."""
ATTEMPTS, PUNCTUAL_MS = 3, 5.0
SLA = '[[objective]]\nname = "P95"\narm = "optimized"\nmetric = "p95_ms"\nat_most = 60000\n'
TOLERANCE = 0.02


def play(folder: Path, *load: str) -> tuple[RunFiles, Stall]:
    """One block of the optimized arm against a service of its own that stalls in the middle.

    A run in which the generator itself was late, by its own account, is no evidence, nor is one whose stall
    is not known well: then another one is played.
    """
    for attempt in range(ATTEMPTS):
        files, stall = play_once(folder / str(attempt), *load)
        (generator,) = files.manifest["generator"]
        if max(generator["lag_ms"]["p95"], stall.uncertain_s * 1000) <= PUNCTUAL_MS:
            break
    return files, stall


def play_once(folder: Path, *load: str) -> tuple[RunFiles, Stall]:
    folder.mkdir()
    (folder / "sla.toml").write_text(SLA)
    shape = ("--arms", "optimized", "--rounds", "1", "--warmup-rounds", "0", "--requests", str(REQUESTS))
    words = (
        "--headless",
        *load,
        *shape,
        "--sla",
        str(folder / "sla.toml"),
        "--results",
        str(folder / "results"),
    )
    settings = ("--stall-after-s", str(STALL_AFTER_S), "--stall-s", str(STALL_S))
    with (
        running(*STEADY_ANSWERS, *settings) as service,
        locust(folder, *words, env=environment(service)) as run,
    ):
        run.wait_until(lambda: "Starting Locust" in run.err, "Locust")
        stall = set_off_stall(service, after_s=STALL_AFTER_S, lasts_s=STALL_S)
        run.end()
    files = RunFiles(path=(folder / "results" / "latest").resolve())
    assert files.all_rows()[0].started_at > stall.begins_at - STALL_AFTER_S  # the clock began as it should
    return files, stall


@pytest.fixture(scope="module")
def stalled(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFiles, Stall]:
    return play(tmp_path_factory.mktemp("open"), "--arrival-rate", str(RATE_RPS))


@pytest.fixture(scope="module")
def stalled_closed(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFiles, Stall]:
    return play(tmp_path_factory.mktemp("closed"), "-u", "1")


def quantile(values: Sequence[float], share: float) -> float:
    """By the rank of Locust and the report: floor(n·p), counted from 0."""
    return sorted(values)[int(len(values) * share)]


def corrected(service_times_ms: Sequence[float], expected_interval_ms: float) -> list[float]:
    """What HdrHistogram's recordValueWithExpectedInterval, which wrk2 is known for, makes of these times.

    For every value that is longer than the interval at which requests should have been sent, those that were
    not sent meanwhile are filled in: value - interval, value - 2·interval, down to the interval.
    """
    filled = list(service_times_ms)
    for value_ms in service_times_ms:
        missing_ms = value_ms - expected_interval_ms
        while missing_ms >= expected_interval_ms:
            filled.append(missing_ms)
            missing_ms -= expected_interval_ms
    return filled


def implied_ms(schedule_at: Sequence[float], stall: Stall, service_ms: float) -> list[float]:
    """Latencies by the schedule alone: who arrives in the stall is answered at its end.

    The service's time for a request runs meanwhile; it is much shorter than the stall.
    """
    return [
        max((stall.ends_at - at) * 1000, service_ms) if stall.begins_at <= at < stall.ends_at else service_ms
        for at in schedule_at
    ]


def service_outside_of(rows: Sequence[Answered], stall: Stall) -> float:
    """The median service time of requests that have nothing to do with the stall."""
    return median(
        row.service_time_ms
        for row in rows
        if row.ended_at < stall.begins_at or row.started_at > stall.ends_at + 1
    )


def test_latencies_from_the_intended_start_are_what_the_schedule_implies(
    stalled: tuple[RunFiles, Stall],
) -> None:
    files, stall = stalled
    rows = files.rows("optimized")
    assert len(rows) == REQUESTS
    assert not any(row.error for row in rows)
    schedule_at = [rows[0].started_at + place / RATE_RPS for place in range(REQUESTS)]
    assert [row.started_at for row in rows] == pytest.approx(schedule_at, abs=1e-4, rel=0)
    assert schedule_at[0] + 1 < stall.begins_at < stall.ends_at < schedule_at[-1] - 1
    implied = implied_ms(schedule_at, stall, service_outside_of(rows, stall))
    for share in (0.95, 0.99):
        found = quantile([row.latency_ms for row in rows], share)
        assert found == pytest.approx(quantile(implied, share), rel=TOLERANCE)
        assert found > 900  # it is the stall that is seen here


def test_the_manifest_says_that_the_schedule_was_kept(stalled: tuple[RunFiles, Stall]) -> None:
    manifest = stalled[0].manifest
    (block,) = manifest["blocks"]
    found = block["arrivals"]
    assert (found["planned"], found["missed"]) == (REQUESTS, 0)
    assert found["target_rps"] == pytest.approx(RATE_RPS, rel=1e-4)
    assert found["achieved_rps"] == pytest.approx(RATE_RPS, rel=0.01)
    assert found["delay_ms"]["p50"] <= found["delay_ms"]["p95"] <= found["delay_ms"]["max"]
    assert manifest["arrivals"] == {"process": "constant", "rate_rps": 20, "in_flight_limit": 200}


def test_waiting_users_hide_the_stall_and_wrk2s_correction_finds_it_again(
    stalled: tuple[RunFiles, Stall], stalled_closed: tuple[RunFiles, Stall]
) -> None:
    """One user that is answered in some 45 ms asks about as often as arrivals come, until the stall."""
    files, stall = stalled_closed
    rows = files.rows("optimized")
    times_ms = [row.service_time_ms for row in rows]
    assert [row.latency_ms for row in rows] == times_ms
    assert sum(time_ms > 1000 * STALL_S * 0.9 for time_ms in times_ms) == 1
    usual_ms = service_outside_of(rows, stall)
    for share in (0.95, 0.99):  # coordinated omission: one of 400 requests met the stall
        assert quantile(times_ms, share) < 2 * usual_ms
    interval_ms = 1000 / RATE_RPS
    arrivals_ms = [row.latency_ms for row in stalled[0].rows("optimized")]
    # As many requests as the open model's, those included that were not sent: the same ranks.
    sent = next(
        count for count in range(REQUESTS) if len(corrected(times_ms[:count], interval_ms)) >= REQUESTS
    )
    for share in (0.95, 0.99):
        seen = quantile(arrivals_ms, share)
        again = quantile(corrected(times_ms[:sent], interval_ms), share)
        # The stall meets the two runs at different moments between two requests: an interval apart at most,
        # and the answers themselves differ by some milliseconds.
        assert again == pytest.approx(seen, abs=1.5 * interval_ms)


def test_one_user_alone_sends_late_and_its_service_times_hide_it(tmp_path: Path) -> None:
    """One request in flight, as on one connection of wrk2: 40 arrivals queue up behind the stall."""
    files, stall = play(tmp_path, "--arrival-rate", str(RATE_RPS), "--in-flight", "1")
    rows = files.rows("optimized")
    usual_ms = service_outside_of(rows, stall)
    free_at, implied = 0.0, []
    for place in range(REQUESTS):  # the queue of one server, worked out from the schedule alone
        due_at = rows[0].started_at + place / RATE_RPS
        sent_at = max(due_at, free_at)
        begun_at = stall.ends_at if stall.begins_at <= sent_at < stall.ends_at else sent_at
        free_at = begun_at + usual_ms / 1000
        implied.append((free_at - due_at) * 1000)
    for share in (0.95, 0.99):
        assert quantile([row.service_time_ms for row in rows], share) < 2 * usual_ms
    found = files.manifest["blocks"][0]["arrivals"]
    assert found["late"] > 40
    assert found["missed"] == 0
    # How fast it drains hangs on the small difference of 50 ms and the service time; its head does not.
    assert quantile([row.latency_ms for row in rows], 0.99) == pytest.approx(quantile(implied, 0.99), rel=0.1)
