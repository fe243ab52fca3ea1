"""Proof that the arms asked for the same things, and whether they were answered alike. Master side."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from locustfiles.recorder import Row

EXAMPLES = 5


class Semantics:
    """Folds the digests of every judged request, per arm and in the order of the numbers."""

    def __init__(self, arms: Sequence[str]) -> None:
        self._asked = {arm: hashlib.sha256() for arm in arms}
        self._answered = {arm: hashlib.sha256() for arm in arms}
        self._unknown: set[str] = set()
        self._differences = {"asked": 0, "answered": 0}
        self._examples: list[dict[str, Any]] = []

    def add(self, round_number: int, rows: Mapping[str, Sequence[Row]]) -> None:
        """Add one round: the rows of every arm."""
        by_number = {arm: {row.request: row for row in arm_rows} for arm, arm_rows in rows.items()}
        for arm, numbered in by_number.items():
            for number in sorted(numbered):
                self._fold(arm, numbered[number])
        first, *others = by_number.values()
        for other in others:
            for number in sorted(first.keys() & other.keys()):
                self._compare(round_number, first[number], other[number])

    def asked_sha256(self, arm: str) -> str | None:
        """The digest of all that the arm asked; None when part of it is unknown."""
        return None if arm in self._unknown else self._asked[arm].hexdigest()

    def answered_sha256(self, arm: str) -> str:
        """The digest of all that the arm was answered."""
        return self._answered[arm].hexdigest()

    def summary(self) -> dict[str, Any]:
        """How many requests of the same number differ between the arms, and the first of them."""
        return {
            "asked_differences": self._differences["asked"],
            "answered_differences": self._differences["answered"],
            "first_differences": self._examples,
        }

    def _fold(self, arm: str, row: Row) -> None:
        if not row.asked:
            self._unknown.add(arm)
        number = row.request.to_bytes(8, "big")
        self._asked[arm].update(number + row.asked)
        self._answered[arm].update(number + row.answered)

    def _compare(self, round_number: int, one: Row, other: Row) -> None:
        kinds = (("asked", one.asked, other.asked), ("answered", one.answered, other.answered))
        for kind, first, second in kinds:
            if not first or not second or first == second:
                continue
            self._differences[kind] += 1
            if len(self._examples) < EXAMPLES:
                self._examples.append(
                    {"round": round_number, "request": one.request, "kind": kind, "name": one.name}
                )
