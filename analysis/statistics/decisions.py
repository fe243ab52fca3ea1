"""Three answers: passed, failed, or inconclusive with what it would take."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

from analysis.statistics.intervals import Interval, student_t

Verdict: TypeAlias = Literal["passed", "failed", "inconclusive"]

MOST_ROUNDS = 1_000_000
"""An outlook of more rounds than this is none: the value lies at the bound."""


def at_most(interval: Interval, bound: float) -> Verdict:
    """Return passed when the whole interval lies at or below the bound, failed when wholly above it.

    "Not significantly above" is never a pass. Source: decision by interval inclusion, Schuirmann, "A
    comparison of the two one-sided tests procedure", J. Pharmacokinetics 15 (1987) 657-680.
    """
    if interval.high <= bound:
        return "passed"
    return "failed" if interval.low > bound else "inconclusive"


def at_least(interval: Interval, bound: float) -> Verdict:
    """Return passed when the whole interval lies at or above the bound, failed when wholly below it."""
    return at_most(Interval(low=-interval.high, high=-interval.low), -bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What an inconclusive answer still needs, in the unit of the value it was made from."""

    half_width: float | None
    """Half of the interval; `None` when the data give no interval."""
    smallest_effect: float | None
    """The distance from the bound that as many rounds show 95 times of 100."""
    more_rounds: int | None
    """About how many further rounds would settle it if the value stays; `None` when no number would."""


def outlook(*, value: float, half_width: float, bound: float, rounds: int, level: float) -> Outlook:
    """Return what is missing between a value with its half width and a bound, all on one linear scale.

    A half width shrinks with the root of the rounds, so rounds * (half width / distance)**2 of them put the
    bound outside the interval.
    """
    if not math.isfinite(half_width) or rounds < 2:
        return Outlook(half_width=None, smallest_effect=None, more_rounds=None)
    freedom = rounds - 1
    power = student_t(0.95, freedom) / student_t(1 - level / 2, freedom)
    distance = abs(value - bound)
    wanted = rounds * (half_width / distance) ** 2 if distance > 0 else math.inf
    return Outlook(
        half_width=half_width,
        smallest_effect=half_width * (1 + power),
        more_rounds=max(1, math.ceil(wanted) - rounds) if wanted < MOST_ROUNDS else None,
    )
