"""Write analysis/statistics/look_table.py: `python -m benchmarks.verdict.levels` (half a minute a plan)."""

import math
import sys
from pathlib import Path

from analysis.statistics import looks

ALPHA = 0.05
PATHS = 8_000_000
PLANS = (
    *(looks.default_looks(6, most) for most in (10, 12, 15, 20, 24, 25, 30, 40, 50, 60, 100, 150, 200, 300)),
    tuple(range(6, 31, 2)),
)
HEADER = f'''"""The levels of common plans of looks; written by `python -m benchmarks.verdict.levels`.

From {PATHS:,} paths each (seed 1), less two standard errors, rounded down to four digits.
"""

ALPHA = {ALPHA}
"""The two-sided error of a whole run."""

LEVELS: dict[tuple[int, ...], tuple[float, ...]] = {{
'''


def rounded_down(level: float) -> float:
    digits = 3 - math.floor(math.log10(level))
    return float(f"{math.floor(level * (1 + 1e-12) * 10**digits) / 10**digits:.{digits}f}")


def main() -> None:
    text = HEADER
    for plan in PLANS:
        levels = looks.simulated_levels(plan, ALPHA, paths=PATHS)
        text += f"    {plan}: {tuple(rounded_down(level) for level in levels)},\n"
        print(plan, file=sys.stderr)
    Path(looks.__file__).with_name("look_table.py").write_text(text + "}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
