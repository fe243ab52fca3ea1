"""What the conductor tells a worker to play, as a message, and the block that the worker makes of it.

The message carries parameters, not lists of moments: both sides work out the same shares from them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Protocol

from locustfiles.arrivals import MEASURED, Schedule, Span, spans
from locustfiles.closed_block import ClosedBlock
from locustfiles.open_block import OpenBlock
from locustfiles.options import Settings
from locustfiles.plan import RequestPlan
from locustfiles.schedule import Round
from locustfiles.shares import Leg, closed_legs, measured_numbers
from locustfiles.turnstile import Block

PREPARATION_S, PREPARATION_PER_REQUEST_S, PREPARATION_PER_USER_S = 0.1, 5e-5, 2e-4
"""What a worker may take until its first arrival: draw its requests, and let its users take their places."""


class Shares(Protocol):
    """How a block is dealt out to the workers."""

    def numbers(self, worker: str) -> Collection[int]:
        """The plan's numbers that a worker plays."""

    def message(self, worker: str) -> Mapping[str, Any]:
        """What that worker must know."""

    def lasts_s(self, request_timeout_s: float) -> float:
        """The most seconds that playing it can take, answers included."""


def shares(settings: Settings, played: Round, users: Mapping[str, int]) -> Shares:
    """How this block is dealt out to workers that hold so many users each."""
    if settings.load.model == "closed":
        legs = closed_legs(
            settings.load.stages, first=played.first_request, requests=played.requests, users=users
        )
        return _ClosedShares(legs=legs, lead_in=settings.lead_in)
    workers = [worker for worker, held in users.items() if held]
    schedule = Schedule(
        process=settings.load.process or "constant",
        spans=spans(settings.load, lead_in_s=settings.lead_in),
        seed=settings.seed,
        round_number=played.number,
        first_request=played.first_request,
        lead_out=settings.lead_out,
        places=len(workers),
    )
    return _OpenShares(schedule=schedule, workers=workers, users=max(users.values()))


def block(opened: Mapping[str, Any], plan: RequestPlan, on_drained: Callable[[Block], None]) -> Block:
    """The block that a message opens, on the worker that got it this moment."""
    received_s = time.perf_counter()
    if "arrivals" not in opened:
        return ClosedBlock(
            id=opened["block"],
            arm=opened["arm"],
            users=opened["users"],
            plan=plan,
            lead_out=opened["lead_out"],
            on_drained=on_drained,
            legs=[Leg(part, range(*numbers), *users) for part, numbers, users in opened["legs"]],
            lead_in=opened["lead_in"],
        )
    arrivals = opened["arrivals"]
    return OpenBlock(
        id=opened["block"],
        arm=opened["arm"],
        users=opened["users"],
        plan=plan,
        lead_out=opened["lead_out"],
        on_drained=on_drained,
        schedule=Schedule(
            process=arrivals["process"],
            spans=[Span(*fields) for fields in arrivals["spans"]],
            seed=opened["seed"],
            round_number=arrivals["round_number"],
            first_request=arrivals["first_request"],
            lead_out=opened["lead_out"],
            places=arrivals["places"],
        ),
        place=arrivals["place"],
        begins_s=received_s + arrivals["begins_in_s"],
        missed_after_s=opened["request_timeout_s"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClosedShares:
    legs: Mapping[str, Sequence[Leg]]
    lead_in: int

    def numbers(self, worker: str) -> Collection[int]:
        return measured_numbers(self.legs[worker])

    def message(self, worker: str) -> Mapping[str, Any]:
        legs = [
            (leg.part, (leg.numbers.start, leg.numbers.stop), (leg.from_users, leg.to_users))
            for leg in self.legs[worker]
        ]
        return {"legs": legs, "lead_in": self.lead_in}

    def lasts_s(self, request_timeout_s: float) -> float:
        slowest = max((_turns(legs) for legs in self.legs.values()), default=0.0)
        return (slowest + self.lead_in + 2) * request_timeout_s


def _turns(legs: Sequence[Leg]) -> float:
    """How many requests a user plays one after the other, at most."""
    return sum(len(leg.numbers) / max(min(leg.from_users, leg.to_users), 1) for leg in legs)


@dataclass(frozen=True, slots=True, kw_only=True)
class _OpenShares:
    schedule: Schedule
    workers: Sequence[str]
    users: int

    def numbers(self, worker: str) -> Collection[int]:
        return self.schedule.numbers(self.workers.index(worker)) if worker in self.workers else ()

    def message(self, worker: str) -> Mapping[str, Any]:
        if worker not in self.workers:  # it holds no user
            return {"legs": [(MEASURED, (0, 0), (0, 0))], "lead_in": 0}
        return {
            "arrivals": {
                "process": self.schedule.process,
                "spans": [tuple(span) for span in self.schedule.spans],
                "round_number": self.schedule.round_number,
                "first_request": self.schedule.first_request,
                "place": self.workers.index(worker),
                "places": len(self.workers),
                "begins_in_s": self._begins_in_s,
            }
        }

    @property
    def _begins_in_s(self) -> float:
        share = ceil(self.schedule.planned / len(self.workers))
        work_s = share * PREPARATION_PER_REQUEST_S + self.users * PREPARATION_PER_USER_S
        return PREPARATION_S + work_s

    def lasts_s(self, request_timeout_s: float) -> float:
        # The last arrival may go out just before it counts as missed, and be answered as late again.
        return self._begins_in_s + self.schedule.duration_s + 2 * request_timeout_s
