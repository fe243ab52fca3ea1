"""What was measured, held against its bounds, as Markdown and JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from analysis.statistics.shares import clopper_pearson


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measured share of runs (0 to 1) or another figure, with the bounds it has to keep."""

    title: str
    machine: str
    plan: str
    value: float
    runs: int
    at_least: float | None = None
    at_most: float | None = None
    is_share: bool = True

    @property
    def met(self) -> bool | None:
        """Return whether the figure keeps its bounds; `None` where it has none."""
        if self.at_least is None and self.at_most is None:
            return None
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)

    def as_json(self) -> dict[str, object]:
        return {
            "title": self.title,
            "machine": self.machine,
            "plan": self.plan,
            "value": round(self.value, 5),
            "runs": self.runs,
            "at_least": self.at_least,
            "at_most": self.at_most,
            "met": self.met,
        }

    def cells(self) -> tuple[str, ...]:
        if not self.is_share:
            return (self.machine, self.plan, f"{self.value:.3g}", "", f"{self.runs:,}", *self._judged("{:g}"))
        spread = clopper_pearson(self.value * self.runs, self.runs, 0.05)
        return (
            self.machine,
            self.plan,
            f"{self.value:.2%}",
            f"{spread.low:.1%} to {spread.high:.1%}",
            f"{self.runs:,}",
            *self._judged("{:.1%}"),
        )

    def _judged(self, form: str) -> tuple[str, str]:
        bounds = []
        if self.at_least is not None:
            bounds.append("at least " + form.format(self.at_least))
        if self.at_most is not None:
            bounds.append("at most " + form.format(self.at_most))
        return ", ".join(bounds), {None: "", True: "met", False: "**missed**"}[self.met]


HEAD = ("machine", "plan", "measured", "known to", "runs", "bound", "")


def markdown(rows: Iterable[Row], preface: str) -> str:
    """Return one table for each title, in order."""
    lines = [preface]
    for title, group in groupby(rows, key=lambda row: row.title):
        lines += ["", f"## {title}", "", _line(HEAD), _line(["---"] * len(HEAD))]
        lines += [_line(row.cells()) for row in group]
    return "\n".join(lines) + "\n"


def as_json(rows: Iterable[Row], seed: int) -> str:
    """Return all rows with the seed they come from."""
    report = {"schema_version": "1.0", "seed": seed, "rows": [row.as_json() for row in rows]}
    return json.dumps(report, indent=1) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
