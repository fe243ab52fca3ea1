"""The latency that the generator adds: what OptimizedUser measures of a slow server, and what h2load does.

Both send the same even rate over kept connections to an nginx that answers after 20 ms. Ours is the latency
of the open model, counted from the intended start.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.performance import cores, h2load
from benchmarks.performance.figure import Bench, Figure, Growth
from benchmarks.performance.services import SLOW_ANSWER_MS, slow_server
from benchmarks.performance.turns import in_turns

LOCUST = str(Path(sys.executable).with_name("locust"))
ROOT = Path(__file__).parents[3]
SLA = '[[objective]]\nname = "P95"\narm = "optimized"\nmetric = "p95_ms"\nat_most = 60000\n'
MOST_USERS, MOST_REQUESTS = 400, 40_000
"""Enough for 20,000 requests/s that take 20 ms each."""
PERIOD_MS = 100
QUANTILES = {"P50": 0.5, "P95": 0.95}
LOW_RPS = (50, 200, 1000)
SHARES = (0.25, 0.5, 0.7, 0.85)
KEPT_RATIO = 0.99


def measure(bench: Bench) -> Iterator[Figure | Growth]:
    """Our P50 and P95 over h2load's at half our maximum, and both over rates up to near the maximum."""
    with slow_server(bench.folder, core=bench.server_core) as url:
        duel = _Duel(url=url, bench=bench, seconds=1 if bench.quick else 3)
        most_rps = _maximum_rps(duel, users=40 if bench.quick else MOST_USERS)
        half_rps = _whole(most_rps / 2)
        samples = {"ours": _Quantiles(), "theirs": _Quantiles()}
        in_turns(
            {
                "ours": lambda: samples["ours"].add(duel.ours_ms(half_rps)),
                "theirs": lambda: samples["theirs"].add(duel.theirs_ms(half_rps)),
            },
            bench.pairs,
        )
        for name in QUANTILES:
            yield Figure(
                name=f"latency at half the generator's maximum, {name}",
                subject="OptimizedUser",
                reference="h2load",
                unit="ms",
                subject_samples=samples["ours"].last(name, bench.pairs),
                reference_samples=samples["theirs"].last(name, bench.pairs),
                bound=1.05,
                at_most=True,
                remark=f"{half_rps:,} requests/s, evenly, of at most {most_rps:,.0f} with {MOST_USERS} users;"
                f" an nginx that answers after {SLOW_ANSWER_MS} ms, on its own clock of 1 ms.",
            )
        rates = sorted({*LOW_RPS, *(_whole(most_rps * share) for share in SHARES)})
        yield _growth(duel, rates[:2] if bench.quick else rates)


@dataclass(slots=True)
class _Quantiles:
    """P50 and P95 of one run after the other."""

    found: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in QUANTILES})

    def add(self, latencies_ms: list[float]) -> float:
        """Keep those of a run; returns its P95."""
        for name, share in QUANTILES.items():
            self.found[name].append(h2load.quantile(latencies_ms, share))
        return self.found["P95"][-1]

    def last(self, name: str, count: int) -> list[float]:
        """Those of the last runs: not of the warm-up."""
        return self.found[name][-count:]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Duel:
    """The same load by either generator, on the same core."""

    url: str
    bench: Bench
    seconds: float

    def ours_ms(self, rate_rps: int) -> list[float]:
        """The latencies of OptimizedUser in the open model. Raises ValueError if it missed the rate."""
        requests = max(round(rate_rps * self.seconds), 100)
        run = self.locust("--arrival-rate", str(rate_rps), "--requests", str(requests), "--lead-in", "2")
        (block,) = json.loads((run / "run.json").read_text())["blocks"]
        arrivals = block["arrivals"]
        if arrivals["achieved_rps"] < KEPT_RATIO * arrivals["target_rps"] or arrivals["missed"]:
            raise ValueError(f"{rate_rps} requests/s were not kept: {arrivals}")
        with (run / "latency_optimized.csv").open(newline="") as file:
            return [float(row["latency_ms"]) for row in csv.DictReader(file)]

    def theirs_ms(self, rate_rps: int) -> list[float]:
        """The latencies of h2load at the same rate."""
        load = h2load.Paced(
            url=f"{self.url}/items/7",
            clients=max(round(rate_rps * PERIOD_MS / 1000), 1),
            period_ms=PERIOD_MS,
            seconds=self.seconds,
        )
        (found,) = h2load.play([load], folder=self.bench.folder, core=self.bench.load_core)
        return found

    def locust(self, *words: str) -> Path:
        """The folder of a run of one block by one process."""
        sla, results = self.bench.folder / "sla.toml", self.bench.folder / "results"
        sla.write_text(SLA)
        command = [LOCUST, "--headless", "--arms", "optimized", "--rounds", "1", "--warmup-rounds", "0"]
        cores.run(
            [*command, *words, "--sla", str(sla), "--results", str(results)],
            core=self.bench.load_core,
            cwd=ROOT,
            env={"LOCUST_HOST": self.url},
            timeout_s=120,
        )
        return results / "latest"


def _maximum_rps(duel: _Duel, *, users: int) -> float:
    """Requests/s of so many users that ask again at once."""
    run = duel.locust("-u", str(users), "--requests", str(MOST_REQUESTS * users // MOST_USERS))
    report: dict[str, Any] = json.loads((run / "comparison_report.json").read_text())
    return float(report["arms"]["optimized"]["throughput_rps"])


def _whole(rate_rps: float) -> int:
    """The rate, down to what h2load's connections make without a remainder."""
    step = 1000 // PERIOD_MS
    return max(int(rate_rps) // step, 1) * step


def _growth(duel: _Duel, rates_rps: list[int]) -> Growth:
    series: dict[str, list[tuple[float, float]]] = {}
    for rate_rps in rates_rps:
        try:
            ours = duel.ours_ms(rate_rps)
        except ValueError:
            break
        for who, found in (("OptimizedUser", ours), ("h2load", duel.theirs_ms(rate_rps))):
            for name, share in QUANTILES.items():
                series.setdefault(f"{who} {name}", []).append((rate_rps, h2load.quantile(found, share)))
    return Growth(
        name=f"latency of a server that answers after {SLOW_ANSWER_MS} ms",
        x="requests/s",
        unit="ms",
        series=series,
        remark="Up to 85 % of what one process reaches, or to the rate that it no longer kept.",
    )
