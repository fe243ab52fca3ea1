"""Planned looks: when a run may stop early, and the level of the interval at each look.

Looking again and again at a fixed level finds differences between equal arms in 13 to 22 % of runs. The
error is therefore spent over the looks, alpha * (rounds / most rounds)**2 of it by each: error spending, Lan
and DeMets, "Discrete sequential boundaries for clinical trials", Biometrika 70 (1983) 659-663; the power
family, Kim and DeMets, Biometrika 74 (1987) 149-154. The level that spends just this much at a look comes
from paths of the t statistic of equal arms, whose law depends on nothing but the numbers of rounds.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.special import stdtr

from analysis.statistics.intervals import student_t
from analysis.statistics.look_table import ALPHA, LEVELS

LEAST_ROUNDS = 6
"""Fewer judged rounds give no interval."""
LOOK_EVERY = 20
LONG_PLAN = 100
QUICK_PATHS = 100_000


def default_looks(min_rounds: int = LEAST_ROUNDS, max_rounds: int = 30) -> tuple[int, ...]:
    """Return the rounds after which a run looks: 6, 12, 20, 30 of 30; every 20 of 100 and more.

    The first look is at `min_rounds` or later, the last at `max_rounds`. Raises ValueError unless
    2 <= min_rounds <= max_rounds.
    """
    if not 2 <= min_rounds <= max_rounds:
        raise ValueError(f"looks from {min_rounds} to {max_rounds} rounds: expected 2 <= least <= most")
    if max_rounds >= LONG_PLAN:
        planned = list(range(LOOK_EVERY, max_rounds, LOOK_EVERY))
    else:
        planned = [min_rounds, round(max_rounds * 2 / 5), round(max_rounds * 2 / 3)]
    return (*sorted({look for look in planned if min_rounds <= look < max_rounds}), max_rounds)


def look_levels(looks: Sequence[int], alpha: float = ALPHA) -> tuple[float, ...]:
    """Return the two-sided level of each planned look; a single look has `alpha` itself.

    Common plans are stored in look_table; others are simulated (seeded, under half a second) and erred on
    the safe side: all looks together find a difference between equal arms in at most `alpha` of runs.
    Raises ValueError unless the looks rise and start at 2 rounds or later.
    """
    planned = tuple(int(look) for look in looks)
    if not planned or planned[0] < 2 or any(later <= look for look, later in pairwise(planned)):
        raise ValueError(f"planned looks {list(looks)}: expected rising numbers of rounds, 2 or more")
    if alpha == ALPHA and planned in LEVELS:
        return LEVELS[planned]
    return simulated_levels(planned, alpha, paths=min(QUICK_PATHS, 3_000_000 // len(planned)))


def level_after(rounds: int, looks: Sequence[int], alpha: float = ALPHA) -> float | None:
    """Return the level of an interval after so many rounds: that of the last look reached.

    `None` before the first look: the plan allows no judgement yet.
    """
    reached = sum(look <= rounds for look in looks)
    return look_levels(looks, alpha)[reached - 1] if reached else None


@lru_cache(maxsize=32)
def simulated_levels(looks: tuple[int, ...], alpha: float, *, paths: int, seed: int = 1) -> tuple[float, ...]:
    """Return the levels of the looks from so many simulated paths of the t statistic.

    Two standard errors of the simulation are kept back. At no look is the level below its own part of the
    error, which is right without any simulation (Bonferroni).
    """
    random = np.random.default_rng(seed)
    sums, squares = np.zeros(paths), np.zeros(paths)
    levels: list[float] = []
    before, spent, rejected = 0, 0.0, 0
    for look in looks:
        rounds, total = look - before, alpha * (look / looks[-1]) ** 2
        added = random.standard_normal(len(sums)) * math.sqrt(rounds)
        sums += added
        squares += np.square(added) / rounds
        if rounds > 1:
            squares += random.chisquare(rounds - 1, len(sums))
        deviations = np.sqrt((squares - np.square(sums) / look) / (look - 1))
        t = np.abs(sums) / deviations / math.sqrt(look)
        level = total - spent
        affordable = int(paths * total - 2 * math.sqrt(paths * total)) - rejected
        if levels and 0 < affordable <= len(t):
            threshold = np.partition(t, len(t) - affordable)[len(t) - affordable]
            level = max(level, float(2 * stdtr(look - 1, -threshold)))
        going_on = t < student_t(1 - level / 2, look - 1)
        rejected += len(t) - int(going_on.sum())
        sums, squares = sums[going_on], squares[going_on]
        levels.append(level)
        before, spent = look, total
    return tuple(levels)
