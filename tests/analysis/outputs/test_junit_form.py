"""junit.xml: what Jenkins and GitLab read of it."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from analysis.junit import case_name, junit
from analysis.report import Report
from tests.analysis.outputs.reports import HOSTILE, hostile_report, report
from tests.analysis.synthetic import SLA, fail, measured

SCHEMA = xmlschema.XMLSchema11(Path(__file__).with_name("junit.xsd"))


def cases(found: Report) -> dict[str, ET.Element]:
    """The cases by name; each name stands once."""
    elements = list(parsed(found).iter("testcase"))
    named = {element.get("name", ""): element for element in elements}
    assert len(named) == len(elements)
    return named


def parsed(found: Report) -> ET.Element:
    return ET.fromstring(junit(found))  # noqa: S314  # our own output, not a stranger's


def kind(case: ET.Element) -> str:
    """What became of a case."""
    return next((child.tag for child in case if child.tag != "system-out"), "passed")


def failing() -> dict[str, object]:
    rows = measured()
    rows["optimized"] = fail(rows["optimized"], share=0.2)
    return {"rows": rows}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        failing(),
        {"rows": measured(medians_ms={"baseline": 215.0, "optimized": 214.0})},
        {"state": "interrupted"},
        {"started_at": 1_700_000_000.0, "ended_at": 1_700_000_060.5},
    ],
    ids=["passed", "failed", "inconclusive", "invalid", "timed"],
)
def test_it_is_valid_by_the_schema(tmp_path: Path, changes: dict[str, object]) -> None:
    SCHEMA.validate(junit(report(tmp_path, **changes)))  # type: ignore[arg-type]  # each has its own types


def test_the_schema_refuses_what_jenkins_does() -> None:
    for wrong in (
        "<testsuites><testcase name='x'/></testsuites>",
        "<testsuites><testsuite tests='0' failures='0' errors='0'/></testsuites>",
        "<testsuites><testsuite name='x' tests='1' failures='0' errors='0'><testcase/></testsuite>"
        "</testsuites>",
    ):
        assert not SCHEMA.is_valid(wrong), wrong


def test_there_is_a_case_for_each_objective_and_each_check(tmp_path: Path) -> None:
    found = report(tmp_path)

    named = cases(found)

    suites = {name: case.get("classname") for name, case in named.items()}
    assert [name for name, suite in suites.items() if suite == "swarmgate.objectives"] == [
        row["name"] for row in SLA
    ]
    assert [name for name, suite in suites.items() if suite == "swarmgate.validity"] == [
        row.check for row in found.validity
    ]
    assert {kind(named[str(row["name"])]) for row in SLA} == {"passed"}


def test_names_stay_the_same_when_figures_change_and_hold_no_numbers_of_their_own(tmp_path: Path) -> None:
    one = cases(report(tmp_path / "one"))
    other = cases(
        report(
            tmp_path / "other", measured(rounds=12, seed=9, medians_ms={"baseline": 3.0, "optimized": 2.0})
        )
    )

    assert list(one) == list(other)
    assert not [name for name in one if re.search(r"\d", name.replace("P95", ""))]


def test_a_failed_objective_is_a_failure_with_its_message_in_the_text(tmp_path: Path) -> None:
    rows = measured(medians_ms={"baseline": 480.0, "optimized": 900.0})

    case = cases(report(tmp_path, rows))["P95 latency"]

    assert kind(case) == "failure"
    assert "P95 at most 800 ms: optimized has" in (case[0].text or "")


def test_an_inconclusive_objective_is_an_error(tmp_path: Path) -> None:
    rows = measured(medians_ms={"baseline": 215.0, "optimized": 214.0})

    case = cases(report(tmp_path, rows))["P95 no worse than baseline"]

    assert kind(case) == "error"
    assert case[0].get("type") == "inconclusive"


def test_an_optional_objective_that_is_not_met_is_skipped(tmp_path: Path) -> None:
    rows = measured(medians_ms={"baseline": 480.0, "optimized": 900.0})

    case = cases(report(tmp_path, rows, objectives=[{**SLA[0], "optional": True}, SLA[1]]))["P95 latency"]

    assert kind(case) == "skipped"


def test_of_an_invalid_run_the_check_fails_and_no_objective_passes(tmp_path: Path) -> None:
    named = cases(report(tmp_path, state="interrupted"))

    assert kind(named["the run is complete"]) == "failure"
    assert {kind(named[str(row["name"])]) for row in SLA} == {"skipped"}


def test_the_counts_are_those_of_the_cases(tmp_path: Path) -> None:
    rows = measured(medians_ms={"baseline": 480.0, "optimized": 900.0})
    root = parsed(report(tmp_path, rows))

    for suite in root.iter("testsuite"):
        kinds = [kind(case) for case in suite.iter("testcase")]
        assert suite.get("tests") == str(len(kinds))
        for attribute, name in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(attribute) == str(kinds.count(name))
    assert int(root.get("failures", "")) > 0


def test_hostile_texts_stay_texts_and_what_xml_cannot_hold_is_escaped(tmp_path: Path) -> None:
    found = hostile_report(tmp_path)
    text = junit(found)

    SCHEMA.validate(text)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\u202a-\u202e]", text)
    names = [case.get("name") for case in parsed(found).iter("testcase")]
    assert "<script>alert('script')</script>" in names
    assert "]]><!--&amp;" in names
    assert len(set(names)) == len(names)


def test_long_names_that_begin_and_end_alike_stay_apart() -> None:
    long = [f"{'x' * 5_000}{middle}{'x' * 5_000}" for middle in "ab"]

    assert len({case_name(name) for name in long}) == 2
    assert max(len(case_name(name)) for name in [*long, *HOSTILE]) < 230
