"""h2load as a paced client: requests at an even rate over kept connections, and what each of them took.

h2load starts every connection's clock when the connection is made, so connections made at once would send in
bursts. Here they are made one after the other, at a distance that goes through all phases of the period
before it comes back to the first: the requests of all connections together come evenly.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from pathlib import Path

from benchmarks.performance.cores import on_core

RAMP_S = 1.0
"""About so long takes it until all connections are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paced:
    """An even load on one URL: `clients` connections that send every `period_ms` each.

    The latencies of the first `settle_s` after the ramp are left out.
    """

    url: str
    clients: int
    period_ms: int
    seconds: float
    settle_s: float = 0.5
    words: Sequence[str] = ()

    @property
    def rate_rps(self) -> float:
        """Requests/s of all connections together."""
        return self.clients / self.period_ms * 1000

    @property
    def distance_ms(self) -> int:
        """Milliseconds between two connections: about RAMP_S in all, and every phase once."""
        step = max(self.period_ms // self.clients, 1)
        phases = self.period_ms // step
        turns = max(round(RAMP_S * 1000 / self.clients / step), 1)
        while gcd(turns, phases) != 1:
            turns += 1
        return turns * step

    def command(self, log: Path) -> list[str]:
        """What plays it and leaves a line for each request in `log`."""
        each = max(round((self.seconds + self._left_out_s) * 1000 / self.period_ms), 1)
        words = ["h2load", "--h1", "-t", "1", "-c", str(self.clients), "-n", str(each * self.clients)]
        words += [f"--rps={1000 / self.period_ms:g}", "-r", "1", f"--rate-period={self.distance_ms}ms"]
        return [*words, *self.words, "--log-file", str(log), self.url]

    def latencies_ms(self, log: Path) -> list[float]:
        """What the requests took, all of whose connections were made. Raises ValueError on a failed one."""
        rows = sorted(tuple(map(int, line.split())) for line in log.read_text().splitlines())
        if failed := [status for _, status, _ in rows if status not in {200, 201}]:
            raise ValueError(f"{len(failed)} of {len(rows)} requests to {self.url} failed, with {failed[0]}")
        from_us = rows[0][0] + self._left_out_s * 1e6
        return [elapsed_us / 1000 for started_us, _, elapsed_us in rows if started_us >= from_us]

    @property
    def _left_out_s(self) -> float:
        return self.clients * self.distance_ms / 1000 + self.settle_s


def play(loads: Sequence[Paced], *, folder: Path, core: int | None = None) -> list[list[float]]:
    """The latencies in ms of loads that are played side by side, one h2load each."""
    logs = [folder / f"h2load-{place}.log" for place, _ in enumerate(loads)]
    for log in logs:
        log.unlink(missing_ok=True)
    running = [
        subprocess.Popen([*on_core(core), *load.command(log)], stdout=subprocess.DEVNULL)
        for load, log in zip(loads, logs, strict=True)
    ]
    try:
        for each in running:
            each.wait(timeout=120)
    finally:
        for each in running:
            each.kill()
            each.wait()
    return [load.latencies_ms(log) for load, log in zip(loads, logs, strict=True)]


def quantile(values: Sequence[float], share: float) -> float:
    """The value of Locust's rank, floor(n·p)."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
