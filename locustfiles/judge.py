"""Asks `analysis` for its judgement: child processes, since files and exit codes are the interface."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from gevent import subprocess

LOAD_ROOM = Path(__file__).parents[1]
ROOM = LOAD_ROOM if (LOAD_ROOM / "analysis").is_dir() else LOAD_ROOM.with_name("judge")
"""The folder that holds `analysis`: the project's in a checkout, beside our own when installed."""
OWN_SLA = Path("sla.toml")
DEFECT = 70

logger = logging.getLogger(__name__)


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
    words = ["objectives", str(_there(sla)), "--arms", ",".join(arms)]
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


def _there(sla: Path) -> Path:
    """The file of objectives; those that come along where the folder has none and no other is named."""
    if sla != OWN_SLA or sla.exists():
        return sla
    _tell_of_default(ROOM / OWN_SLA)
    return ROOM / OWN_SLA


@cache
def _tell_of_default(found: Path) -> None:
    logger.warning(
        "swarmgate: there is no %s in this folder: the run is judged by the one that comes along, %s",
        OWN_SLA,
        found,
    )


def _run(words: Sequence[str], **streams: Any) -> Any:
    search_path = os.pathsep.join(filter(None, [str(ROOM), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": search_path}
    # -P: a package `analysis` in the folder where Locust was started is not the one that is meant.
    command = [sys.executable, "-P", "-m", "analysis", *words]
    return subprocess.run(command, text=True, env=environment, check=False, **streams)
