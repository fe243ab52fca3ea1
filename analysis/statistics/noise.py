"""The noise floor of a machine: what baseline against itself seems to change."""

import math

from analysis.statistics.change import PairedChange


def noise_floor_ratio(same_arm: PairedChange) -> float | None:
    """Return the largest change, as a ratio, that a run of one arm against itself cannot rule out.

    The far end of its interval from 0: it holds both the scatter of the rounds and a bias that no number of
    rounds removes. An objective whose margin is above 0 and below the floor asks for more than this machine
    can tell in a run of this length. `None` when the run gives no interval.
    """
    if not math.isfinite(same_arm.half_width_log) or not math.isfinite(same_arm.mean_log):
        return None
    return math.expm1(abs(same_arm.mean_log) + same_arm.half_width_log)
