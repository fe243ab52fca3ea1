"""The objectives that gate a release: sla.toml, or the copy of it in run.json."""

from __future__ import annotations

import math
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

from analysis import metrics
from analysis.errors import ConfigurationError, nearest
from analysis.metrics import Metric, parse_metric

Bound = Literal["at_most", "at_least", "improvement_at_least", "regression_at_most"]
BOUNDS: tuple[Bound, ...] = ("at_most", "at_least", "improvement_at_least", "regression_at_most")
RELATIVE: tuple[Bound, ...] = ("improvement_at_least", "regression_at_most")
LARGEST = sys.float_info.max
_KEYS = ("name", "arm", "metric", "endpoint", "optional", *BOUNDS)
# The arm that an objective means when a run compares an arm with itself under other names.
_ARM_UNDER_TEST = "optimized"


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """One demand on a figure of an arm; `value` is in the metric's unit, or a ratio for relative bounds."""

    name: str
    arm: str
    metric: Metric
    bound: Bound
    value: float
    endpoint: str | None = None
    optional: bool = False

    @property
    def relative(self) -> bool:
        """Whether it speaks of the change from the baseline."""
        return self.bound in RELATIVE

    @property
    def sign(self) -> int:
        """For relative bounds: 1 when a rising figure counts as positive, -1 when a falling one does."""
        rising_is_better = not self.metric.lower_is_better
        return 1 if rising_is_better == (self.bound == "improvement_at_least") else -1

    @property
    def upper(self) -> bool:
        """Whether the observed figure must not exceed `value`; otherwise it must not fall below."""
        return self.bound in ("at_most", "regression_at_most")

    def table(self) -> dict[str, Any]:
        """The objective as a table of sla.toml, and of run.json."""
        table = {"name": self.name, "arm": self.arm, "metric": self.metric.name, self.bound: self.value}
        if self.endpoint is not None:
            table["endpoint"] = self.endpoint
        return {**table, "optional": True} if self.optional else table


@dataclass(frozen=True, slots=True, kw_only=True)
class Sla:
    """Everything that a run is judged by; `source` is the file it was read from."""

    source: str
    objectives: Sequence[Objective]
    answers_identical: bool = False


