"""Reads a load profile: `[[stage]]` tables of a TOML file, checked before any load.

All stages of one file are of one model: with `requests` and `users` it is the closed one, with `duration_s`
and `rate` the open one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, get_args

from locustfiles.arrivals import expected_requests
from locustfiles.load import JUDGED_KINDS, Kind, Load, LoadError, Model, Process, Stage

KEYS: Mapping[Model, tuple[str, str]] = {"closed": ("requests", "users"), "open": ("duration_s", "rate")}
MOST_REQUESTS = 1_000_000
"""Of one block: they are drawn before it begins."""


def read_profile(path: Path, *, users: int, process: Process) -> Load:
    """The load that a file describes, for at most `users` users at work in the closed model.

    Raises LoadError, which names the file, the stage, the key and what is expected.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LoadError(
            f"--load-profile {path}: {error.strerror}; expected a TOML file of [[stage]] tables"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LoadError(f"--load-profile {path}: {error}; expected TOML with [[stage]] tables") from None
    tables = found.pop("stage", None)
    if found:
        raise LoadError(f"{path}: unknown key {next(iter(found))!r}; expected only [[stage]] tables")
    if not isinstance(tables, list) or not tables or not all(isinstance(each, dict) for each in tables):
        raise LoadError(f"{path}: no stages; expected at least one [[stage]] table")
    model = _model(path, tables)
    stages: list[Stage] = []
    for place, table in enumerate(tables, start=1):
        before = stages[-1] if stages else None
        stage = _Table(path=path, place=place, content=table, model=model, users=users).stage(before)
        if stage.name in {each.name for each in stages}:
            raise LoadError(f"{path}, stage {stage.name!r}: the name stands twice; expected unique names")
        stages.append(stage)
    _check_whole(path, stages)
    return Load(model=model, stages=tuple(stages), process=process if model == "open" else None, profile=True)


def _model(path: Path, tables: Sequence[Mapping[str, Any]]) -> Model:
    """The model that the keys of all stages belong to."""
    keys = {key.removesuffix("_from") for table in tables for key in table}
    spoken: list[Model] = [model for model, its_keys in KEYS.items() if keys.intersection(its_keys)]
    if len(spoken) != 1:
        found = "keys of both models" if spoken else "neither"
        raise LoadError(
            f"{path}: {found}; expected every stage with `duration_s` and `rate` (open model),"
            " or every stage with `requests` and `users` (closed model)"
        )
    return spoken[0]


def _check_whole(path: Path, stages: Sequence[Stage]) -> None:
    if not any(stage.judged for stage in stages):
        kinds = " or ".join(sorted(JUDGED_KINDS))
        raise LoadError(f"{path}: no stage is judged; expected at least one of the kind {kinds}")
    if (total := sum(stage.requests for stage in stages)) > MOST_REQUESTS:
        raise LoadError(f"{path}: {total:,} requests in a block; expected at most {MOST_REQUESTS:,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One `[[stage]]` of a file."""

    path: Path
    place: int
    content: Mapping[str, Any]
    model: Model
    users: int

    def stage(self, before: Stage | None) -> Stage:
        """The stage, checked; a ramp begins where the one before it ends."""
        kind = self._kind()
        size, height = KEYS[self.model]
        known = {"name", "kind", size, height, *([f"{height}_from"] if kind == "ramp" else [])}
        if unknown := next((key for key in self.content if key not in known), None):
            only = f"; {unknown} is for a ramp" if unknown == f"{height}_from" else ""
            raise self._refusal(unknown, "unknown key", f"expected {', '.join(sorted(known))}{only}")
        return self._open(kind, before) if self.model == "open" else self._closed(kind, before)

    def _open(self, kind: Kind, before: Stage | None) -> Stage:
        duration_s = self._number("duration_s", "seconds")
        to_rps = self._number("rate", "requests per second")
        from_rps = to_rps
        if kind == "ramp":
            ended_rps = before.rate_rps[1] if before and before.rate_rps else None
            from_rps = self._number("rate_from", "requests per second", least=0, default=ended_rps)
        requests = expected_requests(from_rps, to_rps, duration_s)
        if not requests:
            raise self._refusal(
                "duration_s", f"{duration_s:g}", "too short for a single arrival; expected a longer stage"
            )
        return Stage(
            name=self._name, kind=kind, requests=requests, duration_s=duration_s, rate_rps=(from_rps, to_rps)
        )

    def _closed(self, kind: Kind, before: Stage | None) -> Stage:
        requests, to_users = self._whole("requests"), self._whole("users")
        from_users = to_users
        if kind == "ramp":
            from_users = self._whole(
                "users_from", default=before.users[1] if before and before.users else None
            )
        for key, value in (("users", to_users), ("users_from", from_users)):
            if value > self.users:
                raise self._refusal(key, str(value), f"expected at most the {self.users} users of -u")
        return Stage(name=self._name, kind=kind, requests=requests, users=(from_users, to_users))

    @property
    def _name(self) -> str:
        name = self._needed("name", "a text")
        if not isinstance(name, str) or not name.strip() or not name.isprintable():
            raise self._refusal("name", repr(name), "expected a text of printable letters")
        return name

    def _kind(self) -> Kind:
        kind = self._needed("kind", "a kind")
        kinds: tuple[Kind, ...] = get_args(Kind)
        for known in kinds:
            if kind == known:
                return known
        raise self._refusal("kind", repr(kind), f"expected one of {', '.join(kinds)}")

    def _number(
        self, key: str, unit: str, *, least: float | None = None, default: float | None = None
    ) -> float:
        expected = f"{unit}, {'above 0' if least is None else f'{least:g} or more'}, and finite"
        value = self._needed(key, expected, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise self._refusal(key, repr(value), f"expected {expected}")
        if value < least if least is not None else value <= 0:
            raise self._refusal(key, f"{value:g}", f"expected {expected}")
        return float(value)

    def _whole(self, key: str, *, default: int | None = None) -> int:
        value = self._needed(key, "a whole number from 1 up", default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self._refusal(key, repr(value), "expected a whole number from 1 up")
        return value

    def _needed(self, key: str, expected: str, default: object = None) -> Any:
        value = self.content.get(key, default)
        if value is None:
            raise self._refusal(key, "missing", f"expected {expected}")
        return value

    def _refusal(self, key: str, found: str, expected: str) -> LoadError:
        name = self.content.get("name")
        return LoadError(f"{self.path}, stage {name if name else self.place!r}: {key}: {found}; {expected}")
