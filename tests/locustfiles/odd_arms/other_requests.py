"""A comparison whose optimized arm asks for shorter lists than the baseline."""

from dataclasses import replace

from locustfiles.comparison import *  # noqa: F403  # Locust finds the arms and the shape among a file's names
from locustfiles.optimized import OptimizedUser
from locustfiles.plan import LogicalRequest

ask = OptimizedUser.send


def send(self: OptimizedUser, request: LogicalRequest) -> None:
    """Ask without the limit on the length of a list."""
    ask(self, replace(request, query=request.query[:1]))


OptimizedUser.send = send  # type: ignore[method-assign,assignment]
