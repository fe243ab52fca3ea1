"""The worker's part of a comparison: plays its share of a block and hands the rows back.

Messages from the conductor: OPEN, CLOSE. Messages to it: ROWS (measured rows, and whether all is `played`
that the block waits for: as soon as the share is done, and in between on long ones) and REST (all users are
at rest; the unmeasured rows and the generator's samples). In a single process Locust's LocalRunner passes
them on as plain calls. Every block has a key that only the conductor and this worker know, so nobody else can
hand in rows for it.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections import defaultdict
from functools import partial
from types import TracebackType
from typing import Any, NoReturn

import gevent
import locust.runners
from locust.env import Environment
from locust.runners import LocalRunner, WorkerRunner

from locustfiles import admission, free_form, garbage, opening
from locustfiles.arrivals import MEASURED
from locustfiles.generator import GeneratorMonitor
from locustfiles.plan import RequestPlan
from locustfiles.plan_user import PlanUser
from locustfiles.recorder import Recorder, Row
from locustfiles.turnstile import Block, Ticket, Turnstile

OPEN, CLOSE, ROWS, REST = "swarmgate_open", "swarmgate_close", "swarmgate_rows", "swarmgate_rest"
BATCH_ROWS = 1000
BATCH_S = 0.5
SILENCE_S = 5.0
"""A worker that has not heard its master for so long ends its block: nobody would close it."""
MASTER_LIMIT_S = 30
"""And for so long, itself. Locust's own limit is 60 s."""
READY_LIMIT_S = 60.0
REFUSED_CODE = 2
MASTER_LOST_CODE = 1


