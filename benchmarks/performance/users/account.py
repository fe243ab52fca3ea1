"""What a plain Locust run has cost, told by the process that made it as a line of JSON at its end.

Counted from a second after the start, so that imports and the spawning are not in it. A worker, whose
statistics are emptied at every report to its master, counts from report to report. No listener hears of a
single request.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import gevent
import psutil
from locust import events
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from benchmarks.performance.users import ACCOUNT

SETTLED_S = 1.0


class Account:
    """The requests, seconds and CPU seconds of this process, and how much memory its users took."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._requests = 0
        self._begun: tuple[int, float, float] | None = None
        self._rss_before = psutil.Process().memory_info().rss

    def begin(self) -> None:
        """Count from here on."""
        self._begun = (self._so_far(), time.perf_counter(), time.process_time())

    def on_report(self, data: dict[str, Any], **_: Any) -> None:
        """A worker's report to its master: it holds the requests since the last one."""
        self._requests += data["stats_total"]["num_requests"]
        if self._begun is None:
            self.begin()
        elif data["user_count"]:
            self.write()

    def write(self, **_: Any) -> None:
        """Write the account as it stands."""
        if self._begun is None:
            return
        requests, wall_s, cpu_s = self._begun
        process = psutil.Process()
        told = {
            "requests": self._so_far() - requests,
            "wall_s": time.perf_counter() - wall_s,
            "cpu_s": time.process_time() - cpu_s,
            "failures": self._environment.stats.total.num_failures,
            "users": self._environment.runner.user_count if self._environment.runner else 0,
            "grown_mib": (process.memory_info().rss - self._rss_before) / 2**20,
        }
        Path(os.environ[ACCOUNT], f"{os.getpid()}.json").write_text(json.dumps(told))

    def _so_far(self) -> int:
        return self._requests or self._environment.stats.total.num_requests


@events.test_start.add_listener
def _keep_account(environment: Environment, **_: Any) -> None:
    if isinstance(environment.runner, MasterRunner):
        return
    account = Account(environment)
    if isinstance(environment.runner, WorkerRunner):
        # Registered after Locust's own, which fill the report in.
        environment.events.report_to_master.add_listener(account.on_report)
        return
    gevent.spawn_later(SETTLED_S, account.begin)
    environment.events.test_stopping.add_listener(account.write)
