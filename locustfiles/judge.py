"""Asks `analysis` for its judgement: child processes, since files and exit codes are the interface."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gevent import subprocess

ROOT = Path(__file__).parent.parent
DEFECT = 70


class JudgeError(Exception):
    """`analysis` refused its input; `exit_code` and the message are its own."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def objectives(sla: Path, arms: Sequence[str], *, noise_floor: Path | None) -> dict[str, Any]:
    """The objectives of a file as the manifest holds them.

    Raises JudgeError when they do not fit the arms, or are finer than the noise floor of an earlier
    calibration (None: there is nothing to be finer than).
    """
    words = ["objectives", str(sla), "--arms", ",".join(arms)]
    if noise_floor is not None and noise_floor.exists():
        words += ["--noise-floor", str(noise_floor)]
    answer = _run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if answer.returncode:
        raise JudgeError(answer.stderr.strip(), answer.returncode)
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def look(run_directory: Path) -> dict[str, Any] | None:
    """How the objectives stand after the rounds so far, and whether all are `settled`."""
    answer = _run(["settle", str(run_directory)], stdout=subprocess.PIPE, stderr=None)
    if answer.returncode:
        return None
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def report(run_directory: Path) -> int:
    """Write the report and print it. Returns the verdict's exit code."""
    return int(_run(["report", str(run_directory)], stdout=None, stderr=None).returncode)


def calibrate(run_directory: Path, noise_floor: Path) -> int:
    """Store the noise floor that the run shows. Returns the exit code of `analysis`."""
    words = ["calibrate", str(run_directory), "--output", str(noise_floor)]
    return int(_run(words, stdout=None, stderr=None).returncode)


def _run(words: Sequence[str], **streams: Any) -> Any:
    search_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": search_path}
    command = [sys.executable, "-m", "analysis", *words]
    return subprocess.run(command, text=True, env=environment, check=False, **streams)
