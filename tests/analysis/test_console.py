"""What the terminal shows: golden outputs, 80 columns, hostile names."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.cells import cell_len

from tests.analysis.synthetic import SLA, Rows, analysis, constant, fail, measured, write_run, write_stock
from tests.analysis.synthetic_loads import (
    attribution_manifest,
    attribution_rows,
    intended_starts,
    latin_orders,
    many_arms,
    open_manifest,
    open_rows,
    played_open,
)

GOLDEN = Path(__file__).parent / "golden"


def stalled(arm: str, number: int) -> pd.DataFrame:
    """A block in the open model whose service stalls for a second."""
    noise = np.random.default_rng([number, arm == "optimized"]).lognormal(0, 0.2, 200)
    times_ms = noise * (150.0 if arm == "optimized" else 240.0)
    return played_open(intended_starts(200, 20.0, seed=number), times_ms, users=9, stall=(4.0, 1.5))


CASES: dict[str, tuple[Rows, dict[str, object]]] = {
    "passed": (measured(), {}),
    "passed-one-round": (measured(rounds=1, requests=400), {}),
    "failed": (measured(medians_ms={"baseline": 215.0, "optimized": 480.0}), {}),
    "failed-one-arm": (measured(medians_ms={"baseline": 480.0}), {}),
    "failed-requests": ({arm: fail(frame, share=0.08) for arm, frame in measured().items()}, {}),
    "inconclusive": (measured(medians_ms={"baseline": 360.0, "optimized": 345.0}), {}),
    "invalid": (measured(), {"state": "interrupted", "arms": [
        {"name": "baseline", "asked_sha256": "a" * 64}, {"name": "optimized", "asked_sha256": "b" * 64}]}),
    "on-the-limit": (constant({"baseline": 1000.0, "optimized": 800.0}), {}),
    "optional": (measured(), {"objectives": [
        SLA[0], {**SLA[0], "name": "Wish", "at_most": 400, "optional": True}]}),
    "three-arms": (many_arms(("baseline", "optimized", "http2"), rounds=9), {
        "block_order": latin_orders(3, 9)}),
    "attribution": (attribution_rows(rounds=12), attribution_manifest()),
    "open-model": (open_rows(stalled), open_manifest(rate_rps=20.0, users=9, process="poisson")),
}  # fmt: skip


def compare_with_golden(name: str, shown: str) -> None:
    """Set UPDATE_GOLDEN=1 to write the golden files anew, and read what changed."""
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(shown, encoding="utf-8")
    assert shown == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_the_output_is_the_golden_one(tmp_path: Path, name: str) -> None:
    rows, changes = CASES[name]

    done = analysis("report", write_run(tmp_path, rows, **changes))

    shown = f"{done.stdout}--- standard error\n{done.stderr}--- exit code {done.returncode}\n"
    compare_with_golden(name, shown.replace(str(tmp_path), "RUN_DIR"))


def test_the_output_of_compare_is_the_golden_one(tmp_path: Path) -> None:
    baseline = write_stock(tmp_path / "baseline_stats.csv", 1100)
    optimized = write_stock(tmp_path / "optimized_stats.csv", 800)

    done = analysis("compare", baseline, optimized)

    shown = f"{done.stdout}--- standard error\n{done.stderr}--- exit code {done.returncode}\n"
    compare_with_golden("compare", shown.replace(str(tmp_path), "DIR"))


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.txt")), ids=lambda file: file.stem)
def test_tables_fit_into_80_columns(file: Path) -> None:
    shown = file.read_text(encoding="utf-8").split("--- standard error")[0]

    assert max(cell_len(line.rstrip()) for line in shown.splitlines()) <= 80


def test_a_pipe_gets_no_colour_and_80_columns_whatever_the_terminal(tmp_path: Path) -> None:
    run = write_run(tmp_path)

    wide, narrow = (analysis("report", run, COLUMNS=columns).stdout for columns in ("200", "20"))

    assert wide == narrow
    assert "\x1b" not in wide


def test_a_terminal_gets_colour_unless_no_color_is_set(tmp_path: Path) -> None:
    run = write_run(tmp_path)

    coloured = analysis("report", run, FORCE_COLOR="1", TERM="xterm-256color").stdout
    plain = analysis("report", run, FORCE_COLOR="1", TERM="xterm-256color", NO_COLOR="1").stdout

    assert "\x1b[1;32mpassed" in coloured
    assert "\x1b[1;32m" not in plain


HOSTILE = "[bold red]\x1b[31m\x00\x07\u202e</td>\"'`\n\r\n" + "x" * 10_000


def test_hostile_names_and_errors_break_nothing(tmp_path: Path) -> None:
    rows = measured()
    for frame in rows.values():
        frame.loc[frame["request"] % 3 == 0, "name"] = HOSTILE
        frame.loc[frame["request"] == 5, ["error", "status"]] = [HOSTILE, "500"]
    endpoint = {
        "name": HOSTILE,
        "arm": "optimized",
        "metric": "p50_ms",
        "at_most": 800,
        "endpoint": f"GET {HOSTILE}",
    }

    done = analysis("report", write_run(tmp_path, rows, id=HOSTILE, objectives=[*SLA[:1], endpoint]))

    assert done.returncode == 0, done.stderr
    shown = done.stdout + done.stderr
    assert not {"\x1b", "\x00", "\x07", "\u202e", "\r"} & set(shown)
    assert "[bold red]" in " ".join(shown.split())
    # The path of the report, the last line, is not broken: it is there to be copied.
    assert max(cell_len(line.rstrip()) for line in done.stdout.splitlines()[:-1]) <= 80
    assert len(shown) < 10_000
    report = json.loads((tmp_path / "comparison_report.json").read_text())
    assert f"GET {HOSTILE}" in [row["endpoint"] for row in report["endpoints"]]


def test_an_endpoint_of_one_arm_with_a_hostile_name_is_named_safely(tmp_path: Path) -> None:
    rows = measured()
    rows["optimized"].loc[7, "name"] = HOSTILE

    done = analysis("report", write_run(tmp_path, rows))

    assert done.returncode == 4
    assert not {"\x1b", "\x00", "\u202e"} & set(done.stdout + done.stderr)
