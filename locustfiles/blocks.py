"""One block over the whole swarm: shares out, rows in, users at rest. Master side."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic, time
from typing import Any

from gevent.event import Event

from locustfiles import player
from locustfiles.opening import Shares, shares
from locustfiles.options import Settings
from locustfiles.progress import Progress
from locustfiles.recorder import Row
from locustfiles.schedule import Round
from locustfiles.shares import Ledger
from locustfiles.swarm import Swarm

LOST_CHECK_S = 0.1
GRACE_S = 30.0
"""How much longer than its requests can take a block may last before its workers count as hung."""


@dataclass(slots=True, kw_only=True)
class BlockResult:
    """One block as it was played: its rows, and who delivered how much of it.

    `tasks` counts the settled tasks of a free-form block, None in others; `outside` has what free-form users
    of any arm asked while no task of theirs ran.
    """

    arm: str
    planned: Mapping[str, int]
    started_at: float
    ended_at: float = 0.0
    rows: list[Row] = field(default_factory=list)
    tasks: int | None = None
    outside: dict[str, list[Row]] = field(default_factory=dict)
    unmeasured: dict[str, list[Row]] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)
    missing: dict[str, int] = field(default_factory=dict)
    exceptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    generator: dict[str, Mapping[str, list[float]]] = field(default_factory=dict)


class BlockPlayer:
    """Plays one block after the other and accounts for every request of it."""

    def __init__(self, swarm: Swarm, *, settings: Settings, progress: Progress) -> None:
        self._swarm = swarm
        self._settings = settings
        self._progress = progress
        self._keys: dict[str, str] = {}
        self._at_work: set[str] = set()
        self._played: set[str] = set()
        self._ledger = Ledger(given={})
        self._result = BlockResult(arm="", planned={}, started_at=0.0)
        self._news = Event()
        self._heard_at = 0.0

    def play(self, played: Round, arm: str, *, users: Mapping[str, int]) -> BlockResult:
        """Play one arm's turn. `missing` names workers that did not see its end, and what they still owed."""
        dealt = shares(self._settings, played, users)
        given = {worker: dealt.numbers(worker) for worker in users}
        self._ledger = Ledger(given=given)
        self._result = BlockResult(
            arm=arm, planned={worker: len(share) for worker, share in given.items()}, started_at=time()
        )
        self._keys = {secrets.token_hex(16): worker for worker in given}
        self._at_work, self._played = set(given), set()
        self._progress.block_started(played, arm)
        for key, worker in self._keys.items():
            self._swarm.send(worker, player.OPEN, self._opening(key, arm, dealt, worker, users[worker]))
        limit_s = dealt.lasts_s(self._settings.request_timeout_s) + GRACE_S
        self._wait(limit_s, lambda: all(self._has_played(worker) for worker in self._at_work))
        self._close()
        if self._result.tasks is not None:
            numbered = enumerate(sorted(self._result.rows, key=lambda row: row.started_at), start=1)
            self._result.rows = [row._replace(request=number) for number, row in numbered]
        # Who did not come to rest took its load along at some moment, even where its own share was done.
        owed = {worker: self._ledger.missing(worker) for worker in sorted(given)}
        self._result.missing = {
            worker: requests
            for worker, requests in owed.items()
            if requests or worker not in self._result.users
        }
        return self._result

    def _has_played(self, worker: str) -> bool:
        return worker in self._played and not self._ledger.missing(worker)

    def _close(self) -> None:
        for key, worker in self._keys.items():
            self._swarm.send(worker, player.CLOSE, {"block": key})
        self._wait(self._settings.request_timeout_s + GRACE_S, lambda: not self._at_work)
        self._result.ended_at = time()
        self._keys = {}

    def on_rows(self, msg: Any, **_: Any) -> None:
        """Measured rows of a worker: each number of its share is taken once."""
        worker = self._keys.get(msg.data["block"])
        if worker is None:
            return
        self._heard_at = monotonic()
        rows = [Row(*fields) for fields in msg.data["rows"]]
        tasks = msg.data.get("tasks")
        numbers = [row.request for row in rows] if tasks is None else tasks
        taken = self._ledger.deliver(worker, numbers)
        if tasks is None:
            self._result.rows.extend(row for row, fits in zip(rows, taken, strict=True) if fits)
        else:
            settled = {number for number, fits in zip(tasks, taken, strict=True) if fits}
            self._result.tasks = (self._result.tasks or 0) + len(settled)
            self._result.rows.extend(row for row in rows if row.request in settled)
        if msg.data["played"]:
            self._played.add(worker)
        done = self._result.tasks
        self._progress.requests_done(len(self._result.rows) if done is None else done)
        self._news.set()

    def on_rest(self, msg: Any, **_: Any) -> None:
        """A worker's users are at rest: its unmeasured rows and the generator's samples."""
        worker = self._keys.get(msg.data["block"])
        if worker is None:
            return
        for part, rows in msg.data["unmeasured"].items():
            self._result.unmeasured.setdefault(part, []).extend(Row(*fields) for fields in rows)
        for arm, rows in msg.data.get("outside", {}).items():
            self._result.outside.setdefault(arm, []).extend(Row(*fields) for fields in rows)
        self._result.users[worker] = msg.data["users"]
        for what, seen in msg.data["exceptions"].items():
            known = self._result.exceptions.setdefault(what, {**seen, "count": 0, "nodes": []})
            known["count"] += seen["count"]
            known["nodes"] += seen["nodes"]
        self._result.generator[worker] = msg.data["generator"]
        self._at_work.discard(worker)
        self._news.set()

    def _wait(self, limit_s: float, condition: Callable[[], bool]) -> None:
        """Wait for the workers, at most so long; those that leave the swarm are waited for no more."""
        limit = monotonic() + limit_s
        while not condition() and monotonic() < limit:
            self._news.clear()
            if self._result.tasks is not None:  # a task lasts as long as it lasts: only silence is a hang
                limit = max(limit, self._heard_at + limit_s)
            if not self._news.wait(timeout=LOST_CHECK_S):
                self._at_work &= set(self._swarm.workers)

    def _opening(self, key: str, arm: str, dealt: Shares, worker: str, users: int) -> Mapping[str, Any]:
        return {
            "block": key,
            "arm": arm,
            "users": users,
            "seed": self._settings.seed,
            "lead_out": self._settings.lead_out,
            "request_timeout_s": self._settings.request_timeout_s,
            **dealt.message(worker),
        }
