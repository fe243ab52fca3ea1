"""Did the service, the machine and the change between the arms stay what they were?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analysis.metrics import P95
from analysis.report import Check
from analysis.statistics.drift import Effect, level_shift_ratio, order_effect, place_effect, trend
from analysis.statistics.quantiles import FloatArray, IntArray
from analysis.validity.evidence import Evidence, outcome
from analysis.wording import percent

# Pairing cancels what both arms share, so moderate drift is harmless. A stretch twice as slow as another is
# another machine: neither half speaks for the whole.
SHIFT_RATIO = 1.0  # by chance on the noisiest simulated machine: 0.3 % of arms, 0.5 % after 30 rounds
SHIFT_WINDOW = 5
LEAST_SHIFT_WINDOW = 3
ALPHA = 0.01

_ORDER = "the order of the arms does not matter"
_DISTURBED = "Blocks disturb each other: raise --lead-in, or the requests per block."


def level_kept(evidence: Evidence) -> Check | None:
    """No stretch of the run was another machine: warmed up before, undisturbed after."""
    name = "the service and the machine kept their level"
    window = min(SHIFT_WINDOW, len(evidence.recording.paired_rounds) // 2)
    if window < LEAST_SHIFT_WINDOW:
        return None
    # An arm whose P95 is a failed request all through has no level to keep: that is for the objectives.
    answering = [arm for arm in evidence.arms if evidence.figures.value(arm, P95) is not None]
    shifts = [(level_shift_ratio(_p95s(evidence, arm), window) or 0.0, arm) for arm in answering]
    if not shifts:
        return None
    shift, arm = max(shifts)
    higher = f"{percent(shift)} higher" if math.isfinite(shift) else "beyond every number"
    message = f"P95 of {arm} was {higher} in one stretch of the run than in another"
    remedy = (
        "Look for other work on the machine, or a service still warming up (--warmup-rounds); run it again."
    )
    observed = round(shift, 4) if math.isfinite(shift) else None
    return outcome(shift <= SHIFT_RATIO, name, message, observed=observed, limit=SHIFT_RATIO, remedy=remedy)


def no_trend(evidence: Evidence) -> Check | None:
    """The change itself did not trend over the run; a trend is reported, never refused.

    Of several arms the one with the clearest trend is told of, at ALPHA / arms each (Bonferroni).
    """
    others = evidence.arms[1:]
    effects = {
        arm: effect
        for arm in others
        if (logs := _log_ratios(evidence, arm)) is not None
        and (effect := trend(logs[1], ALPHA / len(others))) is not None
    }
    arm = min(effects, key=lambda name: effects[name].p_value, default=None)
    if arm is None:
        return None
    remedy = "Its interval speaks of the average; play longer to see where it settles."
    what = "the ratio of the P95s" if len(others) == 1 else f"P95 of {arm} to that of the baseline"
    where = "from the first round to the last"
    return _reported("the change did not trend", what, effects[arm], where, remedy, tests=len(others))


def no_order_effect(evidence: Evidence) -> Check | None:
    """The place of a block in its round does not matter; if it does that is reported, never refused.

    Balanced orders cancel it: of two arms AB and BA, of more the rotations of a Latin square.
    """
    orders, rounds = evidence.manifest.block_order, evidence.recording.paired_rounds
    if len(evidence.arms) > 2:
        return _no_place_effect(evidence, orders)
    logs = _log_ratios(evidence, evidence.arms[-1])
    if logs is None or not rounds:
        return None
    known = np.array([number <= len(orders) for number in logs[0]], dtype=np.bool_)
    first = [orders[number - 1].find("A") < orders[number - 1].find("B") for number in logs[0][known]]
    effect = order_effect(logs[1][known], np.array(first, dtype=np.bool_), ALPHA)
    where = "between AB and BA rounds"
    return _reported(_ORDER, "the ratio of the P95s", effect, where, _DISTURBED)


def _no_place_effect(evidence: Evidence, orders: Sequence[str]) -> Check | None:
    rounds, arms = evidence.recording.paired_rounds, evidence.arms
    letters = [chr(ord("A") + place) for place in range(len(arms))]
    known = [
        number for number in rounds if number <= len(orders) and sorted(orders[number - 1]) == sorted(letters)
    ]
    if not known or rounds != evidence.recording.rounds:
        return None
    kept = np.isin(rounds, known)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.stack([np.log(_p95s(evidence, arm))[kept] for arm in arms], axis=1)
    places = np.array([[orders[number - 1].find(letter) for letter in letters] for number in known])
    effect = place_effect(logs, places)
    if effect is None:
        return None
    size = math.expm1(effect.size)
    message = (
        f"P95 is {percent(size)} higher in place {effect.highest + 1} of a round than in place "
        f"{effect.lowest + 1} (p = {effect.p_value:.2g})"
    )
    passed = True if effect.p_value > ALPHA else None
    return outcome(passed, _ORDER, message, observed=round(size, 4), remedy=_DISTURBED)


def _reported(
    name: str, what: str, effect: Effect | None, where: str, remedy: str, *, tests: int = 1
) -> Check | None:
    if effect is None:
        return None
    size = math.expm1(effect.size)
    passed = True if effect.p_value > ALPHA / tests else None
    message = f"{what} changes by {percent(size, signed=True)} {where} (p = {effect.p_value:.2g})"
    return outcome(passed, name, message, observed=round(size, 4), remedy=remedy)


def _p95s(evidence: Evidence, arm: str) -> FloatArray:
    """P95 of each block in ms, inf where it is a failed request."""
    found = evidence.figures.blocks(arm, P95)
    return np.array([]) if found is None else np.where(found.beyond, np.inf, found.figures)


def _log_ratios(evidence: Evidence, arm: str) -> tuple[IntArray, FloatArray] | None:
    """Round numbers and log(P95 of an arm / P95 of the baseline); None without pairs."""
    rounds, arms = evidence.recording.paired_rounds, evidence.arms
    if len(arms) == 1 or not rounds or rounds != evidence.recording.rounds:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.array(rounds), np.log(_p95s(evidence, arm)) - np.log(_p95s(evidence, arms[0]))
