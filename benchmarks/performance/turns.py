"""Measuring two or more things side by side: in turns whose order alternates: drift meets them alike."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping

Samples = dict[str, list[float]]


def in_turns(measures: Mapping[str, Callable[[], float]], pairs: int, *, warmup: int = 1) -> Samples:
    """Return the samples of each, `pairs` of them, after `warmup` turns that do not count."""
    samples: Samples = {name: [] for name in measures}
    for turn in range(-warmup, pairs):
        for name in list(measures)[:: -1 if turn % 2 else 1]:
            gc.collect()
            value = measures[name]()
            if turn >= 0:
                samples[name].append(value)
    return samples
