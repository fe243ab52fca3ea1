"""docs/ci.md and its examples: they parse, what they call exists, exit codes lead where they say."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from analysis import benchmark, cli, junit, markdown
from analysis.formats import FORMATS
from analysis.report import FILE_NAME
from analysis.verdict import EXIT_CODES
from tests.analysis.synthetic import ROOT, analysis

DOCS = ROOT / "docs"
GITHUB = DOCS / "ci" / "github-actions.yml"
BENCHMARK = DOCS / "ci" / "github-benchmark.yml"
GITLAB = DOCS / "ci" / "gitlab-ci.yml"
JENKINS = DOCS / "ci" / "Jenkinsfile"
EXAMPLES = (GITHUB, BENCHMARK, GITLAB, JENKINS)
PUBLISHED = {
    *(FILE_NAME, markdown.FILE_NAME, junit.FILE_NAME, "comparison_report.html"),
    *(benchmark.SMALLER_FILE, benchmark.BIGGER_FILE),
}


def parsed(path: Path) -> Any:
    yaml = pytest.importorskip("yaml", reason="PyYAML reads the examples")
    text = path.read_text()
    # YAML 1.1 takes the key `on` for true.
    return yaml.safe_load(re.sub(r"^on:", "'on':", text, flags=re.M))


def commands(path: Path) -> list[list[str]]:
    """Every command of ours in a file, as words; a command behind `exec --` on its own."""
    lines = re.findall(r"\.venv/bin/(?:python -m \w+|locust) ?[^'\n|`]*", path.read_text())
    whole = [shlex.split(line, comments=True) for line in lines]
    return [part for words in whole for part in _split(words)]


def _split(words: list[str]) -> list[list[str]]:
    if "--" not in words:
        return [words]
    place = words.index("--")
    return [words[:place], words[place + 1 :]]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_command_and_flag_exists(path: Path) -> None:
    found = commands(path)
    assert found
    for words in found:
        program = words[:3] if "-m" in words else words[:1]
        command = (
            [sys.executable, *program[1:]] if "-m" in words else [f"{Path(sys.executable).parent}/locust"]
        )
        command += [word for word in words[len(program) : len(program) + 1] if word in ("report", "exec")]
        told = subprocess.run(
            [*command, "--help"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
        )
        assert told.returncode == 0, words
        for flag in (word for word in words if word.startswith("--")):
            assert re.search(rf"{flag}\b", told.stdout), f"{flag} of {words}"


def test_the_target_that_installs_exists() -> None:
    targets = {word for path in EXAMPLES for word in re.findall(r"make (\.[\w./-]+)", path.read_text())}

    assert targets == {".venv/installed"}
    done = subprocess.run(["make", "-n", *targets], cwd=ROOT, capture_output=True, check=False, timeout=30)
    assert done.returncode == 0


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_file_of_a_run_that_is_named_is_one_that_is_written(path: Path) -> None:
    named = set(re.findall(r"(?:results/(?:latest|2\*)/|reportFiles: ')([\w.]+\.\w+)", path.read_text()))

    assert named <= PUBLISHED


def test_the_table_of_exit_codes_is_that_of_the_programs() -> None:
    rows = re.findall(r"^\| (\d+)(?:, \d+)? \| ?(\w*) \|", (DOCS / "ci.md").read_text(), re.M)

    told = {int(code): verdict for code, verdict in rows}
    assert {verdict: code for code, verdict in told.items() if verdict} == EXIT_CODES
    assert {cli.UNREADABLE, cli.DEFECT, cli.INTERRUPTED} == {
        code for code, verdict in told.items() if not verdict
    }


def test_the_table_of_files_names_those_that_are_written_and_links_lead_somewhere() -> None:
    text = (DOCS / "ci.md").read_text()

    assert set(re.findall(r"`((?:comparison|benchmark)\w+\.\w+|junit\.xml)`", text)) == PUBLISHED
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (DOCS / target).exists(), target
    assert "--format benchmark" in text
    assert "benchmark" in FORMATS


def test_the_github_workflow_has_the_form_that_github_reads() -> None:
    workflow = parsed(GITHUB)

    job = workflow["jobs"]["comparison"]
    assert {"pull_request", "push"} == set(workflow["on"])
    assert job["timeout-minutes"] == 30
    for step in job["steps"]:
        assert ("run" in step) != ("uses" in step)
        assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "a/b@v1"))
    keep = next(step for step in job["steps"] if step.get("name") == "Keep the run")
    assert keep["if"] == "${{ !cancelled() }}"
    comment = next(step for step in job["steps"] if step.get("name") == "Comment on the pull request")
    # Null, and so unequal, where there is no pull request; another repository's name where it is a fork's.
    assert "github.event.pull_request.head.repo.full_name == github.repository" in comment["if"]


@pytest.mark.parametrize(
    ("event", "code", "expected"),
    [
        ("push", 0, 0),
        ("push", 1, 1),
        ("push", 3, 3),
        ("push", 4, 4),
        ("pull_request", 3, 0),
        ("pull_request", 1, 1),
        ("pull_request", 4, 4),
    ],
)
def test_the_github_step_passes_the_verdict_on(tmp_path: Path, event: str, code: int, expected: int) -> None:
    job = parsed(GITHUB)["jobs"]["comparison"]
    script = next(step["run"] for step in job["steps"] if step.get("name") == "Compare")
    program = tmp_path / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\nexit {code}\n")
    program.chmod(0o755)

    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "GITHUB_EVENT_NAME": event},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert done.returncode == expected
    assert ("::warning::" in done.stdout) == (code == 3)


def test_the_steps_for_github_action_benchmark_fit_into_the_workflow() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML reads the examples")

    steps = yaml.safe_load("steps:\n" + BENCHMARK.read_text())["steps"]

    tools = {step["with"]["tool"]: step["with"]["output-file-path"] for step in steps if "with" in step}
    assert tools == {
        "customSmallerIsBetter": f"results/latest/{benchmark.SMALLER_FILE}",
        "customBiggerIsBetter": f"results/latest/{benchmark.BIGGER_FILE}",
    }


def test_the_gitlab_job_reports_keeps_and_tolerates_the_inconclusive() -> None:
    job = parsed(GITLAB)["comparison"]

    assert job["allow_failure"]["exit_codes"] == [EXIT_CODES["inconclusive"]]
    assert job["artifacts"]["when"] == "always"
    assert job["artifacts"]["reports"]["junit"].endswith(junit.FILE_NAME)
    assert job["cache"]["key"]["files"] == ["requirements.lock"]


def test_the_jenkinsfile_tells_the_codes_apart_and_closes_what_it_opens() -> None:
    text = JENKINS.read_text()

    assert re.search(rf"code == {EXIT_CODES['inconclusive']}\) {{\s+unstable\(", text)
    assert re.search(rf"code == {EXIT_CODES['invalid']}\) {{\s+error\('invalid", text)
    assert re.search(r"code != 0\) {\s+error\(", text)
    bare = re.sub(r"//.*|'[^']*'|\"[^\"]*\"", "", text)
    for opening, closing in ("{}", "()", "[]"):
        assert bare.count(opening) == bare.count(closing)


def test_the_command_that_writes_the_files_again_exists() -> None:
    assert "RUN_DIR" in analysis("report", "--help").stdout
