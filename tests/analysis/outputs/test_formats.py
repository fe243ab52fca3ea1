"""Which files `--format` leaves, and what each costs."""

import subprocess
import sys
from pathlib import Path

import pytest

from analysis.formats import DEFAULTS, FORMATS
from tests.analysis.synthetic import ROOT, analysis, write_run, write_stock

WRITTEN = {"run.json", "latency_baseline.csv", "latency_optimized.csv"}
REPORT = "comparison_report.json"
FILES = {
    "console": set(),
    "json": set(),
    "html": {"comparison_report.html"},
    "markdown": {"comparison_report.md"},
    "junit": {"junit.xml"},
    "benchmark": {"benchmark_smaller_is_better.json", "benchmark_bigger_is_better.json"},
}


def files(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()} - WRITTEN


def test_a_run_directory_gets_every_file_that_people_and_ci_systems_read(tmp_path: Path) -> None:
    done = analysis("report", write_run(tmp_path))

    assert done.returncode == 0, done.stderr
    assert files(tmp_path) == {REPORT}.union(*(FILES[name] for name in DEFAULTS))
    assert "passed: P95" in done.stdout


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_that_is_asked_for_comes_alone_with_the_json(tmp_path: Path, name: str) -> None:
    done = analysis("report", write_run(tmp_path), "--format", name)

    assert done.returncode == 0, done.stderr
    assert files(tmp_path) == {REPORT} | FILES[name]
    assert bool(done.stdout) == (name in ("console", "json"))


def test_files_go_to_the_directory_that_is_named(tmp_path: Path) -> None:
    run, output = write_run(tmp_path / "run"), tmp_path / "out"

    analysis("report", run, "--output", output)

    assert files(run) == set()
    assert "comparison_report.html" in files(output)


def test_compare_writes_files_only_where_a_directory_is_named(tmp_path: Path) -> None:
    runs = [write_stock(tmp_path / f"{name}_stats.csv", p95) for name, p95 in (("a", 700), ("b", 500))]

    bare = analysis("compare", *runs, cwd=ROOT)
    refused = analysis("compare", *runs, "--format", "html")
    written = analysis("compare", *runs, "--output", tmp_path / "out")

    assert bare.returncode == written.returncode == 0, bare.stderr
    assert refused.returncode == 2
    assert "no directory to write it to" in refused.stderr
    assert "--output DIR" in refused.stderr
    assert files(tmp_path / "out") == {REPORT}.union(*(FILES[name] for name in DEFAULTS))


@pytest.mark.parametrize("name", ["console", "json", "markdown", "junit", "benchmark"])
def test_only_the_page_loads_what_draws(tmp_path: Path, name: str) -> None:
    script = (
        "import sys; from analysis.cli import main; code = main(sys.argv[1:]); "
        "sys.exit(code or any(m.split('.')[0] in ('matplotlib', 'jinja2') for m in sys.modules))"
    )
    command = [sys.executable, "-c", script, "report", str(write_run(tmp_path)), "--format", name]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=60)

    assert done.returncode == 0, done.stderr
