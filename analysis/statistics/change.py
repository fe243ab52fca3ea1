"""The change between two arms from paired rounds, and what the rounds of a plan can show."""

import math
from dataclasses import dataclass

import numpy as np

from analysis.statistics.blocks import Pair
from analysis.statistics.decisions import Outlook, outlook
from analysis.statistics.intervals import UNBOUNDED, Interval, student_t, two_sided_p
from analysis.statistics.quantiles import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedChange:
    """The change from one arm to the other as log ratios of their rounds; ratios are exp(log) - 1."""

    mean_log: float
    sd_log: float
    rounds: int
    level: float
    log_interval: Interval

    @property
    def change_ratio(self) -> float | None:
        """The typical change of a round: -0.5 is half, 1.0 is double; `None` where it has no number."""
        return math.expm1(self.mean_log) if math.isfinite(self.mean_log) else None

    @property
    def interval(self) -> Interval:
        """The interval of the change ratio."""
        return self.log_interval.mapped(math.expm1)

    @property
    def half_width_log(self) -> float:
        """Half of the interval of the log ratio; inf when there is none."""
        return _half_width(self.sd_log, self.rounds, self.level)

    @property
    def p_value(self) -> float:
        """The two-sided probability of a change this clear between equal arms, for a level or Holm."""
        if not (math.isfinite(self.half_width_log) and math.isfinite(self.mean_log)):
            return 1.0
        if self.sd_log == 0:
            return 1.0 if self.mean_log == 0 else 0.0
        return two_sided_p(self.mean_log / self.sd_log * math.sqrt(self.rounds), self.rounds - 1)

    def outlook(self, bound_ratio: float) -> Outlook:
        """Return what it takes to tell this change from `bound_ratio`; widths are ratios."""
        found = outlook(
            value=self.mean_log,
            half_width=self.half_width_log,
            bound=math.log1p(bound_ratio) if bound_ratio > -1 else -math.inf,
            rounds=self.rounds,
            level=self.level,
        )
        return Outlook(
            half_width=None if found.half_width is None else math.expm1(found.half_width),
            smallest_effect=None if found.smallest_effect is None else math.expm1(found.smallest_effect),
            more_rounds=found.more_rounds,
        )


def change_of(blocks: Pair, level: float) -> PairedChange:
    """Return the change from the first arm of a pair to the second. Raises ValueError for no blocks."""
    baseline, arm = blocks
    return paired_change(
        baseline.figures,
        arm.figures,
        level,
        baseline_beyond=bool(baseline.beyond.any()),
        arm_beyond=bool(arm.beyond.any()),
    )


def paired_change(
    baseline: FloatArray,
    arm: FloatArray,
    level: float,
    *,
    baseline_beyond: bool = False,
    arm_beyond: bool = False,
) -> PairedChange:
    """Return the change from baseline to arm, one positive figure per round of each, in the same order.

    Mean and Student t of log(arm / baseline) over rounds: what the two blocks of a round share (machine,
    minute, payloads) cancels, and the round is the unit of evidence. `baseline_beyond` says that some
    baseline figure is only a lower limit (a block whose quantile is a failed request): the change has then
    no lower bound, and its upper bound errs on the safe side; `arm_beyond` mirrors it. A figure that is not
    positive and finite leaves no interval at all. Raises ValueError when the arms differ in rounds.
    Source: paired t on log ratios; statistics over measured coverage in docs/methodology.md.
    """
    if len(baseline) != len(arm) or len(arm) == 0:
        raise ValueError(f"{len(baseline)} baseline and {len(arm)} other rounds: paired rounds are needed")
    rounds = len(arm)
    usable = bool((np.isfinite(baseline) & np.isfinite(arm) & (baseline > 0) & (arm > 0)).all())
    if not usable:
        return PairedChange(
            mean_log=math.nan, sd_log=math.nan, rounds=rounds, level=level, log_interval=UNBOUNDED
        )
    logs = np.log(arm) - np.log(baseline)
    mean = float(logs.mean())
    sd = float(logs.std(ddof=1)) if rounds > 1 else math.nan
    half = _half_width(sd, rounds, level)
    interval = Interval(
        low=-math.inf if baseline_beyond else mean - half,
        high=math.inf if arm_beyond else mean + half,
    )
    known = not (baseline_beyond or arm_beyond)
    return PairedChange(
        mean_log=mean if known else math.nan, sd_log=sd, rounds=rounds, level=level, log_interval=interval
    )


def paired_difference(baseline: FloatArray, arm: FloatArray, level: float) -> Interval:
    """Return the interval of arm - baseline from one figure per round: for failure ratios, which may be 0.

    Student t over rounds: failures come in bursts, and a test of two proportions would take each failed
    request for evidence of its own. Where no round of either arm has a failure the interval is [0, 0]: the
    caller then has `shares.share_estimate` for how many there may be. Raises ValueError as `paired_change`.
    """
    if len(baseline) != len(arm) or len(arm) == 0:
        raise ValueError(f"{len(baseline)} baseline and {len(arm)} other rounds: paired rounds are needed")
    if len(arm) == 1:
        return UNBOUNDED
    differences = arm - baseline
    mean, half = float(differences.mean()), _half_width(float(differences.std(ddof=1)), len(arm), level)
    return Interval(low=mean - half, high=mean + half)


def least_effect(sd_log: float, most_rounds: int) -> float:
    """Return the smallest change, as a ratio, that a plan of `most_rounds` shows 95 times of 100.

    (t(0.975) + t(0.95)) * sd / sqrt(rounds). Source: power of the t test, Cohen, "Statistical Power
    Analysis" (1988), 2.
    """
    return math.expm1(_least_log(sd_log, most_rounds))


def rounds_needed(sd_log: float, effect_ratio: float) -> int | None:
    """Return how many rounds show a change of `effect_ratio` 95 times of 100; `None` above 1,000,000.

    A margin to be told from no change at all is such an effect: 0.05 for "no worse than 5 %".
    """
    effect = abs(math.log1p(effect_ratio))
    low, high = 2, 1_000_000
    if effect == 0 or _least_log(sd_log, high) > effect:
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _least_log(sd_log, middle) <= effect else (middle + 1, high)
    return low


def _least_log(sd_log: float, rounds: int) -> float:
    freedom = rounds - 1
    return (student_t(0.975, freedom) + student_t(0.95, freedom)) * sd_log / math.sqrt(rounds)


def _half_width(sd: float, rounds: int, level: float) -> float:
    if rounds < 2 or not math.isfinite(sd):
        return math.inf
    return student_t(1 - level / 2, rounds - 1) * sd / math.sqrt(rounds)
