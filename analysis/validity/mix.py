"""Free-form arms: did they call the endpoints in the same proportions?"""

from __future__ import annotations

from math import sqrt

from scipy.special import ndtri

from analysis.report import Check
from analysis.validity.evidence import Evidence, outcome
from analysis.wording import percent

ALPHA = 0.01
LEAST_DIFFERENCE = 0.01
"""A share of slow requests of 5 % instead of 4 % moves P95 by 6.6 %."""


def same_mix(evidence: Evidence) -> Check | None:
    """The shares of the endpoints differ by chance only; chance itself is in the intervals.

    Two-sided z-test of two proportions, endpoint by endpoint against the baseline, ALPHA in all (Bonferroni).
    """
    if not evidence.free_form or len(evidence.arms) == 1 or not evidence.recording.rounds:
        return None
    counts = {
        arm: record.requests["endpoint"].value_counts().to_dict()
        for arm, record in evidence.recording.arms.items()
    }
    first, *others = counts
    names = sorted({str(name) for found in counts.values() for name in found})
    pairs = [(name, arm) for arm in others for name in names]
    totals = {arm: sum(found.values()) for arm, found in counts.items()}
    if not all(totals.values()):
        return None
    limit = -float(ndtri(ALPHA / 2 / len(pairs)))
    share = {(name, arm): counts[arm].get(name, 0) / totals[arm] for arm in counts for name in names}
    differences = {(name, arm): share[name, arm] - share[name, first] for name, arm in pairs}
    name, arm = max(differences, key=lambda pair: abs(differences[pair]))
    systematic = [
        pair
        for pair, difference in differences.items()
        if abs(difference) > LEAST_DIFFERENCE
        and abs(difference)
        > limit * _error(share[pair[0], first], share[pair], totals[first], totals[pair[1]])
    ]
    if systematic:
        name, arm = max(systematic, key=lambda pair: abs(differences[pair]))
    shares = (percent(share[name, arm]), percent(share[name, first]))
    message = f"{name} is {shares[0]} of the requests of {arm}, {shares[1]} of {first}"
    message += ", which is more than chance" if systematic else ", the largest difference: as chance has it"
    return outcome(
        None if systematic else True,
        "the arms have the same mix of endpoints",
        message,
        observed=round(differences[name, arm], 4),
        remedy="A changed mix moves quantiles by itself: give both arms the same weights, or a request plan.",
    )


def _error(first: float, other: float, first_total: int, other_total: int) -> float:
    pooled = (first * first_total + other * other_total) / (first_total + other_total)
    return sqrt(pooled * (1 - pooled) * (1 / first_total + 1 / other_total))
