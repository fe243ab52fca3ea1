"""The verdict: validity first, then every objective that is not optional; and the exit code it stands for."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.report import Check, Objective, Verdict

EXIT_CODES: dict[Verdict, int] = {"passed": 0, "failed": 1, "inconclusive": 3, "invalid": 4}


def refusal(row: Check) -> str:
    """Why a run may not be judged: the check, the figure and the remedy."""
    return f'"{row.check}" does not hold: {row.message}. {row.remedy}'.strip()


def conclude(validity: Sequence[Check], objectives: Sequence[Objective]) -> tuple[Verdict, list[str]]:
    """The verdict and the reasons that carry it, most telling first.

    All required objectives must pass, each at its full level: a false pass of the whole needs a false pass of
    the one that is not met. Source: intersection-union test, Berger, Technometrics 24 (1982) 295-300.
    """
    refused = [refusal(row) for row in validity if row.passed is False]
    if refused:
        return "invalid", refused
    required = [row for row in objectives if not row.optional]
    for verdict in ("failed", "inconclusive"):
        reasons = [row.message for row in required if row.verdict == verdict]
        if reasons:
            return verdict, reasons
    if not required:
        return "inconclusive", ["every objective is optional: nothing can pass"]
    return "passed", [row.message for row in required]