def read_sla(path: Path) -> Sla:
    """The objectives of an sla.toml. ConfigurationError names the key, and the nearest that there is."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        remedy = "Name one with --sla FILE; docs/objectives.md says how to write it."
        found = error.strerror or "cannot be read"
        raise ConfigurationError(path, found, expected="a file of objectives", remedy=remedy) from error
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError
        raise ConfigurationError(path, f"not TOML ({error})", remedy="See docs/objectives.md.") from error
    for key in content:
        if key not in ("objective", "answers"):
            raise ConfigurationError(
                path, f"unknown key {key!r}", remedy=nearest(key, ("objective", "answers"))
            )
    if content.get("answers", "identical") != "identical":
        found = f"answers is {content['answers']!r}"
        raise ConfigurationError(
            path, found, expected='"identical"', remedy="Leave it out to be warned only."
        )
    return parse_objectives(
        content.get("objective"), source=str(path), answers_identical="answers" in content
    )


def parse_objectives(tables: object, *, source: str, answers_identical: bool) -> Sla:
    """The objectives from their tables, as TOML or JSON gives them. Raises ConfigurationError."""
    if not isinstance(tables, list) or not tables:
        remedy = "Without an objective there is nothing to pass: write one, or name a file with --sla."
        raise ConfigurationError(source, "no objectives", expected="[[objective]] tables", remedy=remedy)
    objectives: list[Objective] = []
    for number, table in enumerate(tables, start=1):
        where = f"{source}: objective {number}"
        if not isinstance(table, Mapping):
            raise ConfigurationError(where, f"is {table!r}", expected="a table with name, arm and metric")
        objective = _objective(where, table)
        if objective.name in (other.name for other in objectives):
            remedy = "JUnit and history match objectives by name: give each its own."
            raise ConfigurationError(where, f"the name {objective.name!r} stands twice", remedy=remedy)
        objectives.append(objective)
    return Sla(source=source, objectives=objectives, answers_identical=answers_identical)


def applied_to(sla: Sla, arms: Sequence[str]) -> tuple[list[Objective], list[str]]:
    """The objectives as they apply to a run of these arms (the baseline first), and what to warn of.

    A run of one arm is judged by the absolute objectives, whatever arm they name. `optimized` stands for the
    arm under test: in a run without it, or where it is the baseline, what is demanded of it is demanded of
    the last arm, as in an A/A run (`baseline` and `baseline2`) what is demanded of the first. Any other arm
    that the run does not have is a ConfigurationError, as is a relative objective on the baseline.
    """
    applied, warnings = [], []
    against_itself = len(arms) == 2 and arms[1] == f"{arms[0]}2"
    for objective in sla.objectives:
        if len(arms) == 1 and objective.relative:
            warnings.append(
                f"objective {objective.name!r} is left out: it needs a second arm beside {arms[0]}"
            )
            continue
        arm = objective.arm
        elsewhere = arm not in arms and (len(arms) == 1 or arm == _ARM_UNDER_TEST)
        as_baseline = len(arms) > 1 and arm == arms[0] and (against_itself or arm == _ARM_UNDER_TEST)
        if elsewhere or as_baseline:
            arm = arms[-1]
            warnings.append(f"objective {objective.name!r} on {objective.arm} is applied to {arm}")
        where = f"{sla.source}: objective {objective.name!r}"
        if arm not in arms:
            raise ConfigurationError(where, f"the run has no arm {arm!r}", remedy=nearest(arm, arms))
        if objective.relative and arm == arms[0]:
            found = f"{objective.bound} on {arm}, which is the baseline"
            raise ConfigurationError(where, found, expected=f"another arm: {', '.join(arms[1:])}")
        applied.append(replace(objective, arm=arm))
    if not applied:
        found = f"no objective applies to a run of {', '.join(arms)} alone"
        raise ConfigurationError(
            sla.source, found, remedy="Add one with at_most or at_least, or use --sla FILE."
        )
    return applied, warnings


def _objective(where: str, table: Mapping[str, Any]) -> Objective:
    # Null stands for a key left out: TOML has none, and JSON written by programs often does.
    given = {key: value for key, value in table.items() if value is not None}
    for key in given:
        if key not in _KEYS:
            raise ConfigurationError(where, f"unknown key {key!r}", remedy=nearest(key, _KEYS))
    name = _text(where, given, "name")
    where = f"{where} {name!r}"
    metric_name = _text(where, given, "metric")
    metric = parse_metric(metric_name)
    if metric is None:
        found = f"unknown metric {metric_name!r}"
        raise ConfigurationError(where, found, expected=metrics.ALLOWED, remedy="See docs/objectives.md.")
    bounds = [bound for bound in BOUNDS if bound in given]
    if len(bounds) != 1:
        found = f"{' and '.join(bounds) or 'no bound'}"
        raise ConfigurationError(where, found, expected=f"exactly one of {', '.join(BOUNDS)}")
    optional = given.get("optional", False)
    if not isinstance(optional, bool):
        raise ConfigurationError(where, f"optional is {optional!r}", expected="true or false")
    return Objective(
        name=name,
        arm=_text(where, given, "arm"),
        metric=metric,
        bound=bounds[0],
        value=_value(where, metric, bounds[0], given[bounds[0]]),
        endpoint=_text(where, given, "endpoint") if "endpoint" in given else None,
        optional=optional,
    )


def _text(where: str, table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        found = f"{key} is {value!r}" if key in table else f"key {key!r} is missing"
        raise ConfigurationError(where, found, expected="text", remedy="See docs/objectives.md.")
    return value


def _value(where: str, metric: Metric, bound: Bound, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise ConfigurationError(where, f"{bound} is {value!r}", expected="a finite number")
    number = float(cast(float, value))
    if bound in RELATIVE:
        # Only a throughput can improve by more than 1 (to more than double).
        most = math.inf if metric.kind == "throughput" and bound == "improvement_at_least" else 1.0
        if not -1 < number < most:
            remedy = "Ratios are meant: 0.05 is 5 %."
            raise ConfigurationError(
                where, f"{bound} is {value!r}", expected="a ratio between -1 and 1", remedy=remedy
            )
    elif number < 0 or (metric.kind == "failure_ratio" and number > 1):
        expected = "a ratio from 0 to 1" if metric.kind == "failure_ratio" else "a number of at least 0"
        raise ConfigurationError(where, f"{bound} is {value!r}", expected=expected)
    return number
