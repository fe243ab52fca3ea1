"""What one optimization is worth: the paired difference of two arms that differ in nothing else."""

import math
from dataclasses import dataclass

from analysis.statistics.blocks import Blocks, Pair
from analysis.statistics.change import change_of, paired_difference
from analysis.statistics.intervals import UNBOUNDED, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedWorth:
    """Means over rounds of a quantile without and with it, in ms; the worth in ms and as a ratio of without.

    `None` where a round has no figure: so many of its requests failed.
    """

    without_ms: float | None
    with_ms: float | None
    ratio: float | None
    interval_ms: Interval
    ratio_interval: Interval

    @property
    def worth_ms(self) -> float | None:
        """How much faster, in ms; negative is slower."""
        if self.without_ms is None or self.with_ms is None:
            return None
        return self.without_ms - self.with_ms


def paired_worth(without: Blocks, having: Blocks, level: float) -> PairedWorth:
    """Return what the arm `having` gains on the arm `without`, from the same rounds in the same order.

    In ms: mean and Student t of the differences of the rounds, so that the worths of steps that follow each
    other sum to that of the whole. As a ratio: 1 - exp of the mean log ratio, as every change of the report.
    Rounds whose quantile is a failed request leave no interval. Raises ValueError as `paired_change`.
    """
    change = change_of((without, having), level)
    known = not (without.beyond.any() or having.beyond.any())
    without_ms, with_ms = (
        float(arm.figures.mean()) if not arm.beyond.any() else None for arm in (without, having)
    )
    ratio = change.change_ratio
    return PairedWorth(
        without_ms=without_ms,
        with_ms=with_ms,
        ratio=None if ratio is None else -ratio,
        interval_ms=paired_difference(having.figures, without.figures, level) if known else UNBOUNDED,
        ratio_interval=_negative(change.interval),
    )


def interaction_ms(added: Pair, removed: Pair, level: float) -> Interval | None:
    """Return the interval of (worth when added) - (worth when removed) in ms; each pair is (without, with).

    0 outside of it says that the optimization is worth something else among the others than alone. `None`
    where the pairs do not share all rounds, or where a round has no figure.
    """
    blocks = (*added, *removed)
    rounds = blocks[0].rounds
    if any(len(arm.rounds) != len(rounds) or (arm.rounds != rounds).any() for arm in blocks):
        return None
    if any(arm.beyond.any() for arm in blocks):
        return None
    alone = added[0].figures - added[1].figures
    among = removed[0].figures - removed[1].figures
    found = paired_difference(among, alone, level)
    return found if math.isfinite(found.low) and math.isfinite(found.high) else None


def _negative(interval: Interval) -> Interval:
    return Interval(low=-interval.high, high=-interval.low)
