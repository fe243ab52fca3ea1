"""How long the report on a default run takes, and how much of that is imports."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.performance.cores import run
from benchmarks.performance.figure import Bench, Figure, Growth
from benchmarks.performance.turns import in_turns

ROOT = Path(__file__).parents[3]
REPORT_S, IMPORTS_S = 2.0, 1.0
ROUNDS, PER_BLOCK, ENDPOINTS = 6, 100, 3
VERDICTS = (0, 1, 3)
LOAD = """
from importlib import import_module
from analysis import cli, commands, formats
for name in formats.DEFAULTS:
    import_module(formats.FORMATS[name])
"""
REPORT, IMPORTS = "`python -m analysis report`", "its imports"


def measure(bench: Bench) -> Iterator[Figure | Growth]:
    """Both on a core of their own, the imports in a process that does nothing else."""
    directory = bench.folder / "default-run"
    directory.mkdir()
    call = f"requests={2 * ROUNDS * PER_BLOCK}, endpoints={ENDPOINTS}, rounds={ROUNDS}"
    words = "import sys; from pathlib import Path; from benchmarks.report_scale import write_run; "
    words += f"write_run(Path(sys.argv[1]), {call})"
    subprocess.run([sys.executable, "-c", words, str(directory)], cwd=ROOT, check=True)
    command = [sys.executable, "-m", "analysis", "report", str(directory)]

    def took_s(words: list[str]) -> float:
        done = run(words, core=bench.load_core, cwd=ROOT)
        if done.code not in VERDICTS:
            raise RuntimeError(done.errors)
        return done.wall_s

    samples = in_turns(
        {
            REPORT: lambda: took_s(command),
            IMPORTS: lambda: took_s([sys.executable, "-c", LOAD]),
        },
        bench.pairs,
    )
    for name, what, limit_s in (
        (REPORT, "report on a default run", REPORT_S),
        (IMPORTS, "imports of a report", IMPORTS_S),
    ):
        yield Figure(
            name=f"time of the {what}",
            subject=name,
            reference="the limit",
            unit="s",
            subject_samples=samples[name],
            reference_samples=[limit_s],
            bound=1,
            at_most=True,
            remark=f"{ROUNDS} rounds of {PER_BLOCK} requests, all formats, the interpreter's start included;"
            " pandas takes a third of the imports, matplotlib a third, SciPy a fifth.",
        )
