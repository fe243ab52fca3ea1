"""The turnstile: users of every arm wait here until the conductor gives their arm the turn.

Worker side. A block is opened with this worker's share of the plan's numbers. Every user plays its lead-in,
then takes numbers until none are left, then goes on with unmeasured requests until the conductor closes the
block: so each measured request meets the full load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from gevent.event import Event

from locustfiles.plan import LogicalRequest, RequestPlan

Part = Literal["lead-in", "measured", "lead-out"]


@dataclass(slots=True, eq=False)
class Ticket:
    """The right to send one request: what to ask, as which number, in which part of which block.

    `number` is the plan's number for measured requests, else a running count of the block. `settled` turns
    true once the request's row is written, and `failed` with it if the request did.
    """

    block: Block
    part: Part
    number: int
    request: LogicalRequest
    settled: bool = False
    failed: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Block:
    """One arm's turn on this worker.

    `numbers` is the share, `users` how many users may take part, `lead_in` counts requests per user.
    `on_drained` is called once, when the block is closed and the last user is at rest.
    """

    id: str
    arm: str
    numbers: range
    users: int
    plan: RequestPlan
    lead_in: int
    lead_out: bool
    on_drained: Callable[[Block], None]
    closed: bool = False
    drained: bool = False
    entered: int = 0
    inside: int = 0
    unmeasured: int = 0
    _requests: Iterator[tuple[int, LogicalRequest]] = field(init=False)
    _filler: Iterator[LogicalRequest] = field(init=False)

    def __post_init__(self) -> None:
        # The requests are drawn before the block opens, so that measured time holds no work of ours.
        self._requests = iter([(number, self.plan.request(number)) for number in self.numbers])
        self._filler = self.plan.filler()

    def admits(self, arm: str) -> bool:
        """Whether one more user of this arm may take part."""
        return arm == self.arm and not self.closed and self.entered < self.users

    def tickets(self) -> Iterator[Ticket]:
        """What one user does in this block; the end of the iterator means being at rest."""
        self.entered += 1
        self.inside += 1
        try:
            for _ in range(self.lead_in):
                if self.closed:
                    return
                yield self._unmeasured("lead-in")
            for number, request in self._requests:
                if self.closed:
                    return
                yield Ticket(self, "measured", number, request)
            while self.lead_out and not self.closed:
                yield self._unmeasured("lead-out")
        finally:
            self.inside -= 1
            self._check_drained()

    def close(self) -> None:
        """End the block: users finish the request they are in, and rest."""
        self.closed = True
        self._check_drained()

    def _unmeasured(self, part: Part) -> Ticket:
        self.unmeasured += 1
        return Ticket(self, part, self.unmeasured, next(self._filler))

    def _check_drained(self) -> None:
        if self.closed and not self.inside and not self.drained:
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
