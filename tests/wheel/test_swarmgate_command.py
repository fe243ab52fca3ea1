"""The command `swarmgate`: each word opens the room that it belongs to, in the checkout and in the wheel."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.cli import _parser
from swarmgate.__main__ import ANALYSIS
from tests.locustfiles.locust_process import ROOT, Ended, environment
from tests.wheel.installed import Installed


def checkout(folder: Path, *words: str) -> Ended:
    """`python -m swarmgate` of the checkout, in a folder elsewhere."""
    ended = subprocess.run(
        [sys.executable, "-m", "swarmgate", *words],
        cwd=folder,
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Ended(code=ended.returncode, out=ended.stdout, err=ended.stderr)


def test_every_command_of_analysis_is_a_command_of_swarmgate() -> None:
    actions = _parser("swarmgate")._actions
    [commands] = [each for each in actions if isinstance(each, argparse._SubParsersAction)]
    assert set(commands.choices) == set(ANALYSIS)


@pytest.mark.parametrize(
    ("words", "usage"),
    [
        *[([command], f"swarmgate {command}") for command in ANALYSIS],
        (["mock"], "swarmgate mock"),
        (["mock", "serve"], "swarmgate mock serve"),
        (["new"], "swarmgate new"),
    ],
)
def test_help_names_the_command_that_was_called(
    installed: Installed, empty: Path, words: list[str], usage: str
) -> None:
    for ended in (
        installed.run(empty, "swarmgate", *words, "--help"),
        checkout(empty, *words, "--help"),
    ):
        assert ended.code == 0, ended.err
        assert ended.out.startswith(f"usage: {usage} ")


@pytest.mark.parametrize("words", [[], ["repport"]])
def test_what_is_no_command_is_wrong_usage(installed: Installed, empty: Path, words: list[str]) -> None:
    ended = installed.run(empty, "swarmgate", *words)
    assert (ended.code, ended.out) == (2, "")
    assert "swarmgate --help" in ended.err


def test_the_exit_code_is_that_of_the_room(installed: Installed, empty: Path) -> None:
    ended = installed.run(empty, "swarmgate", "report", "nowhere")
    assert ended.code == 2
    assert "nowhere" in ended.err


def test_version_is_that_of_the_wheel(installed: Installed, empty: Path) -> None:
    version = installed.wheel.name.split("-")[1]
    assert installed.run(empty, "swarmgate", "--version").out == f"swarmgate {version}\n"
