"""A service that fails: every failure is a row with its error, the run ends by itself, and never passes."""

import socket
from pathlib import Path

import pytest

from mock_service.server import Address
from tests.locustfiles.run_files import SHORT, Comparison, Play
from tests.mock_service.service import FAST, Service, running

pytestmark = pytest.mark.service
ARMS = ("baseline", "optimized")
NEVER_PASSED = {1, 4}


@pytest.fixture(scope="module")
def unreachable(play: Play, mock: Service) -> Comparison:
    with socket.socket() as taken:  # bound and not listening: nobody else gets this port
        taken.bind(("127.0.0.1", 0))
        address = Address(url=f"https://127.0.0.1:{taken.getsockname()[1]}", ca_file=mock.address.ca_file)
        return play(*SHORT, service=Service(process=mock.process, address=address))


@pytest.fixture(scope="module")
def dying(play: Play) -> Comparison:
    shape = ("-u", "4", "--rounds", "2", "--warmup-rounds", "0", "--requests", "40", "--request-timeout", "2")
    with running(*FAST, "--exit-after-requests", "150") as service:
        return play(*shape, service=service)


@pytest.fixture(scope="module")
def erring(play: Play) -> Comparison:
    with running(*FAST, "--error-ratio", "0.2") as service:
        return play(*SHORT, service=service)


@pytest.fixture(scope="module")
def hanging(play: Play) -> Comparison:
    with running(*FAST, "--hang-ratio", "0.1") as service:
        return play(*SHORT, "--request-timeout", "0.4", service=service)


def failed(run: Comparison, arm: str) -> list[tuple[int | None, str]]:
    return [(row.status, row.error) for row in run.files.rows(arm) if row.error]


def assert_failures_are_in_the_statistics(run: Comparison) -> None:
    for arm in ARMS:
        total = run.files.total(f"{arm}_stats.csv")
        listed = run.files.table(f"{arm}_failures.csv")
        errors = [row.error for row in run.files.rows(arm) if row.error]
        assert int(total["Failure Count"]) == len(errors)
        assert sum(int(line["Occurrences"]) for line in listed) == len(errors)
        assert {line["Error"] for line in listed} == set(errors)


def test_a_service_that_cannot_be_reached_fails_every_request(unreachable: Comparison) -> None:
    assert unreachable.ended.code in NEVER_PASSED
    for arm in ARMS:
        assert len(unreachable.files.rows(arm)) == 40
        assert len(failed(unreachable, arm)) == 40
        assert all(status is None and "refused" in error for status, error in failed(unreachable, arm))
    assert_failures_are_in_the_statistics(unreachable)


def test_a_file_of_authorities_that_cannot_be_read_fails_every_request(
    play: Play, mock: Service, tmp_path: Path
) -> None:
    (tmp_path / "no-certificates.pem").write_text("no certificate")
    address = Address(url=mock.address.url, ca_file=tmp_path / "no-certificates.pem")
    run = play(*SHORT, service=Service(process=mock.process, address=address))
    assert run.ended.code in NEVER_PASSED
    assert [len(failed(run, arm)) for arm in ARMS] == [40, 40]


def test_where_nothing_is_answered_the_run_ends_after_the_first_judged_round(unreachable: Comparison) -> None:
    assert unreachable.files.manifest["stopped"] == "nothing answered"
    assert unreachable.files.manifest["state"] == "complete"


def test_a_service_that_dies_on_the_way_leaves_failures_from_then_on(dying: Comparison) -> None:
    assert dying.ended.code in NEVER_PASSED
    rows = sorted((row for arm in ARMS for row in dying.files.rows(arm)), key=lambda row: row.started_at)
    errors = [bool(row.error) for row in rows]
    assert 0 < sum(errors) < len(rows)
    first = errors.index(True)
    # Some of those under way when it died had been answered.
    assert all(errors[first + 8 :])
    assert_failures_are_in_the_statistics(dying)


def test_failing_requests_were_asked_for_all_the_same(dying: Comparison, hanging: Comparison) -> None:
    for run in (dying, hanging):
        assert run.files.manifest["semantics"]["asked_differences"] == 0
        baseline, optimized = run.files.manifest["arms"]
        assert baseline["asked_sha256"] == optimized["asked_sha256"]


def test_an_answer_of_500_is_a_failure_with_its_status(erring: Comparison) -> None:
    assert erring.ended.code in NEVER_PASSED
    for arm in ARMS:
        assert 0 < len(failed(erring, arm)) < 40
        assert all(status == 500 and "500" in error for status, error in failed(erring, arm))
    assert_failures_are_in_the_statistics(erring)


def test_different_answers_to_the_arms_are_counted_and_named(erring: Comparison) -> None:
    semantics = erring.files.manifest["semantics"]
    assert semantics["asked_differences"] == 0
    assert semantics["answered_differences"] > 0
    assert semantics["first_differences"][0]["kind"] == "answered"


def test_a_request_that_is_never_answered_fails_at_its_limit(hanging: Comparison) -> None:
    assert hanging.ended.code in NEVER_PASSED
    for arm in ARMS:
        late = [row for row in hanging.files.rows(arm) if row.error]
        assert late
        assert all(row.status is None for row in late)
        assert all("time" in row.error.lower() or "no answer" in row.error for row in late)
        # A busy event loop counts a few milliseconds from before the request.
        assert all(380 <= row.latency_ms < 1000 for row in late)
    assert_failures_are_in_the_statistics(hanging)


def test_whatever_fails_every_planned_request_is_accounted_for(
    unreachable: Comparison, dying: Comparison, erring: Comparison, hanging: Comparison
) -> None:
    for run in (unreachable, dying, erring, hanging):
        for block in run.files.manifest["blocks"]:
            assert (block["state"], block["returned"]) == ("kept", 40)
        assert "Traceback" not in run.ended.err
