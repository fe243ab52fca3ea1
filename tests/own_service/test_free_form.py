"""Arms with tasks of their own: every task settled, every request accounted for, nothing changed in them."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.locustfiles.locust_process import ROOT
from tests.locustfiles.run_files import Comparison, compare
from tests.mock_service.service import running

pytestmark = pytest.mark.service

ARMS = ROOT / "tests" / "own_service" / "arms"
EXAMPLES = ROOT / "locustfiles" / "examples"
PLAIN = ("--no-tls", "--no-network", "--service-time-factor", "0.1")
TASKS, ROUNDS = 60, 6


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """A run of two arms that use what Locust's own examples use."""
    words = ("-f", str(ARMS / "everything.py"), "-u", "4", "--rounds", str(ROUNDS), "--requests", str(TASKS))
    with running(*PLAIN) as service:
        return compare(
            tmp_path_factory.mktemp("everything"), *words, service=service, **{"PYTHONPATH": str(ROOT)}
        )


def test_every_planned_task_is_settled_and_every_row_has_a_number_of_its_own(everything: Comparison) -> None:
    blocks = [block for block in everything.files.manifest["blocks"] if block["phase"] == "measured"]
    assert len(blocks) == 2 * ROUNDS
    for block in blocks:
        assert block["tasks"] == {"planned": TASKS, "returned": TASKS}
        rows = [row for row in everything.files.rows(block["arm"]) if row.round == block["round"]]
        assert [row.request for row in rows] == list(range(1, block["requests"] + 1))
        assert sorted(row.started_at for row in rows) == [row.started_at for row in rows]


def test_tasks_of_every_kind_have_their_requests(everything: Comparison) -> None:
    for arm in ("old", "new"):
        names = Counter(row.name for row in everything.files.rows(arm))
        assert set(names) == {"first", "second", "many", "nothing", "raw"}
        assert names["many"] % 2 == 0
        assert not [row for row in everything.files.rows(arm) if row.error]


def test_what_is_asked_outside_of_tasks_is_kept_and_not_judged(everything: Comparison) -> None:
    outside = [row for row in everything.files.unmeasured() if row.part == "outside"]
    logins = Counter(row.arm for row in outside if row.name == "login")
    assert logins == {"old": 4, "new": 4}
    assert {row.name for row in outside} == {"login", "nested start"}


def test_logins_are_over_before_the_first_block(everything: Comparison) -> None:
    last = max(row.ended_at for row in everything.files.unmeasured() if row.name == "login")
    first = min(row.started_at for row in everything.files.all_rows() if row.part != "outside")
    assert last <= first


def test_exceptions_of_tasks_are_counted(everything: Comparison) -> None:
    found = everything.files.table("old_exceptions.csv")
    assert {line["Message"] for line in found} == {"broken task"}


def test_the_report_says_what_is_not_proven(everything: Comparison) -> None:
    report = json.loads((everything.files.path / "comparison_report.json").read_text())
    checks = {check["check"]: check for check in report["validity"]}
    assert checks["every planned request accounted for"]["passed"] is True
    assert "720 tasks were planned and played" in checks["every planned request accounted for"]["message"]
    assert checks["the arms asked for the same"]["passed"] is None
    assert checks["the arms have the same mix of endpoints"]["observed"] is not None
    assert report["request_semantics"]["identical"] is None


def test_the_shortest_example_is_at_most_25_lines_and_is_judged(tmp_path: Path) -> None:
    example = EXAMPLES / "two_classes.py"
    assert len(example.read_text().splitlines()) <= 25
    with running(*PLAIN) as service:
        run = compare(
            tmp_path,
            "-f",
            str(example),
            "-u",
            "2",
            "--rounds",
            "1",
            "--requests",
            "20",
            service=service,
            PYTHONPATH=str(ROOT),
        )
    assert run.files.arms == ["old", "new"]
    assert {arm["tasks"] for arm in run.files.manifest["arms"]} == {"free-form"}


@pytest.mark.parametrize(("arms", "played"), [("old,new", ["old", "new"]), ("new,new", ["new", "new2"])])
def test_an_arm_that_derives_from_another_has_its_own_turns_and_an_inherited_host(
    tmp_path: Path, arms: str, played: list[str]
) -> None:
    shape = ("-u", "2", "--rounds", "1", "--warmup-rounds", "0", "--requests", "20", "--arms", arms)
    with running(*PLAIN) as service:
        environment = {"PYTHONPATH": str(ROOT), "SHOP_HOST": service.address.url}
        run = compare(tmp_path, "-f", str(ARMS / "derived.py"), *shape, service=None, **environment)
    assert run.files.arms == played
    assert [arm["host"] for arm in run.files.manifest["arms"]] == [service.address.url] * 2
    assert {arm: len(run.files.rows(arm)) for arm in played} == dict.fromkeys(played, 20)
    assert not any(row.error for row in run.files.all_rows())


def test_an_arm_whose_users_end_is_named(tmp_path: Path) -> None:
    run = compare(
        tmp_path, "-f", str(ARMS / "no_start.py"), "-u", "2", "--host", "http://127.0.0.1:1", service=None
    )
    assert run.ended.code == 1
    assert "PermissionError: wrong password" in run.ended.err
    assert "(workers: 1 of 1, users of old: 0 of 2, users of new: 2 of 2)" in run.ended.err
