"""OptimizedUser under plain Locust, with a plan of one request."""

from collections.abc import Iterator

from benchmarks.performance.users import account  # noqa: F401  # it listens
from locustfiles.optimized import OptimizedUser
from locustfiles.plan import LogicalRequest
from locustfiles.plan_user import PlanUser


class OneRequest:
    def __init__(self, *, seed: int) -> None:
        del seed
        self._request = LogicalRequest(name="item", method="GET", path="/items/1")

    def request(self, number: int) -> LogicalRequest:
        del number
        return self._request

    def filler(self) -> Iterator[LogicalRequest]:
        while True:
            yield self._request


PlanUser.plan_class = OneRequest
PlanUser.request_timeout_s = 60.0  # as FastHttpUser has it: thousands of users on one core wait long
__all__ = ["OptimizedUser"]
