"""When the requests of a block arrive in the open model: a pure function of load, seed and round.

Arrivals are evenly spaced, or a Poisson process given its count: under that condition the moments of a
Poisson process are independent and uniform over the integral of the rate (Cox & Lewis, The Statistical
Analysis of Series of Events, 1966, 2.3). So a block has exactly the planned requests in exactly the planned
time, whatever the seed, and all arms of a round meet the same moments.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from math import sqrt
from typing import NamedTuple

from locustfiles.load import Load, Process

LEAD_IN, MEASURED, LEAD_OUT = "lead-in", "measured", "lead-out"


class Span(NamedTuple):
    """A stretch of time in which the rate goes in a straight line: `requests` arrivals of one `part`."""

    part: str
    requests: int
    from_rps: float
    to_rps: float
    duration_s: float

    @property
    def expected(self) -> float:
        """The integral of the rate: how many arrivals it stands for."""
        return (self.from_rps + self.to_rps) / 2 * self.duration_s

    def moment_s(self, share: float) -> float:
        """When this share of the expected arrivals is reached, in seconds from the span's beginning.

        The root of from·t + (to - from)·t²/(2·duration) = share·expected, without cancellation.
        """
        level = share * self.expected
        root = sqrt(self.from_rps**2 + 2 * (self.to_rps - self.from_rps) * level / self.duration_s)
        return min(2 * level / (self.from_rps + root), self.duration_s) if level else 0.0


class Arrival(NamedTuple):
    """One intended start: seconds from the block's beginning, the part, and the number within that part."""

    offset_s: float
    part: str
    place: int


def expected_requests(from_rps: float, to_rps: float, duration_s: float) -> int:
    """How many requests arrive while the rate goes in a straight line: its integral, rounded."""
    return round((from_rps + to_rps) / 2 * duration_s)


def spans(load: Load, *, lead_in_s: float) -> tuple[Span, ...]:
    """The spans of a block: the lead-in at the first stage's rate if it has one, then every stage."""
    planned = [
        Span(stage.part, stage.requests, *stage.rate_rps, stage.duration_s)
        for stage in load.stages
        if stage.rate_rps and stage.duration_s
    ]
    if lead_in_s and load.leads_in:
        rate_rps = planned[0].from_rps
        planned.insert(
            0,
            Span(LEAD_IN, expected_requests(rate_rps, rate_rps, lead_in_s), rate_rps, rate_rps, lead_in_s),
        )
    return tuple(planned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """All arrivals of one block, the same for every arm of a round.

    They are dealt out by turns to `places` workers, so that each carries an even share of the rate at any
    moment. Measured arrivals have the plan's numbers from `first_request` on.
    """

    process: Process
    spans: Sequence[Span]
    seed: int
    round_number: int
    first_request: int
    lead_out: bool
    places: int = 1

    @property
    def duration_s(self) -> float:
        """Seconds until the lead-out begins."""
        return sum(span.duration_s for span in self.spans)

    @property
    def planned(self) -> int:
        """How many arrivals there are before the lead-out, on all workers."""
        return sum(span.requests for span in self.spans)

    def until_lead_out(self, place: int = 0) -> Iterator[Arrival]:
        """The arrivals of the worker at this place, in the order of time."""
        return self._dealt(self._planned(), place, first_turn=0)

    def lead_out_arrivals(self, place: int = 0) -> Iterator[Arrival]:
        """Those that follow, at the rate at which the spans end, without end; none without a lead-out."""
        return self._dealt(self._lead_out() if self.lead_out else iter(()), place, first_turn=self.planned)

    def _dealt(self, everything: Iterator[Arrival], place: int, *, first_turn: int) -> Iterator[Arrival]:
        turns = enumerate(everything, start=first_turn)
        return (arrival for turn, arrival in turns if turn % self.places == place)

    def numbers(self, place: int) -> frozenset[int]:
        """The plan's numbers that the worker at this place plays."""
        dealt: set[int] = set()
        turn, number = 0, self.first_request
        for span in self.spans:
            if span.part == MEASURED:
                first = (place - turn) % self.places
                dealt.update(range(number + first, number + span.requests, self.places))
                number += span.requests
            turn += span.requests
        return frozenset(dealt)

    def _planned(self) -> Iterator[Arrival]:
        begin_s, number = 0.0, self.first_request
        for index, span in enumerate(self.spans):
            measured = span.part == MEASURED
            for place, moment_s in enumerate(self._moments_s(index, span)):
                yield Arrival(begin_s + moment_s, span.part, number + place if measured else place + 1)
            number += span.requests if measured else 0
            begin_s += span.duration_s

    def _moments_s(self, index: int, span: Span) -> Iterator[float]:
        if self.process == "poisson":
            source = random.Random(f"{self.seed}/arrivals/{self.round_number}/{index}")
            shares = sorted(source.random() for _ in range(span.requests))
        else:
            shares = [place / span.requests for place in range(span.requests)]
        return (span.moment_s(share) for share in shares)

    def _lead_out(self) -> Iterator[Arrival]:
        source = random.Random(f"{self.seed}/arrivals/{self.round_number}/lead-out")
        begin_s, rate_rps, gaps = self.duration_s, self.spans[-1].to_rps, 0.0
        for place in count():
            gaps = gaps + source.expovariate(1.0) if self.process == "poisson" else float(place)
            yield Arrival(begin_s + gaps / rate_rps, LEAD_OUT, place + 1)
