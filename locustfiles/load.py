"""The load of a block: closed (users that wait for their answers) or open (arrivals that wait for nobody)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Literal

Model = Literal["closed", "open"]
Process = Literal["constant", "poisson"]
Kind = Literal["warm-up", "ramp", "steady", "spike", "soak"]
JUDGED_KINDS: frozenset[Kind] = frozenset({"steady", "soak"})
MOST_IN_FLIGHT = 1000
"""How many requests may be in flight when nobody says otherwise: that many users are spawned for each arm."""
LEAST_ANSWER_S = 0.001
"""No request takes less, so a rate needs at least this share of it in flight."""


class LoadError(Exception):
    """A load cannot be played; the message says what, where, and what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of a block. `rate_rps` and `duration_s` belong to the open model, `users` to the closed.

    Both are pairs: from the stage's beginning to its end, in a straight line; equal but for a ramp.
    """

    name: str
    kind: Kind
    requests: int
    duration_s: float | None = None
    rate_rps: tuple[float, float] | None = None
    users: tuple[int, int] | None = None

    @property
    def judged(self) -> bool:
        """Whether this stage's requests are measured, or kept beside."""
        return self.kind in JUDGED_KINDS

    @property
    def part(self) -> str:
        """What the rows of its requests are: measured, or of this stage."""
        return "measured" if self.judged else f"stage:{self.name}"

    def entry(self) -> dict[str, Any]:
        """The stage as the manifest holds it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "judged": self.judged,
            "requests": self.requests,
            "duration_s": self.duration_s,
            "rate_rps": None if self.rate_rps is None else list(self.rate_rps),
            "users": None if self.users is None else list(self.users),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What every block plays. The closed model without stages is a constant number of users at work.

    `rate_rps` is None where a profile says it; `profile` is true where stages come from a file.
    """

    model: Model = "closed"
    stages: tuple[Stage, ...] = ()
    process: Process | None = None
    rate_rps: float | None = None
    profile: bool = False

    @property
    def judged_requests(self) -> int:
        """The measured requests of a block; 0 without stages."""
        return sum(stage.requests for stage in self.stages if stage.judged)

    @property
    def most_rps(self) -> float:
        """The highest rate of arrivals; 0 in the closed model."""
        return max((max(stage.rate_rps) for stage in self.stages if stage.rate_rps), default=0.0)

    @property
    def leads_in(self) -> bool:
        """Whether a lead-in goes before the stages: not where an unjudged stage does that already."""
        return not self.stages or self.stages[0].judged

    def words(self, users: int) -> str:
        """The load in a few words, for those who watch a run of so many users."""
        if self.profile:
            stages = f"{len(self.stages)} stage{'s' if len(self.stages) > 1 else ''}"
            rate = f"{self.most_rps:g} requests/s ({self.process})"
            return f"{stages} to {rate if self.model == 'open' else f'{self._most_users} users'}"
        if self.model == "open":
            return f"{self.rate_rps:g} requests/s ({self.process})"
        return f"{users} users at work"

    def entries(self, *, in_flight_limit: int) -> dict[str, Any]:
        """The load as the manifest holds it."""
        arrivals = {"process": self.process, "rate_rps": self.rate_rps, "in_flight_limit": in_flight_limit}
        return {
            "load_model": self.model,
            **({"arrivals": arrivals} if self.model == "open" else {}),
            **({"stages": [stage.entry() for stage in self.stages]} if self.profile else {}),
        }

    @property
    def _most_users(self) -> int:
        return max(max(stage.users) for stage in self.stages if stage.users)


def at_rate(rate_rps: float, *, requests: int, process: Process) -> Load:
    """The open model with one steady stage of so many requests."""
    stage = Stage(
        name="steady",
        kind="steady",
        requests=requests,
        duration_s=requests / rate_rps,
        rate_rps=(rate_rps, rate_rps),
    )
    return Load(model="open", stages=(stage,), process=process, rate_rps=rate_rps)


def in_flight_limit(load: Load, *, users: int, request_timeout_s: float) -> int:
    """How many requests may be in flight in the open model, unless told otherwise.

    By Little's law no more than rate times timeout ever are; at most MOST_IN_FLIGHT, at least `users`.
    """
    return max(users, min(MOST_IN_FLIGHT, ceil(load.most_rps * request_timeout_s)))


def least_in_flight(stages: Sequence[Stage]) -> int:
    """How many must be in flight for the highest rate of these stages, were every answer instant."""
    return ceil(
        max((max(stage.rate_rps) for stage in stages if stage.rate_rps), default=0.0) * LEAST_ANSWER_S
    )
