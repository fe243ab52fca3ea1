"""`python -m analysis calibrate`, and objectives that are finer than what it found."""

import json
from pathlib import Path

import pytest

from tests.analysis.synthetic import SLA, analysis, measured, write_run

SAME = {"baseline": 480.0, "baseline2": 480.0}
PROVED = {
    "arms": [{"name": arm, "user_class": "BaselineUser", "asked_sha256": "0" * 64} for arm in SAME],
    "objectives": SLA[:1],
}


def objectives_file(folder: Path, margin: float) -> Path:
    path = folder / "sla.toml"
    path.write_text(
        f'[[objective]]\nname = "P95"\narm = "optimized"\nmetric = "p95_ms"\nregression_at_most = {margin}\n'
    )
    return path


@pytest.fixture
def floor(tmp_path: Path) -> Path:
    """The file that a calibration leaves."""
    run = write_run(tmp_path / "run", measured(medians_ms=SAME), **PROVED)
    path = tmp_path / "results" / "noise-floor.json"
    done = analysis("calibrate", run, "--output", path)
    assert done.returncode == 0, done.stderr
    return path


def test_the_floor_lies_above_what_the_run_could_not_rule_out(floor: Path) -> None:
    stored = json.loads(floor.read_text())

    assert set(stored["change_ratio"]) == {
        "p50_ms",
        "p90_ms",
        "p95_ms",
        "p99_ms",
        "mean_ms",
        "throughput_rps",
    }
    assert 0 < stored["change_ratio"]["p95_ms"] < 0.2
    assert stored["rounds"] == 6


def test_an_objective_below_the_floor_is_refused_with_its_figure(floor: Path, tmp_path: Path) -> None:
    ratio = json.loads(floor.read_text())["change_ratio"]["p95_ms"]
    coarser = analysis("objectives", objectives_file(tmp_path, ratio * 2), "--noise-floor", floor)
    refused = analysis("objectives", objectives_file(tmp_path, ratio / 2), "--noise-floor", floor)

    assert coarser.returncode == 0, coarser.stderr
    assert refused.returncode == 2
    assert f"{100 * ratio:.1f}"[:3] in refused.stderr
    assert "finer than the noise floor of p95_ms" in refused.stderr


def test_a_mere_direction_is_never_too_fine(floor: Path, tmp_path: Path) -> None:
    assert analysis("objectives", objectives_file(tmp_path, 0), "--noise-floor", floor).returncode == 0


def test_only_an_arm_against_itself_calibrates(tmp_path: Path) -> None:
    done = analysis("calibrate", write_run(tmp_path / "run"), "--output", tmp_path / "floor.json")

    assert done.returncode == 2
    assert "expected an arm against itself" in done.stderr
    assert not (tmp_path / "floor.json").exists()


def test_an_invalid_run_leaves_no_floor(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", measured(medians_ms=SAME), **PROVED, state="interrupted")
    done = analysis("calibrate", run, "--output", tmp_path / "floor.json")

    assert done.returncode == 4
    assert not (tmp_path / "floor.json").exists()


def test_a_floor_that_cannot_be_written_exits_2_with_one_message(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", measured(medians_ms=SAME), **PROVED)
    done = analysis("calibrate", run, "--output", tmp_path)

    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {tmp_path}: Is a directory")


@pytest.mark.parametrize("content", ["", "{}", "[]", "\x00", '{"change_ratio": {}}'])
def test_a_file_that_is_no_floor_is_named(content: str, tmp_path: Path) -> None:
    (tmp_path / "floor.json").write_text(content)
    refused = analysis("objectives", objectives_file(tmp_path, 0.1), "--noise-floor", tmp_path / "floor.json")

    assert refused.returncode == 2
    assert "floor.json" in refused.stderr
