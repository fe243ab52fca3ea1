"""The request plan: the numbered logical requests, the same for every arm."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from requests.utils import requote_uri

ITEMS = 200
CATEGORIES = ("books", "garden", "kitchen", "music", "tools")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalRequest:
    """What is asked, whichever client asks it.

    `name` groups requests into endpoints, `path` starts with a slash, `body` is JSON text or None.
    """

    name: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    @property
    def target(self) -> str:
        """The request target of RFC 9112: path, encoded as requests does it where it is not, and query."""
        path = requote_uri(self.path)
        return f"{path}?{urlencode(self.query)}" if self.query else path


class RequestPlan(Protocol):
    """A seeded, endless list of logical requests."""

    def __init__(self, *, seed: int) -> None:
        """The plan of this seed: equal seeds give equal plans."""

    def request(self, number: int) -> LogicalRequest:
        """The measured request of this number; equal numbers give equal requests."""

    def filler(self) -> Iterator[LogicalRequest]:
        """Requests of the same mix outside the numbering, for lead-in and lead-out."""


class SeededPlan:
    """A plan that draws each request at random. A subclass says how to `draw` one."""

    def __init__(self, *, seed: int) -> None:
        self._seed = seed

    def draw(self, source: random.Random) -> LogicalRequest:
        """One request. All that differs from request to request must come from `source`."""
        raise NotImplementedError(f"{type(self).__name__} does not say how to draw a request")

    def request(self, number: int) -> LogicalRequest:
        """The request of this number: a pure function of the seed and the number."""
        return self.draw(random.Random(f"{self._seed}/{number}"))

    def filler(self) -> Iterator[LogicalRequest]:
        """An endless stream from its own seed."""
        source = random.Random(f"{self._seed}/filler")
        while True:
            yield self.draw(source)


class ShopPlan(SeededPlan):
    """The mix of requests against the mock service: items, filtered lists, orders."""

    def draw(self, source: random.Random) -> LogicalRequest:
        """60 % items, 25 % lists, 15 % orders."""
        return _draw(source)


def _draw(source: random.Random) -> LogicalRequest:
    kind = source.random()
    if kind < 0.60:
        item = source.randint(1, ITEMS)
        return LogicalRequest(name="GET /items/{id}", method="GET", path=f"/items/{item}")
    if kind < 0.85:
        query = (("category", source.choice(CATEGORIES)), ("limit", str(source.choice((10, 20, 40)))))
        return LogicalRequest(name="GET /items", method="GET", path="/items", query=query)
    order = {
        "customer": f"customer-{source.randint(1, 1000)}",
        "lines": [
            {"item_id": source.randint(1, ITEMS), "quantity": source.randint(1, 5)}
            for _ in range(source.randint(1, 4))
        ],
    }
    return LogicalRequest(name="POST /orders", method="POST", path="/orders", body=json.dumps(order).encode())