class Player:
    """Opens the turnstile as the conductor says, and reports."""

    def __init__(self, environment: Environment, runner: WorkerRunner | LocalRunner) -> None:
        self._environment = environment
        self._runner = runner
        self._turnstile = PlanUser.turnstile = Turnstile()
        self._monitor = GeneratorMonitor()
        self._rows: list[Row] = []
        self._tasks: list[int] = []
        self._outside: dict[str, list[Row]] = defaultdict(list)
        self._arms = {each.arm: each for each in environment.user_classes if hasattr(each, "arm")}
        own = [each for each in self._arms.values() if free_form.is_free_form(each)]
        free_form.adopt(own, self._turnstile, self._deliver_task)
        self._closed = ""
        self._to_settle = 0
        self._sent_at = 0.0
        self._unmeasured: dict[str, list[Row]] = defaultdict(list)
        self._exceptions: dict[str, dict[str, Any]] = {}
        environment.events.request.add_listener(Recorder(self._deliver, self._keep_outside).on_request)
        environment.events.user_error.add_listener(self._on_user_error)
        environment.events.test_stopping.add_listener(self._on_stopping)
        runner.register_message(OPEN, self._on_open, concurrent=True)
        runner.register_message(CLOSE, self._on_close)
        self._monitor.start()
        if isinstance(runner, WorkerRunner):
            locust.runners.MASTER_HEARTBEAT_TIMEOUT = MASTER_LIMIT_S
            runner.register_message(admission.CHALLENGE, self._on_challenge)
            runner.register_message(admission.REFUSED, self._on_refused)
            # Locust counts the silence from the first heartbeat; a master may die before it has sent one.
            runner.last_heartbeat_timestamp = runner.last_heartbeat_timestamp or time.time()
            gevent.spawn(self._close_in_silence, runner)
            environment.events.quitting.add_listener(partial(self._on_quitting, runner))
            # The verdict is the master's: failed requests are no failure of the worker that made them.
            environment.process_exit_code = 0

    def _on_open(self, msg: Any, **_: Any) -> None:
        opened = msg.data
        self._wait_until_ready()
        block = opening.block(opened, self._plan(opened["arm"], opened["seed"]), self._on_drained)
        self._turnstile.close()
        while self._turnstile.at_work is not None:  # only after the conductor was out of reach
            gevent.sleep(0.01)
        if opened["block"] == self._closed:  # over before it began
            return
        self._rows, self._to_settle, self._unmeasured = [], block.to_settle, defaultdict(list)
        self._tasks = []
        self._sent_at = time.monotonic()
        PlanUser.request_timeout_s = opened["request_timeout_s"]
        garbage.search_seldom()
        self._monitor.on = True
        self._turnstile.open(block)
        if not self._to_settle:
            self._send_rows(block)

    def _on_close(self, msg: Any, **_: Any) -> None:
        self._closed = msg.data["block"]
        self._turnstile.close()

    def _on_stopping(self, **_: Any) -> None:
        self._monitor.on = False
        garbage.search_as_usual()
        self._turnstile.abandon()

    def _on_challenge(self, msg: Any, **_: Any) -> None:
        answer = admission.papers(
            self._runner.client_id,
            msg.data["nonce"],
            locustfile_sha256=admission.swarm_sources(self._environment),
        )
        self._runner.send_message(admission.HELLO, answer)

    def _on_refused(self, msg: Any, **_: Any) -> None:
        print(f"swarmgate: the master refused this worker: {msg.data['reason']}", file=sys.stderr)
        self._environment.process_exit_code = REFUSED_CODE

    def _close_in_silence(self, runner: WorkerRunner) -> NoReturn:
        while True:
            gevent.sleep(1)
            if _silence_s(runner) > SILENCE_S:
                self._turnstile.close()

    def _on_quitting(self, runner: WorkerRunner, **_: Any) -> None:
        # Not when the limit has passed: Locust looks once a second too, and may be the first to see it.
        if _silence_s(runner) > MASTER_LIMIT_S:
            self._environment.process_exit_code = MASTER_LOST_CODE

    def _deliver(self, block: Block, ticket: Ticket, row: Row) -> None:
        if block is not self._turnstile.at_work:
            return
        rows = self._rows if ticket.part == MEASURED else self._unmeasured[ticket.part]
        rows.append(row)
        if ticket.counts:
            self._settle(block)

    def _settle(self, block: Block) -> None:
        self._to_settle -= 1
        long = (self._rows or self._tasks) and time.monotonic() - self._sent_at >= BATCH_S
        if not self._to_settle or long or len(self._rows) >= BATCH_ROWS:
            self._send_rows(block)

    def _deliver_task(self, ticket: Ticket) -> None:
        """A free-form task has ended: its rows carry its number until the master gives them theirs."""
        block, rows = ticket.block, ticket.rows or []
        if block is not self._turnstile.at_work:
            return
        if ticket.part == MEASURED:
            self._tasks.append(ticket.number)
            self._rows.extend(rows)
        else:
            self._unmeasured[ticket.part].extend(rows)
        if ticket.counts:
            self._settle(block)

    def _keep_outside(self, arm: str, row: Row) -> None:
        self._outside[arm].append(row)

    def _is_free_form(self, arm: str) -> bool:
        return arm in self._arms and free_form.is_free_form(self._arms[arm])

    def _plan(self, arm: str, seed: int) -> RequestPlan:
        if self._is_free_form(arm):
            return free_form.NoPlan(seed=seed)
        user_class: Any = self._arms.get(arm, PlanUser)
        plan: RequestPlan = user_class.plan_class(seed=seed)
        return plan

    def _wait_until_ready(self) -> None:
        """Wait for users of free-form arms that are still in `on_start`: logins would disturb a block."""
        limit = time.monotonic() + READY_LIMIT_S
        while time.monotonic() < limit:
            users = [each.args[0] for each in getattr(self._runner, "user_greenlets", ()) if each.args]
            if free_form.ready(users):
                return
            gevent.sleep(0.01)

    def _on_user_error(self, exception: Exception, tb: TracebackType, **_: Any) -> None:
        text = "".join(traceback.format_tb(tb))
        seen = {"count": 0, "msg": str(exception), "traceback": text, "nodes": [self._runner.client_id]}
        self._exceptions.setdefault(f"{exception}\n{text}", seen)["count"] += 1

    def _send_rows(self, block: Block) -> None:
        rows, self._rows = self._rows, []
        tasks, self._tasks = self._tasks, []
        self._sent_at = time.monotonic()
        message = {"block": block.id, "rows": rows, "played": self._to_settle <= 0}
        if self._is_free_form(block.arm):
            message["tasks"] = tasks
        self._runner.send_message(ROWS, message)

    def _on_drained(self, block: Block) -> None:
        self._monitor.on = False
        garbage.search_as_usual()
        if self._rows or self._tasks:  # closed before its share was done
            self._send_rows(block)
        exceptions, self._exceptions = self._exceptions, {}
        outside, self._outside = self._outside, defaultdict(list)
        rest = {
            "block": block.id,
            "users": block.entered,
            "unmeasured": dict(self._unmeasured),
            "outside": dict(outside),
            "exceptions": exceptions,
            "generator": self._monitor.take(),
        }
        self._runner.send_message(REST, rest)


def _silence_s(runner: WorkerRunner) -> float:
    """For how long a worker has not heard its master."""
    heard_at = runner.last_heartbeat_timestamp
    return time.time() - heard_at if heard_at is not None else 0.0
