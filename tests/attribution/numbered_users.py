"""A locustfile whose users ask NUMBERED_REQUESTS times, each time for another target, and end.

The results, as Locust's request event has them, go to the file NUMBERED_RESULTS.
"""

import json
import os
from pathlib import Path
from typing import Any

import locust
from locust import HttpUser, task

from locustfiles.optimizations.compression import Compression
from locustfiles.optimizations.keep_alive import KeepAlive
from locustfiles.optimizations.matched_pool import MatchedPool
from locustfiles.optimized import OptimizedUser
from locustfiles.plan import LogicalRequest

REQUESTS = int(os.environ["NUMBERED_REQUESTS"])
results: list[str] = []


def note(exception: Exception | None, **_: Any) -> None:
    results.append(type(exception).__name__ if exception else "")


locust.events.request.add_listener(note)


def count(user: locust.User) -> str:
    """The next target, until all are asked."""
    if len(results) == REQUESTS:
        Path(os.environ["NUMBERED_RESULTS"]).write_text(json.dumps(results))
        user.environment.runner.quit()
    return f"/number/{len(results)}"


class Numbered(HttpUser):
    abstract = True

    @task
    def ask(self) -> None:
        self.client.get(count(self), name="/number")


class Kept(KeepAlive, Numbered):
    pass


class Matched(Compression, MatchedPool, Numbered):
    pass


class Lean(OptimizedUser):
    def ask(self) -> None:
        self.send(LogicalRequest(name="/number", method="GET", path=count(self)))


Lean.tasks = [Lean.ask]
