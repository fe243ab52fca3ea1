"""The turnstile: users of every arm wait here until the conductor gives their arm the turn.

Worker side. A block is opened with this worker's share of the plan, which its users play as the load's model
says (closed_block, open_block), then go on with unmeasured requests until the conductor closes the block: so
each measured request meets the full load.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from gevent.event import Event

from locustfiles.arrivals import LEAD_IN, LEAD_OUT
from locustfiles.plan import LogicalRequest, RequestPlan


@dataclass(slots=True, eq=False)
class Ticket:
    """The right to send one request: what to ask, as which number, in which part of which block.

    `number` is the plan's number for measured requests, else a running count of the block. `settled` turns
    true once the request's row is written, and `failed` with it if the request did. In the open model the
    request is due at `due_s` (perf_counter) and `due_at` (seconds since 1970), None in the closed model;
    `sent_s` is when it was really sent. A free-form task's ticket holds its `rows` so far.
    """

    block: Block
    part: str
    number: int
    request: LogicalRequest
    due_s: float | None = None
    due_at: float | None = None
    missed: bool = False
    sent_s: float = 0.0
    settled: bool = False
    failed: bool = False
    rows: list[Any] | None = None

    @property
    def delay_ms(self) -> float:
        """How much later than due it was sent; 0 in the closed model, where nothing is due."""
        return 0.0 if self.due_s is None else (self.sent_s - self.due_s) * 1000

    @property
    def counts(self) -> bool:
        """Whether the block waits for its answer: not in lead-in and lead-out."""
        return self.part not in {LEAD_IN, LEAD_OUT}


@dataclass(slots=True, kw_only=True, eq=False)
class Block(ABC):
    """One arm's turn on this worker.

    `users` says how many users may take part. `on_drained` is called once, when the block is closed and the
    last user is at rest. `to_settle` counts the requests whose answers the block waits for.
    """

    id: str
    arm: str
    users: int
    plan: RequestPlan
    lead_out: bool
    on_drained: Callable[[Block], None]
    closed: bool = False
    drained: bool = False
    entered: int = 0
    inside: int = 0
    paused: int = 0
    to_settle: int = field(init=False, default=0)
    unmeasured: int = 0
    _filler: Iterator[LogicalRequest] = field(init=False)
    _news: Event = field(init=False, default_factory=Event)

    def __post_init__(self) -> None:
        self._filler = self.plan.filler()

    @abstractmethod
    def _play(self, place: int) -> Iterator[Ticket]:
        """What the user that entered at this place (from 0) does; the end means being at rest."""

    def admits(self, arm: str) -> bool:
        """Whether one more user of this arm may take part."""
        return arm == self.arm and not self.closed and self.entered < self.users

    def tickets(self) -> Iterator[Ticket]:
        """What one user does in this block; the end of the iterator means being at rest."""
        self.entered += 1
        self.inside += 1
        try:
            yield from self._play(self.entered - 1)
        finally:
            self.inside -= 1
            self._check_drained()

    def close(self) -> None:
        """End the block: users finish the request they are in, and rest."""
        self.closed = True
        self._news.set()
        self._check_drained()

    def pause(self) -> None:
        """A user is between two tasks: the block's end does not wait for it."""
        self.paused += 1
        self._check_drained()

    def resume(self) -> None:
        """A user comes back from its pause, maybe to a block that is long over."""
        self.paused -= 1

    def _unmeasured(self, part: str) -> Ticket:
        self.unmeasured += 1
        return Ticket(self, part, self.unmeasured, next(self._filler))

    def _check_drained(self) -> None:
        if self.closed and self.inside <= self.paused and not self.drained:
            self.drained = True
            self.on_drained(self)


class Turnstile:
    """Lets the users of one arm at a time through."""

    def __init__(self) -> None:
        self._gates: dict[str, Event] = {}
        self._block: Block | None = None

    @property
    def at_work(self) -> Block | None:
        """The block whose users are not yet all at rest."""
        return None if self._block is None or self._block.drained else self._block

    def open(self, block: Block) -> None:
        """Let the users of the block's arm through. Raises RuntimeError while others are at work."""
        if self.at_work is not None:
            raise RuntimeError(f"block {block.id} cannot open: block {self.at_work.id} is still at work")
        self._block = block
        if gate := self._gates.pop(block.arm, None):
            gate.set()

    def close(self) -> None:
        """Close the block at work, if any."""
        if self.at_work is not None and not self.at_work.closed:
            self.at_work.close()

    def abandon(self) -> None:
        """Forget the block at work, whose users are being stopped: nobody waits for them to rest."""
        if self._block is not None:
            self._block.drained = self._block.closed = True
            self._block = None
        self._gates.clear()

    def tickets(self, arm: str) -> Iterator[Ticket]:
        """One user's requests, turn after turn, without end: waits wherever it is not the arm's turn."""
        played: Block | None = None
        while True:
            block = self._block
            if block is None or block is played or not block.admits(arm):
                self._gates.setdefault(arm, Event()).wait()
                continue
            played = block
            yield from block.tickets()
