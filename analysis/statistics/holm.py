"""Several endpoints at once: which of them changed, without crying wolf over any."""

import numpy as np

from analysis.statistics.quantiles import FloatArray


def holm(p_values: FloatArray) -> FloatArray:
    """Return the adjusted p-value of each claim, in the given order.

    Claims whose adjusted value is at most the level hold together: the chance that any of them is wrong is
    at most the level, whatever their dependence. Source: Holm, "A simple sequentially rejective multiple
    test procedure", Scandinavian Journal of Statistics 6 (1979) 65-70.
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(steps, 1)
    return adjusted
