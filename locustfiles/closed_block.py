"""A block in the closed model: users that each ask again once they are answered. Worker side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gevent.event import Event

from locustfiles.arrivals import LEAD_IN, LEAD_OUT, MEASURED
from locustfiles.plan import LogicalRequest
from locustfiles.shares import Leg
from locustfiles.turnstile import Block, Ticket


@dataclass(slots=True, kw_only=True, eq=False)
class ClosedBlock(Block):
    """Every user plays its lead-in, then users take numbers, leg after leg, until none are left.

    `lead_in` counts requests per user. A leg with fewer users than there are lets the first ones play.
    """

    legs: Sequence[Leg]
    lead_in: int
    _requests: Iterator[tuple[int, LogicalRequest]] = field(init=False)
    _leg: int = field(init=False, default=0)
    _handed_out: int = field(init=False, default=0)
    _users_now: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        Block.__post_init__(self)
        # The requests are drawn before the block opens, so that measured time holds no work of ours.
        self._requests = iter(
            [
                (number, self.plan.request(number) if leg.part == MEASURED else next(self._filler))
                for leg in self.legs
                for number in leg.numbers
            ]
        )
        self.to_settle = sum(len(leg.numbers) for leg in self.legs)
        self._next_leg_with_numbers()

    def _play(self, place: int) -> Iterator[Ticket]:
        if self._waited_for_turn(place):
            for _ in range(self.lead_in):
                if self.closed:
                    return
                yield self._unmeasured(LEAD_IN)
        while self._waited_for_turn(place):
            drawn = next(self._requests, None)
            if drawn is None:
                break
            part = self.legs[self._leg].part
            self._count()
            yield Ticket(self, part, *drawn)
        while self.lead_out and self._waited_for_turn(place):
            yield self._unmeasured(LEAD_OUT)

    def _waited_for_turn(self, place: int) -> bool:
        """Wait until this user is among those at work. False once the block is closed."""
        while place >= self._users_now and not self.closed:
            self._news.wait()
        return not self.closed

    def _count(self) -> None:
        """One number more is handed out: as many users as the leg now says may take the next."""
        self._handed_out += 1
        if self._handed_out == len(self.legs[self._leg].numbers) and self._leg + 1 < len(self.legs):
            self._leg, self._handed_out = self._leg + 1, 0
            self._next_leg_with_numbers()
        else:
            self._let_in(self.legs[self._leg].users_at(self._handed_out))

    def _next_leg_with_numbers(self) -> None:
        while self._leg + 1 < len(self.legs) and not self.legs[self._leg].numbers:
            self._leg += 1
        self._let_in(self.legs[self._leg].users_at(self._handed_out))

    def _let_in(self, users: int) -> None:
        more, self._users_now = users > self._users_now, users
        if more:
            waiting, self._news = self._news, Event()
            waiting.set()
