"""The worker's part of a comparison: plays its share of a block and hands the rows back.

Messages from the conductor: OPEN, CLOSE. Messages to it: ROWS (measured rows, as soon as the share is done,
and in between on long ones) and REST (all users are at rest; the unmeasured rows and the generator's
samples). In a single process Locust's LocalRunner passes them on as plain calls. Every block has a key that
only the conductor and this worker know, so nobody else can hand in rows for it.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections import defaultdict
from types import TracebackType
from typing import Any, NoReturn

import gevent
import locust.runners
from locust.env import Environment
from locust.runners import LocalRunner, WorkerRunner

from locustfiles import admission
from locustfiles.generator import GeneratorMonitor
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
        self._closed = ""
        self._to_settle = 0
        self._sent_at = 0.0
        self._unmeasured: dict[str, list[Row]] = defaultdict(list)
        self._exceptions: dict[str, dict[str, Any]] = {}
        environment.events.request.add_listener(Recorder(self._deliver).on_request)
        environment.events.user_error.add_listener(self._on_user_error)
        environment.events.test_stopping.add_listener(self._on_stopping)
        runner.register_message(OPEN, self._on_open, concurrent=True)
        runner.register_message(CLOSE, self._on_close)
        self._monitor.start()
        if isinstance(runner, WorkerRunner):
            locust.runners.MASTER_HEARTBEAT_TIMEOUT = MASTER_LIMIT_S
            runner.register_message(admission.CHALLENGE, self._on_challenge)
            runner.register_message(admission.REFUSED, self._on_refused)
            gevent.spawn(self._close_in_silence, runner)
            # The verdict is the master's: failed requests are no failure of the worker that made them.
            environment.process_exit_code = 0

    def _on_open(self, msg: Any, **_: Any) -> None:
        opened = msg.data
        block = Block(
            id=opened["block"],
            arm=opened["arm"],
            numbers=range(*opened["numbers"]),
            users=opened["users"],
            plan=PlanUser.plan_class(seed=opened["seed"]),
            lead_in=opened["lead_in"],
            lead_out=opened["lead_out"],
            on_drained=self._on_drained,
        )
        self._turnstile.close()
        while self._turnstile.at_work is not None:  # only after the conductor was out of reach
            gevent.sleep(0.01)
        if opened["block"] == self._closed:  # over before it began
            return
        self._rows, self._to_settle, self._unmeasured = [], len(block.numbers), defaultdict(list)
        self._sent_at = time.monotonic()
        PlanUser.request_timeout_s = opened["request_timeout_s"]
        self._monitor.on = True
        self._turnstile.open(block)
        if not block.numbers:
            self._send_rows(block)

    def _on_close(self, msg: Any, **_: Any) -> None:
        self._closed = msg.data["block"]
        self._turnstile.close()

    def _on_stopping(self, **_: Any) -> None:
        self._monitor.on = False
        self._turnstile.abandon()

    def _on_challenge(self, msg: Any, **_: Any) -> None:
        answer = admission.papers(
            self._runner.client_id, msg.data["nonce"], locustfile_sha256=admission.sources_sha256()
        )
        self._runner.send_message(admission.HELLO, answer)

    def _on_refused(self, msg: Any, **_: Any) -> None:
        print(f"swarmgate: the master refused this worker: {msg.data['reason']}", file=sys.stderr)
        self._environment.process_exit_code = REFUSED_CODE

    def _close_in_silence(self, runner: WorkerRunner) -> NoReturn:
        while True:
            gevent.sleep(1)
            heard_at = runner.last_heartbeat_timestamp
            silence_s = time.time() - heard_at if heard_at is not None else 0.0
            if silence_s > SILENCE_S:
                self._turnstile.close()
            if silence_s > MASTER_LIMIT_S:
                self._environment.process_exit_code = MASTER_LOST_CODE

    def _deliver(self, block: Block, ticket: Ticket, row: Row) -> None:
        if block is not self._turnstile.at_work:
            return
        if ticket.part != "measured":
            self._unmeasured[ticket.part].append(row)
            return
        self._rows.append(row)
        self._to_settle -= 1
        waited_s = time.monotonic() - self._sent_at
        if not self._to_settle or len(self._rows) >= BATCH_ROWS or waited_s >= BATCH_S:
            self._send_rows(block)

    def _on_user_error(self, exception: Exception, tb: TracebackType, **_: Any) -> None:
        text = "".join(traceback.format_tb(tb))
        seen = {"count": 0, "msg": str(exception), "traceback": text, "nodes": [self._runner.client_id]}
        self._exceptions.setdefault(f"{exception}\n{text}", seen)["count"] += 1

    def _send_rows(self, block: Block) -> None:
        rows, self._rows = self._rows, []
        self._sent_at = time.monotonic()
        self._runner.send_message(ROWS, {"block": block.id, "rows": rows})

    def _on_drained(self, block: Block) -> None:
        self._monitor.on = False
        if self._rows:  # closed before its share was done
            self._send_rows(block)
        exceptions, self._exceptions = self._exceptions, {}
        rest = {
            "block": block.id,
            "users": block.entered,
            "unmeasured": dict(self._unmeasured),
            "exceptions": exceptions,
            "generator": self._monitor.take(),
        }
        self._runner.send_message(REST, rest)
