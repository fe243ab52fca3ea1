"""What a measurement yields: a ratio with its spread and its bound, or how a figure grows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A ratio: `subject` over `reference`, both in `unit`, pair by pair as they were measured in turn.

    A reference of one sample is a limit that holds for every pair. `bound` and `aim` are for the median
    ratio: at least so much, or, with `at_most`, at most. Without a bound the ratio is told, not judged.
    """

    name: str
    subject: str
    reference: str
    unit: str
    subject_samples: Sequence[float]
    reference_samples: Sequence[float]
    bound: float | None = None
    aim: float | None = None
    at_most: bool = False
    remark: str = ""

    @property
    def ratios(self) -> list[float]:
        """Subject over reference, pair by pair."""
        references = list(self.reference_samples)
        if len(references) == 1:
            references *= len(self.subject_samples)
        return [one / other for one, other in zip(self.subject_samples, references, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the ratios."""
        return median(self.ratios)

    @property
    def met(self) -> bool | None:
        """Whether the median ratio keeps its bound; None without one."""
        return None if self.bound is None else self._reaches(self.bound)

    @property
    def aim_met(self) -> bool | None:
        """Whether the median ratio reaches its aim; None without one."""
        return None if self.aim is None else self._reaches(self.aim)

    def _reaches(self, mark: float) -> bool:
        return self.ratio <= mark if self.at_most else self.ratio >= mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How a figure grows: for each series its points (x, y), `y` in `unit`. Drawn on two log axes."""

    name: str
    x: str
    unit: str
    series: Mapping[str, Sequence[Point]]
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a measurement may use: a scratch folder, so many pairs, and which cores for what.

    `quick` asks for the smallest run that still goes through every step: its figures mean nothing.
    """

    folder: Path
    pairs: int = 5
    quick: bool = False
    load_core: int = 0
    server_core: int = field(default=1)
