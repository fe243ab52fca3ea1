"""What a reader of the verdict should know beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analysis.report import Check, Objective, Warning


def warnings_of(
    remarks: Sequence[str], validity: Sequence[Check], objectives: Sequence[Objective]
) -> Iterator[Warning]:
    """How objectives were applied, what could not be checked, and optional objectives that are not met."""
    for remark in remarks:
        yield Warning(code="objective-arm", message=remark)
    unseen = [row.check for row in validity if row.passed is None and row.observed is None]
    if unseen:
        hint = "docs/run-directory.md names the keys of run.json that show it."
        yield Warning(code="no-evidence", message=f"no evidence that {'; '.join(unseen)}", hint=hint)
    for row in validity:
        if row.passed is None and row.observed is not None:
            yield Warning(
                code="validity", message=f'"{row.check}" is not certain: {row.message}', hint=row.remedy
            )
    for objective in objectives:
        if objective.optional and objective.verdict != "passed":
            yield Warning(code="optional-objective", message=f"{objective.name}: {objective.message}")
