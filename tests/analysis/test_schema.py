"""The published JSON Schema, and the documents that show the form of a run directory."""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from analysis.cli import main
from analysis.report_file import report_schema
from analysis.request_rows import COLUMNS, PROTOCOL
from tests.analysis.synthetic import ROOT, SLA, Rows, analysis, fail, measured, write_run, write_stock

DOCS = ROOT / "docs"
PUBLISHED = DOCS / "comparison_report.schema.json"


def strict(text: str) -> Any:
    """The JSON, without NaN and Infinity, which JSON does not have."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    return json.loads(text, parse_constant=refuse)


def test_the_published_schema_is_that_of_the_models() -> None:
    assert json.loads(PUBLISHED.read_text()) == report_schema(), "run: python -m analysis schema > docs/..."


def test_the_schema_is_printed() -> None:
    done = analysis("schema")

    assert done.returncode == 0
    assert done.stdout == PUBLISHED.read_text()
    Draft202012Validator.check_schema(json.loads(done.stdout))


def all_failed() -> Rows:
    return {arm: fail(frame, share=1.1) for arm, frame in measured().items()}


@pytest.mark.parametrize(
    ("rows", "changes"),
    [
        (None, {}),
        (measured(rounds=1, requests=400), {}),
        (measured(medians_ms={"baseline": 480.0}), {}),
        (all_failed(), {}),
        (measured(rounds=2, requests=5), {}),
        ({arm: frame.head(0) for arm, frame in measured().items()}, {"state": "interrupted"}),
    ],
    ids=["six rounds", "one round", "one arm", "all failed", "few requests", "no rounds"],
)
def test_every_report_follows_the_schema(tmp_path: Path, rows: Rows | None, changes: dict[str, Any]) -> None:
    main(["report", str(write_run(tmp_path, rows, **changes))])

    report = strict((tmp_path / "comparison_report.json").read_text())
    Draft202012Validator(json.loads(PUBLISHED.read_text())).validate(report)


def test_a_report_on_plain_locust_runs_follows_the_schema(tmp_path: Path) -> None:
    stats = write_stock(tmp_path / "a_stats.csv", 700, **{"Failure Count": 9})

    main(["compare", str(stats), str(stats), "--output", str(tmp_path)])

    report = strict((tmp_path / "comparison_report.json").read_text())
    Draft202012Validator(json.loads(PUBLISHED.read_text())).validate(report)


def test_the_names_of_the_design_stand_in_the_report(tmp_path: Path) -> None:
    main(["report", str(write_run(tmp_path))])
    report = strict((tmp_path / "comparison_report.json").read_text())

    assert {
        *("schema_version", "verdict", "reasons", "run", "arms", "comparisons", "endpoints", "objectives"),
        *("validity", "request_semantics", "warnings"),
    } <= report.keys()
    assert {"id", "host", "users", "rounds", "requests_per_block", "seed", "stopped", "versions"} <= report[
        "run"
    ].keys()
    arm = report["arms"]["baseline"]
    assert {
        "user_class",
        "source_sha256",
        "requests",
        "failures",
        "failure_ratio",
        "throughput_rps",
    } <= arm.keys()
    assert arm["latency_ms"].keys() == {"mean", "min", "p50", "p90", "p95", "p99", "max"}
    comparison = report["comparisons"][0]
    names = {
        "baseline_ms",
        "arm_ms",
        "reduction_ms",
        "reduction_ratio",
        "change_ratio",
        "interval",
        "confidence",
    }
    for metric in ("p50", "p90", "p95", "p99", "mean"):
        assert names <= comparison[metric].keys()
    assert {"baseline_rps", "arm_rps", "change_ratio", "interval"} <= comparison["throughput"].keys()
    objective = report["objectives"][0]
    assert {
        "name",
        "arm",
        "metric",
        "at_most",
        "observed",
        "interval",
        "margin",
        "verdict",
    } <= objective.keys()
    assert {"check", "passed", "observed", "expected"} <= report["validity"][0].keys()
    assert {"identical", "baseline_sha256", "optimized_sha256"} <= report["request_semantics"].keys()


def fenced(document: str, language: str) -> str:
    match = re.search(rf"```{language}\n(.*?)```", (DOCS / document).read_text(), re.DOTALL)
    assert match, document
    return match[1]


def test_the_least_run_directory_of_the_document_is_accepted(tmp_path: Path) -> None:
    manifest = json.loads(fenced("run-directory.md", "json"))
    rows = measured(rounds=6)
    write_run(tmp_path, rows)
    (tmp_path / "run.json").write_text(json.dumps(manifest))

    assert main(["report", str(tmp_path)]) == 0


def test_the_rows_of_the_document_are_accepted(tmp_path: Path) -> None:
    shown = fenced("run-directory.md", "csv")
    write_run(tmp_path, requests_per_block=2, rounds=1, planned_looks=[1])
    for arm in ("baseline", "optimized"):
        (tmp_path / f"latency_{arm}.csv").write_text(shown)

    assert shown.splitlines()[0] == ",".join([*COLUMNS, PROTOCOL])
    assert main(["report", str(tmp_path)]) == 4  # two requests are too few for a P95, and that is all
    reasons = json.loads((tmp_path / "comparison_report.json").read_text())["reasons"]
    assert len(reasons) == 1
    assert "needs 72 requests" in reasons[0]


def test_the_objectives_of_the_document_are_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sla = tmp_path / "sla.toml"
    sla.write_text(fenced("objectives.md", "toml"))

    assert main(["objectives", str(sla), "--arms", "baseline,optimized"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [objective["name"] for objective in printed["objectives"]] == ["P95 latency", "Orders no slower"]


def test_every_column_and_key_stands_in_the_document() -> None:
    text = (DOCS / "run-directory.md").read_text()
    models = [(ROOT / "analysis" / name).read_text() for name in ("manifest.py", "manifest_load.py")]

    keys = re.findall(r"^    (\w+): ", "\n".join(models), re.MULTILINE)
    assert len(keys) > 80
    for key in [*keys, *COLUMNS, PROTOCOL]:
        assert f"`{key}`" in text or f'"{key}"' in text, key


def test_the_objectives_command_prints_what_the_manifest_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["objectives", str(ROOT / "sla.toml")]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert printed == {"objectives": [{**objective} for objective in SLA], "answers": None}
    assert main(["report", str(write_run(tmp_path, **printed))]) == 0


def test_objectives_are_checked_against_the_arms_of_a_run_to_come(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["objectives", str(ROOT / "sla.toml"), "--arms", "baseline,baseline2"]) == 0
    assert main(["objectives", str(ROOT / "sla.toml"), "--arms", "baseline"]) == 0


def test_a_foreign_program_may_write_floats_for_statuses(tmp_path: Path) -> None:
    rows = {arm: frame.assign(status=pd.Series([200.0] * len(frame))) for arm, frame in measured().items()}

    assert main(["report", str(write_run(tmp_path, rows))]) == 0
