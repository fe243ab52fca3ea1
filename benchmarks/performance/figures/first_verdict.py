"""`make run`, the installation apart: seconds from the command to the verdict."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.performance import cores
from benchmarks.performance.figure import Bench, Figure, Growth

ROOT = Path(__file__).parents[3]
LIMIT_S = 60.0
MOST_RUNS = 2
VERDICTS = {0: "passed", 1: "failed", 3: "inconclusive", 4: "invalid"}


def measure(bench: Bench) -> Iterator[Figure | Growth]:
    """The time over the limit of a minute. It is the whole command, on all cores."""
    words = ["--rounds", "1", "--warmup-rounds", "0"] if bench.quick else []
    runs = [_run(bench.folder / str(place), words) for place in range(min(bench.pairs, MOST_RUNS))]
    yield Figure(
        name="make run, from the command to the verdict",
        subject="make run",
        reference="a minute",
        unit="s",
        subject_samples=[wall_s for wall_s, _ in runs],
        reference_samples=[LIMIT_S],
        bound=1.0,
        at_most=True,
        remark="; ".join(f"{said}, {wall_s:.1f} s" for wall_s, said in runs) + ".",
    )


def _run(results: Path, words: list[str]) -> tuple[float, str]:
    """Seconds, and the verdict after how many rounds. Raises ValueError when there was none."""
    command = [sys.executable, "-m", "mock_service", "exec", "--"]
    command += [str(Path(sys.executable).with_name("locust")), "--headless", "--results", str(results)]
    spent = cores.run([*command, *words], cwd=ROOT, timeout_s=300)
    if spent.code not in VERDICTS:
        raise ValueError(f"make run ended with {spent.code}: {spent.errors[-500:]}")
    manifest = json.loads((results / "latest" / "run.json").read_text())
    rounds = len({block["round"] for block in manifest["blocks"] if block["phase"] == "measured"})
    return spent.wall_s, f"{VERDICTS[spent.code]} after {rounds} round{'s' if rounds > 1 else ''}"
