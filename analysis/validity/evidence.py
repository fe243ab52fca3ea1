"""What the checks look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis.arrivals import ArmArrivals
from analysis.figures import Figures
from analysis.manifest import Manifest
from analysis.objectives import Objective
from analysis.recording import Recording
from analysis.report import Check
from analysis.report import Objective as Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A run with its figures, and what it is to be judged by."""

    figures: Figures
    objectives: Sequence[Objective]
    judged: Sequence[Judged]
    answers_identical: bool
    arrivals: Mapping[str, ArmArrivals] = field(default_factory=dict)

    @property
    def recording(self) -> Recording:
        """The run as it was read."""
        return self.figures.recording

    @property
    def manifest(self) -> Manifest:
        """The run's manifest."""
        return self.figures.recording.manifest

    @property
    def free_form(self) -> bool:
        """Whether an arm played tasks of its own, so that there are no numbers to pair requests by."""
        return any(arm.tasks == "free-form" for arm in self.manifest.arms)

    @property
    def arms(self) -> list[str]:
        """The names of the arms, the baseline first."""
        return list(self.figures.recording.arms)


def no_evidence(check: str, missing: str) -> Check:
    """A check that cannot be made."""
    return Check(check=check, passed=None, message=f"no evidence: {missing}")


def outcome(passed: bool | None, check: str, message: str, *, remedy: str = "", **figures: Any) -> Check:
    """A check that was made; the remedy stands where it is needed. `figures`: observed, expected, limit."""
    return Check(check=check, passed=passed, message=message, remedy="" if passed else remedy, **figures)
