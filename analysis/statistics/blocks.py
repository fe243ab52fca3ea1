"""One figure per block of an arm: what paired rounds are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """One figure of every block of an arm, in order of the rounds; a latency is in ms.

    `beyond` marks a block whose quantile is a failed request: the true figure lies somewhere above.
    """

    rounds: NDArray[np.int64]
    figures: NDArray[np.float64]
    beyond: NDArray[np.bool_]

    def at(self, places: NDArray[np.intp]) -> Blocks:
        """The blocks at these places alone."""
        return Blocks(rounds=self.rounds[places], figures=self.figures[places], beyond=self.beyond[places])


Pair: TypeAlias = tuple[Blocks, Blocks]
"""Blocks of two arms, of the same rounds in the same order."""


def paired(first: Blocks, second: Blocks) -> Pair:
    """The blocks of the rounds that both arms played."""
    _, places, others = np.intersect1d(first.rounds, second.rounds, return_indices=True)
    return first.at(places), second.at(others)
