"""Locust runs of a measurement: plain ones, and comparisons."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from benchmarks.performance.cores import Spent, run
from benchmarks.performance.users import ACCOUNT

ROOT = Path(__file__).parents[2]
LOCUST = str(Path(sys.executable).with_name("locust"))
USERS = Path(__file__).parent / "users"
MOST_SPAWNED_PER_S = 1000
"""Thousands of connections at one moment are more than a server takes in."""
ANY = '[[objective]]\nname = "any"\narm = "optimized"\nmetric = "p95_ms"\nat_most = 60000\n'


class RunFailedError(RuntimeError):
    """A Locust run left nothing to read, or requests failed; the message has the end of what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the processes that asked made of it, in all: requests per second, and CPU seconds per second.

    `grown_mib` is the memory that the users took.
    """

    rps: float
    cpu_ratio: float
    grown_mib: float = 0.0

    @property
    def rps_per_core(self) -> float:
        """What a whole core would make."""
        return self.rps / self.cpu_ratio


def plain(
    locustfile: str,
    folder: Path,
    env: Mapping[str, str],
    *,
    users: int,
    seconds: float,
    core: int | None,
    words: Sequence[str] = (),
) -> Load:
    """A plain headless run of a locustfile of `users/`. Raises RunFailedError."""
    accounts = folder / "accounts"
    shutil.rmtree(accounts, ignore_errors=True)
    accounts.mkdir()
    command = [LOCUST, "-f", str(USERS / f"{locustfile}.py"), "--headless", "--only-summary"]
    command += [
        "-u",
        str(users),
        "-r",
        str(min(users, MOST_SPAWNED_PER_S)),
        "--run-time",
        f"{ceil(seconds)}s",
        *words,
    ]
    here = {**env, ACCOUNT: str(accounts), "PYTHONPATH": str(ROOT)}
    done = run(command, core=core, env=here)
    told = [json.loads(path.read_text()) for path in sorted(accounts.iterdir())]
    if not told or any(each["failures"] for each in told):
        raise RunFailedError(_said(command, done))
    return Load(
        rps=sum(each["requests"] / each["wall_s"] for each in told),
        cpu_ratio=sum(each["cpu_s"] / each["wall_s"] for each in told),
        grown_mib=sum(each["grown_mib"] for each in told),
    )


def comparison(
    folder: Path,
    env: Mapping[str, str],
    *,
    users: int,
    requests: int,
    core: int | None,
    words: Sequence[str] = (),
) -> Load:
    """A comparison of OptimizedUser alone: one round of so many requests. Raises RunFailedError.

    Its CPU is that of each worker's busiest second, since others may lie half outside the block: more than
    the mean, if anything. A block should last for three seconds at least, or no second is whole.
    """
    results = folder / "comparison"
    shutil.rmtree(results, ignore_errors=True)
    (folder / "sla.toml").write_text(ANY)
    command = [LOCUST, "-f", str(ROOT / "locustfiles" / "comparison.py"), "--headless"]
    command += ["--arms", "optimized", "-u", str(users), "--requests", str(requests), "--rounds", "1"]
    command += ["--warmup-rounds", "0", "--sla", str(folder / "sla.toml"), "--results", str(results), *words]
    done = run(command, core=core, env=env, cwd=ROOT)
    report, manifest = (results / "latest" / name for name in ("comparison_report.json", "run.json"))
    if not report.exists() or json.loads(report.read_text())["arms"]["optimized"]["failures"]:
        raise RunFailedError(_said(command, done))
    generators = json.loads(manifest.read_text())["generator"]
    return Load(
        rps=json.loads(report.read_text())["arms"]["optimized"]["throughput_rps"],
        cpu_ratio=sum(each["cpu_ratio"]["max"] or 1.0 for each in generators),
    )


def _said(command: Sequence[str], done: Spent) -> str:
    return f"{' '.join(command)} exited with {done.code}:\n{done.output[-1500:]}\n{done.errors[-1500:]}"
