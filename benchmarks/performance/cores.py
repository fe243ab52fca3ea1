"""Commands run to their end on a core of their own, with what they took of it."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """A finished command: seconds on the clock, CPU seconds of it and the children it waited for.

    `peak_mib` is the peak resident memory of the largest single process among them.
    """

    wall_s: float
    cpu_s: float
    peak_mib: float
    output: str
    errors: str
    code: int


def on_core(core: int | None) -> list[str]:
    """The words before a command that keep it on one core; none for None."""
    return [] if core is None else ["taskset", "--cpu-list", str(core)]


def run(
    command: Sequence[str],
    *,
    core: int | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout_s: float = 600,
) -> Spent:
    """Run a command to its end, on one core if named. Raises TimeoutError past its time."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            [*on_core(core), *command],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdout=output,
            stderr=errors,
        )
        overdue = threading.Timer(timeout_s, process.kill)
        overdue.start()
        _, status, used = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - started
        overdue.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if wall_s >= timeout_s:
            raise TimeoutError(f"{command[0]} took more than {timeout_s:g} s")
        output.seek(0)
        errors.seek(0)
        return Spent(
            wall_s=wall_s,
            cpu_s=used.ru_utime + used.ru_stime,
            peak_mib=used.ru_maxrss / 1024,
            output=output.read(),
            errors=errors.read(),
            code=process.returncode,
        )
