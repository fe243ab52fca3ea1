"""A master and workers in processes of their own, and what a run of theirs left behind."""

import json
import secrets
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.locustfiles.locust_process import ROOT, Ended, Running, environment, locust
from tests.locustfiles.run_files import RunFiles, runs_in
from tests.mock_service.service import Service

VERDICTS = {0, 1, 3, 4}
"""Exit codes that a run with a report can end with."""
ACCOUNTED = "every planned request accounted for"
STABLE = "the workers stayed the same"


def free_port() -> int:
    """A TCP port of the loopback interface that nobody holds right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True, kw_only=True)
class Swarm:
    """One master on a port of its own, and its workers."""

    folder: Path
    port: int
    env: Mapping[str, str]
    processes: ExitStack
    workers: list[Running] = field(default_factory=list)
    _master: Running | None = None

    @property
    def master(self) -> Running:
        """The master, once it was started."""
        assert self._master is not None
        return self._master

    def start_master(self, *arguments: str, **more: str) -> None:
        """Start the master of a headless run."""
        words = ("--headless", "--master", "--master-bind-port", str(self.port))
        results = ("--results", str(self.folder / "results"))
        folder = self.folder / f"master-{secrets.token_hex(2)}"
        self._master = self.processes.enter_context(
            locust(folder, *words, *results, *arguments, env={**self.env, **more})
        )

    def add_worker(self, *arguments: str, **more: str) -> Running:
        """Start one more worker."""
        words = ("--worker", "--master-host", "127.0.0.1", "--master-port", str(self.port))
        folder = self.folder / f"worker-{len(self.workers)}"
        env = {**self.env, **more}
        self.workers.append(self.processes.enter_context(locust(folder, *words, *arguments, env=env)))
        return self.workers[-1]

    def add_foreign_worker(self, command: Sequence[str], *, cwd: Path = ROOT) -> Running:
        """Start a process that pretends to be a worker: a command behind our Python."""
        folder = self.folder / f"foreign-{secrets.token_hex(2)}"
        folder.mkdir()
        with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=cwd,
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        self.processes.callback(process.wait)
        self.processes.callback(process.kill)
        return Running(process=process, folder=folder)

    @property
    def run(self) -> RunFiles:
        """The newest run."""
        return runs_in(self.folder / "results")[-1]

    @property
    def blocks(self) -> list[Any]:
        """The blocks that the newest run's manifest lists so far; none before there is a run."""
        return list(self._manifest.get("blocks", ()))

    @property
    def _manifest(self) -> Any:
        results = self.folder / "results"
        runs = runs_in(results) if results.exists() else []
        return runs[-1].manifest if runs and (runs[-1].path / "run.json").exists() else {}

    @property
    def run_started(self) -> bool:
        """Whether users are spread and the first block is open."""
        return bool(self._manifest.get("workers"))

    def wait_for_blocks(self, number: int) -> None:
        """Wait until so many blocks are stored, kept or discarded."""
        self.master.wait_until(lambda: len(self.blocks) >= number, f"{number} blocks")

    def end(self) -> Ended:
        """Wait for the master's end."""
        return self.master.end()


@contextmanager
def swarm(folder: Path, *, service: Service, port: int | None = None) -> Iterator[Swarm]:
    """A swarm with a secret of its own; every process that is left over is killed at the end."""
    env = environment(service, SWARMGATE_TOKEN=secrets.token_hex(16))
    with ExitStack() as processes:
        yield Swarm(folder=folder, port=port or free_port(), env=env, processes=processes)


def report(run: RunFiles) -> Any:
    """`comparison_report.json`."""
    return json.loads((run.path / "comparison_report.json").read_text())


def check(run: RunFiles, name: str) -> bool | None:
    """How a validity check of the report came out."""
    return next(row["passed"] for row in report(run)["validity"] if row["check"] == name)  # type: ignore[no-any-return]


def warnings(run: RunFiles, code: str) -> list[str]:
    """The messages of the load side's warnings of one kind."""
    return [each["message"] for each in run.manifest["warnings"] if each["code"] == code]


def assert_exact(run: RunFiles, *, rounds: int, requests: int) -> None:
    """Every judged block has each of its numbers once, in the rows and in the statistics."""
    for arm in run.arms:
        rows = run.rows(arm)
        for number in range(1, rounds + 1):
            block = [row for row in rows if row.round == number]
            first = 1 + requests * (number - 1)
            assert sorted(row.request for row in block) == list(range(first, first + requests))
            total = run.total(f"rounds/{number:03d}-{arm}_stats.csv")
            assert int(total["Request Count"]) == requests
            times = sorted(row.latency_ms for row in block)
            p95 = times[int(0.95 * requests)]
            assert abs(float(total["95%"]) - p95) <= 0.001 * p95
            assert abs(float(total["Max Response Time"]) - times[-1]) < 0.01
        assert len(rows) == rounds * requests
        assert int(run.total(f"{arm}_stats.csv")["Request Count"]) == rounds * requests


def kept_blocks(run: RunFiles) -> list[Any]:
    """The blocks of complete rounds, warm-up included, as they were played."""
    return [block for block in run.manifest["blocks"] if block["state"] == "kept"]


def players(block: Any) -> set[str]:
    """The workers of a block."""
    return {worker["id"] for worker in block["workers"]}


def gaps_ms(run: RunFiles) -> list[float]:
    """From the last answer of a block anywhere to the first request of the next one."""
    spans: dict[tuple[int, str], tuple[float, float]] = {}
    for row in run.all_rows():
        began, ended = spans.get((row.round, row.arm), (row.started_at, row.ended_at))
        spans[row.round, row.arm] = (min(began, row.started_at), max(ended, row.ended_at))
    turns = sorted(spans.values())
    return [round((other[0] - one[1]) * 1000, 1) for one, other in pairwise(turns)]


def median_gap_ms(run: RunFiles) -> float:
    """The median, since another process may have the machine for a moment."""
    return statistics.median(gaps_ms(run))
