"""Measure, and write what was found.

    python -m benchmarks.performance [--only NAME ...] [--pairs 5] [--quick] [--render]

Writes benchmarks/results/performance.json, docs/performance.md and the pictures beside it. `--only` measures
anew what it names and keeps the rest; `--render` measures nothing; `--quick` goes through every step with the
smallest load and writes nothing: its figures mean nothing. It wants a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.performance import machine, page, store
from benchmarks.performance.figure import Bench, Figure
from benchmarks.performance.figures import MEASURES

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "performance.json"
PAGE = ROOT / "docs" / "performance.md"


def main() -> int:
    """The exit code: 0 when every bound is kept, 1 when one is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=list(MEASURES), default=list(MEASURES))
    parser.add_argument("--pairs", type=int, default=5, help="samples of each, in turn")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--render", action="store_true")
    options = parser.parse_args()
    stored = store.read(RESULTS)
    for name in () if options.render else options.only:
        stored[name] = _measure(name, pairs=1 if options.quick else options.pairs, quick=options.quick)
        if not options.quick:
            store.write(RESULTS, stored)
    if not options.quick:
        page.write(PAGE, {name: stored[name] for name in MEASURES if name in stored})
    missed = [each for name in stored for each in store.figures(stored[name]) if each.met is False]
    return int(bool(missed) and not options.quick)


def _measure(name: str, *, pairs: int, quick: bool) -> dict[str, object]:
    print(f"{name}:", flush=True)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        psutil.cpu_percent()
        for each in MEASURES[name](Bench(folder=Path(folder), pairs=pairs, quick=quick)):
            found.append(each)
            said = f"{each.ratio:.3g}, met: {each.met}" if isinstance(each, Figure) else "grows"
            print(f"  {each.name}: {said}", flush=True)
    measured_at = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
    return store.entry(found, measured_at=measured_at, pairs=pairs, machine=machine.describe())


if __name__ == "__main__":
    sys.exit(main())
