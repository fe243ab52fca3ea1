"""Which arms are played, and what the seed decides."""

import json
from typing import Any

import pytest

from tests.locustfiles.run_files import SHORT, Comparison, Play

pytestmark = pytest.mark.service
STRICT = """
[[objective]]
name = "P95"
arm = "optimized"
metric = "p95_ms"
at_most = 1
"""
ENOUGH = ("-u", "4", "--rounds", "1", "--warmup-rounds", "0", "--requests", "80")


@pytest.fixture(scope="module")
def once(play: Play) -> Comparison:
    return play(*SHORT)


@pytest.fixture(scope="module")
def against_itself(play: Play) -> Comparison:
    return play(*SHORT, "--arms", "baseline,baseline")


@pytest.fixture(scope="module")
def alone(play: Play) -> Comparison:
    return play(*ENOUGH, "--arms", "baseline", sla=STRICT)


def digests(comparison: Comparison, kind: str) -> list[str]:
    return [arm[f"{kind}_sha256"] for arm in comparison.files.manifest["arms"]]


def report(comparison: Comparison) -> Any:
    return json.loads((comparison.files.path / "comparison_report.json").read_text())


def test_the_same_seed_asks_and_is_answered_the_same_once_more(play: Play, once: Comparison) -> None:
    again = play(*SHORT)
    assert digests(once, "asked") == digests(again, "asked")
    assert digests(once, "answered") == digests(again, "answered")
    assert once.files.manifest["block_order"] == again.files.manifest["block_order"]


def test_another_seed_asks_for_something_else(play: Play, once: Comparison) -> None:
    other = play(*SHORT, "--seed", "2")
    assert set(digests(other, "asked")).isdisjoint(digests(once, "asked"))
    baseline, optimized = digests(other, "asked")
    assert baseline == optimized


def test_an_arm_against_itself_is_two_arms_with_files_of_their_own(against_itself: Comparison) -> None:
    files = against_itself.files
    assert files.arms == ["baseline", "baseline2"]
    for arm in files.arms:
        assert [row.request for row in files.rows(arm)] == list(range(1, 41))
        assert int(files.total(f"{arm}_stats.csv")["Request Count"]) == 40
        assert (files.path / "rounds" / f"001-{arm}_stats.csv").exists()


def test_an_arm_against_itself_is_the_same_code_and_asks_the_same(against_itself: Comparison) -> None:
    one, other = against_itself.files.manifest["arms"]
    assert one["source_sha256"] == other["source_sha256"]
    assert (one["user_class"], other["user_class"]) == ("BaselineUser", "BaselineUser2")
    assert one["asked_sha256"] == other["asked_sha256"]
    assert one["answered_sha256"] == other["answered_sha256"]


def test_one_arm_alone_is_played_alone(alone: Comparison) -> None:
    files = alone.files
    assert files.arms == ["baseline"]
    assert files.manifest["block_order"] == ["A"]
    assert [row.request for row in files.rows("baseline")] == list(range(1, 81))
    assert not list(files.path.glob("*optimized*"))


def test_one_arm_alone_is_judged_by_absolute_objectives(alone: Comparison) -> None:
    (objective,) = report(alone)["objectives"]
    assert objective["arm"] == "baseline"
    assert objective["observed"] > 1
    assert objective["verdict"] == "failed"


def test_locust_exits_with_the_code_of_the_verdict(alone: Comparison, once: Comparison) -> None:
    codes = {"passed": 0, "failed": 1, "inconclusive": 3, "invalid": 4}
    for comparison in (alone, once):
        assert comparison.ended.code == codes[report(comparison)["verdict"]] != 0
