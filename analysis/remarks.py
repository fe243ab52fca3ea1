"""What a reader of the verdict should know beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analysis.figures import Figures
from analysis.judgement import three_way
from analysis.objectives import Objective as Asked
from analysis.report import Check, Objective, Warning
from analysis.statistics.intervals import Interval
from analysis.wording import percent


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


def contradictions(
    asked: Sequence[Asked], judged: Sequence[Objective], figures: Figures
) -> Iterator[Warning]:
    """Objectives on the change of a quantile that the figures over all requests would judge otherwise.

    That is seldom chance: where a quantile lies at the edge of a slow kind of requests, a block smooths the
    edge, and all requests together show it.
    """
    for objective, row in zip(asked, judged, strict=True):
        if not objective.relative or objective.metric.quantile is None or row.verdict == "inconclusive":
            continue
        ratio = figures.change(objective.arm, objective.metric, objective.endpoint).ratio
        if ratio is None:
            continue
        whole = objective.sign * ratio
        if three_way(objective, Interval(low=whole, high=whole)) != row.verdict:
            message = (
                f"{row.name}: in a typical round {percent(row.observed)}, over all requests {percent(whole)}"
            )
            label = objective.metric.label
            hint = f"Perhaps a slow kind of requests begins near {label}: gate its endpoint, or a limit."
            yield Warning(code="two-changes", message=message, hint=hint)
