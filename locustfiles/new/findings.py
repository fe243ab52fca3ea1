"""What a description of a service yields: requests, and what was left out of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NO_BODY = object()
"""Stands for no body: null is a JSON body like others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRequest:
    """A request to ask `weight` times as often as one of weight 1. `body` is a JSON value, or NO_BODY."""

    name: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = NO_BODY
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The requests in the order found, `notes` on what they lack, and the service's address if it has one."""

    requests: tuple[FoundRequest, ...]
    notes: tuple[str, ...]
    host: str | None


def weight(method: str, times: int = 1) -> int:
    """How often to ask: what deletes is not asked at all until somebody wants it."""
    return 0 if method == "DELETE" else times
