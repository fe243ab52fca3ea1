"""How well one process keeps to a schedule of arrivals, up to its measured maximum and beyond.

The maximum is the highest rate whose achieved rate is at least 0.99 of it, found by bisection against a
server that answers at once: nginx where there is one, else the mock service without its simulation. Then 20,
40, 60 and 80 % of it must be kept, and at 120 % the run must say that the load did not keep to its schedule.
Answers within a millisecond are shorter than the loop's timers are exact, so that runs of lower rates may be
invalid as well, for that reason: the ratios are what is looked at.

    python -m benchmarks.arrival_rates [--arm optimized] [--seconds 5] [--output FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.performance.locust_runs import LOCUST
from benchmarks.performance.nginx import nginx
from mock_service.run import client_environment
from mock_service.server import Address

KEPT_RATIO = 0.99
LOWEST_RPS, HIGHEST_RPS = 100.0, 51_200.0
PRECISION = 1.05
TRIES = 2
SHARES = (0.2, 0.4, 0.6, 0.8, 1.2)
CHECK = "the load kept to its schedule"
RESULTS = Path(__file__).parent / "results" / "arrival_rates.json"
SLA = '[[objective]]\nname = "P95"\narm = "{arm}"\nmetric = "p95_ms"\nat_most = 60000\n'


@contextmanager
def fast_server(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The name of a server that answers at once, and what Locust needs to know of it."""
    if shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"):
        with nginx(folder, tls=True, body_bytes=1000) as env:
            yield "nginx, TLS", env
        return
    words = ["serve", "--port", "0", "--no-network", "--no-tls", "--service-time-factor", "0"]
    mock = subprocess.Popen([sys.executable, "-m", "mock_service", *words], stdout=subprocess.PIPE, text=True)
    assert mock.stdout
    try:
        yield "mock service without its simulation", client_environment(Address.parse(mock.stdout.readline()))
    finally:
        mock.terminate()
        mock.communicate(timeout=30)


def play(arm: str, rate_rps: float, seconds: float, folder: Path, env: dict[str, str]) -> dict[str, Any]:
    """One run at one rate by one process: a warm-up and two judged blocks."""
    results = folder / f"{rate_rps:.0f}"
    (folder / "sla.toml").write_text(SLA.format(arm=arm))
    words = ["--headless", "--arms", arm, "--arrival-rate", f"{rate_rps:.1f}", "--rounds", "2"]
    words += ["--requests", str(max(100, round(rate_rps * seconds))), "--sla", str(folder / "sla.toml")]
    ended = subprocess.run(
        [LOCUST, *words, "--results", str(results)],
        env={**os.environ, **env},
        capture_output=True,
        check=False,
    )
    run = results / "latest"
    manifest = json.loads((run / "run.json").read_text())
    blocks = [block["arrivals"] for block in manifest["blocks"] if block["phase"] == "measured"]
    (generator,) = manifest["generator"]
    found = {
        "rate_rps": round(rate_rps, 1),
        "achieved_ratio": round(min(block["achieved_rps"] / block["target_rps"] for block in blocks), 4),
        "missed": sum(block["missed"] for block in blocks),
        "delay_p95_ms": max(block["delay_ms"]["p95"] for block in blocks),
        "cpu_ratio": generator["cpu_ratio"]["mean"],
        "exit_code": ended.returncode,
        "failed_checks": failed_checks(run / "comparison_report.json"),
    }
    print(json.dumps(found), flush=True)
    shutil.rmtree(results)
    return found


def failed_checks(report: Path) -> list[str] | None:
    """The checks that make the run invalid; None where there is no report."""
    if not report.exists():
        return None
    return [
        check["check"] for check in json.loads(report.read_text())["validity"] if check["passed"] is False
    ]


def maximum(arm: str, seconds: float, folder: Path, env: dict[str, str]) -> float:
    """The highest rate in requests/s that is kept, to PRECISION.

    A rate that is missed is tried once more: something else may have had the machine.
    """

    def kept(rate_rps: float) -> bool:
        tries = (play(arm, rate_rps, seconds, folder, env) for _ in range(TRIES))
        return any(found["achieved_ratio"] >= KEPT_RATIO and not found["missed"] for found in tries)

    low = LOWEST_RPS
    high = low
    while high < HIGHEST_RPS and kept(high):
        low, high = high, high * 2
    while high / low > PRECISION:
        middle = (low * high) ** 0.5
        low, high = (middle, high) if kept(middle) else (low, middle)
    return low


def main() -> None:
    """Print a line per run, and write all of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--arm", default="optimized")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of a block")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, fast_server(Path(name)) as (server, env):
        folder = Path(name)
        most_rps = maximum(options.arm, options.seconds, folder, env)
        print(f"maximum of one process: {most_rps:.0f} requests/s", flush=True)
        runs = {
            f"{share:.1f}": play(options.arm, most_rps * share, options.seconds, folder, env)
            for share in SHARES
        }
    held = all(runs[f"{share:.1f}"]["achieved_ratio"] >= KEPT_RATIO for share in SHARES if share < 1)
    found = {
        "arm": options.arm,
        "server": server,
        "cpus": os.cpu_count(),
        "maximum_rps": round(most_rps, 1),
        "by_share_of_maximum": runs,
        "kept_up_to_80_percent": held,
        "invalid_at_120_percent": CHECK in (runs["1.2"]["failed_checks"] or ()),
    }
    options.output.parent.mkdir(exist_ok=True)
    options.output.write_text(json.dumps(found, indent=1) + "\n")
    sys.exit(0 if held and found["invalid_at_120_percent"] else 1)


if __name__ == "__main__":
    main()
