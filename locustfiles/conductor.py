"""The conductor: gives the turn to one arm at a time until the run is decided. Master side.

    users spread over the workers -> rounds of blocks, lost ones again -> report -> exit code

It works in a greenlet of its own. Locust's shape asks it how many users there should be, and stops the test
when it is done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

import gevent
from gevent.event import Event
from locust import User

from locustfiles import judge
from locustfiles.blocks import BlockPlayer, BlockResult
from locustfiles.logbook import Logbook
from locustfiles.options import Settings
from locustfiles.progress import Progress
from locustfiles.schedule import Round, planned_rounds
from locustfiles.shares import even_spread
from locustfiles.swarm import Swarm

logger = logging.getLogger(__name__)

ATTEMPTS = 3
"""How often a round that lost requests is played, all in all."""
GATHER_LIMIT_S = 60.0
LOCUST_FAILURE = 1
SPAWN_RATE = 100.0


class RunError(Exception):
    """The run cannot go on; the message says why and what to try."""


class Conductor:
    """Plays one run. `exit_code` is the verdict's once `done`."""

    def __init__(
        self,
        swarm: Swarm,
        *,
        settings: Settings,
        arms: Mapping[str, type[User]],
        host: str,
        objectives: Mapping[str, Any],
        progress: Progress,
    ) -> None:
        self._settings = settings
        self._arms = arms
        self._swarm = swarm
        self._progress = progress
        self.board = progress.board
        self._rounds = planned_rounds(
            arms=len(arms),
            rounds=settings.rounds,
            warmup_rounds=settings.warmup_rounds,
            requests=settings.requests,
            seed=settings.seed,
        )
        self.logbook = Logbook(settings, arms=arms, host=host, rounds=self._rounds, objectives=objectives)
        self.blocks = BlockPlayer(swarm, settings=settings, progress=progress)
        self.done = False
        self.workers_there = Event()
        self.ended = Event()
        self.exit_code: int | None = None
        self._gathered: tuple[str, ...] = ()
        self._deserted = False
        self._greenlet = gevent.spawn(self._run)

    @property
    def wanted_users(self) -> tuple[int, float, list[type[User]]]:
        """All users, spawn rate and classes, as Locust's shapes return them."""
        users = self._settings.users * len(self._arms)
        # The spread is even_spread's own; of a higher rate Locust would warn.
        return users, min(float(users), SPAWN_RATE), list(self._arms.values())

    def abort(self) -> None:
        """End the run where it is: finished rounds stay valid, the manifest says interrupted."""
        if self.done:
            return
        self.done = True
        self._give_up("interrupted")
        # Nobody is waited for here: a second signal, or Locust's shape, could come in between.
        if self._greenlet is not gevent.getcurrent():
            self._greenlet.kill(block=False)

    def end_deserted(self) -> None:
        """All workers are gone: account for the block at work, and judge what there is."""
        self._deserted = True
        self._greenlet.join()

    def _run(self) -> None:
        try:
            stopped = self._play_rounds()
            self._finish(state="complete", stopped=stopped)
            code = judge.report(self.logbook.directory.path)
            if self._settings.calibrate:
                code = judge.calibrate(self.logbook.directory.path, self._settings.noise_floor)
            self.exit_code = code  # not before: a calibration that is interrupted has no verdict
        except RunError as error:
            self._give_up("no workers")
            logger.error("swarmgate: %s", error)
            self.exit_code = judge.report(self.logbook.directory.path) if self._gathered else LOCUST_FAILURE
        except OSError as error:
            logger.error(
                "swarmgate: the run in %s cannot be recorded: %s", self.logbook.directory.path, error
            )
            self.exit_code = LOCUST_FAILURE
            self._give_up("not recorded")
        except Exception:
            logger.exception("swarmgate: a defect in swarmgate ended the run")
            self.exit_code = judge.DEFECT
            self._give_up("defect")
        finally:  # even if the manifest cannot be completed: nobody else ends the test
            self.done = True
            self.workers_there.set()
            if not self._deserted:  # else Locust is about to stop as it is
                self.ended.set()

    def _finish(self, *, state: str, stopped: str) -> None:
        self._progress.close()
        self.logbook.note_strangers(self._swarm.admission.refused, self._swarm.admission.stray_samples)
        self.logbook.finish(state=state, stopped=stopped)

    def _give_up(self, stopped: str) -> None:
        with suppress(OSError):  # where nothing can be written, what was stored last stays as it is
            self._finish(state="interrupted", stopped=stopped)

    def _play_rounds(self) -> str:
        """Play until the verdict is settled or all is played. Returns the reason for the end."""
        for played in self._rounds:
            blocks = self._play_until_complete(played)
            if blocks is None:
                return "requests lost"
            self._progress.round_done(played, {block.arm: block.rows for block in blocks})
            if played.phase == "warmup":
                continue
            if any(all(row.error for row in block.rows) for block in blocks):
                return "nothing answered"
            if played.number in self._settings.looks[:-1] and self._settled():
                return "settled"
        return "planned"

    def _settled(self) -> bool:
        look = judge.look(self.logbook.directory.path)
        if look is None:
            return False
        self._progress.looked(look)
        return bool(look["settled"])

    def _play_until_complete(self, played: Round) -> list[BlockResult] | None:
        """Play a round and store it, again where requests were lost. None when that does not help."""
        for attempt in range(1, ATTEMPTS + 1):
            self._gather()
            blocks = self._play_round(played)
            lost = [(worker, missing) for block in blocks for worker, missing in block.missing.items()]
            if not lost:
                self.logbook.keep(played, blocks, attempt=attempt)
                return blocks
            self.logbook.discard(played, blocks, attempt=attempt, lost=lost)
            if not self._settings.recover:
                return None
        return None

    def _play_round(self, played: Round) -> list[BlockResult]:
        blocks: list[BlockResult] = []
        names = list(self._arms)
        for place in played.order:
            arm = names[place]
            # All that were gathered: who left since then is missed, and the round discarded.
            users = even_spread(self._settings.users, self._gathered)
            blocks.append(self.blocks.play(played, arm, users=users))
            if blocks[-1].missing:
                break
        return blocks

    def _gather(self) -> None:
        """See to it that every worker that is there holds its share of the users of every arm."""
        if not self._gathered:
            self._wait_for("workers", lambda: len(self._swarm.workers) >= self._swarm.expected)
            self.workers_there.set()
        workers = self._swarm.workers
        if workers and workers == self._gathered and self._all_there():
            return
        self._wait_for("workers", lambda: bool(self._swarm.workers))
        self._wait_for("users", self._spread)
        self._gathered = self._swarm.workers
        self.logbook.set_workers(self._worker_entries())

    def _spread(self) -> bool:
        # The first time Locust spreads the users itself, as the shape says, over the workers of that moment.
        # Nobody is told the same twice: a worker that is told again begins anew.
        wanted = even_spread(self._settings.users, self._swarm.workers)
        asked = self._swarm.asked_for(next(iter(self._arms.values())).__name__)
        if asked is not None and wanted and asked != wanted:
            self._swarm.spread(self._settings.users, list(self._arms.values()))
        return self._all_there()

    def _all_there(self) -> bool:
        wanted = even_spread(self._settings.users, self._swarm.workers)
        return bool(wanted) and all(
            dict(self._swarm.users(each.__name__)) == wanted for each in self._arms.values()
        )

    def _wait_for(self, what: str, condition: Callable[[], bool]) -> None:
        limit = monotonic() + GATHER_LIMIT_S
        while not condition():
            if self._deserted:
                raise RunError("all workers have left; look at their output")
            if monotonic() > limit:
                raise RunError(
                    f"the {what} were not there within {GATHER_LIMIT_S:g} s ({self._there()});"
                    " look at the workers' output. A user that ends, by an error in on_start or by StopUser,"
                    " is not replaced"
                )
            gevent.sleep(0.02)

    def _there(self) -> str:
        """How many workers there are, and how many users of each arm."""
        counts = [f"workers: {len(self._swarm.workers)} of {self._swarm.expected}"]
        for arm, user_class in self._arms.items():
            users = sum(self._swarm.users(user_class.__name__).values())
            counts.append(f"users of {arm}: {users} of {self._settings.users}")
        return ", ".join(counts)

    def _worker_entries(self) -> Sequence[Mapping[str, Any]]:
        per_arm = {arm: self._swarm.users(user_class.__name__) for arm, user_class in self._arms.items()}
        return [
            {
                "id": worker,
                "users": {arm: users.get(worker, 0) for arm, users in per_arm.items()},
                "versions": {key: value for key, value in papers.items() if key != "sources"},
                "source_sha256": papers["sources"],
                "clock_offset_s": round(self._swarm.admission.clock_offsets_s.get(worker, 0.0), 3),
            }
            for worker, papers in ((worker, self._swarm.papers(worker)) for worker in self._swarm.workers)
        ]
