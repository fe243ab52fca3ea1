"""A block in the open model: requests have an intended start, whatever the answers do. Worker side.

There is no dispatcher: each user takes the next arrival, sleeps until it is due, sends, and takes the next.
So arrivals are sent in order, on time while a user is free, and as soon as one is where all are busy.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from locustfiles.alarm import Alarm, alarm
from locustfiles.arrivals import LEAD_IN, MEASURED, Arrival, Schedule
from locustfiles.plan import LogicalRequest
from locustfiles.turnstile import Block, Ticket


@dataclass(slots=True, kw_only=True, eq=False)
class OpenBlock(Block):
    """Plays this worker's arrivals of the schedule, which begins at `begins_s` (perf_counter).

    An arrival that nobody could take within `missed_after_s` of its due time is given out as missed.
    """

    schedule: Schedule
    place: int
    begins_s: float
    missed_after_s: float
    _begins_at: float = field(init=False)
    _arrivals: Iterator[tuple[Arrival, LogicalRequest]] = field(init=False)
    _alarm: Alarm = field(init=False, default_factory=alarm)

    def __post_init__(self) -> None:
        Block.__post_init__(self)
        self._begins_at = time.time() + self.begins_s - time.perf_counter()
        # The requests are drawn before the block begins, so that measured time holds no work of ours.
        planned = [(arrival, self._drawn(arrival)) for arrival in self.schedule.until_lead_out(self.place)]
        self.to_settle = sum(arrival.part != LEAD_IN for arrival, _ in planned)
        lead_out = self.schedule.lead_out_arrivals(self.place)
        self._arrivals = chain(planned, ((arrival, self._drawn(arrival)) for arrival in lead_out))

    def _drawn(self, arrival: Arrival) -> LogicalRequest:
        return self.plan.request(arrival.place) if arrival.part == MEASURED else next(self._filler)

    def _play(self, place: int) -> Iterator[Ticket]:
        del place  # whoever is free takes the next arrival
        for arrival, request in self._arrivals:
            due_s = self.begins_s + arrival.offset_s
            if not self._waited_until(due_s):
                return
            missed = time.perf_counter() - due_s > self.missed_after_s
            due_at = self._begins_at + arrival.offset_s
            yield Ticket(self, arrival.part, arrival.place, request, due_s, due_at, missed)

    def _waited_until(self, due_s: float) -> bool:
        """Wait for this moment. False once the block is closed: what is due then is not sent."""
        while not self.closed:
            if time.perf_counter() >= due_s:
                return True
            self._alarm.sleep_until(due_s)
        return False

    def close(self) -> None:
        """End the block: those that wait for their moment rest at once."""
        Block.close(self)
        self._alarm.wake_all()
