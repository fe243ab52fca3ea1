"""A comparison whose optimized arm has an endpoint of its own."""

from dataclasses import replace

from locustfiles.comparison import *  # noqa: F403  # Locust finds the arms and the shape among a file's names
from locustfiles.optimized import OptimizedUser
from locustfiles.plan import LogicalRequest

ask = OptimizedUser.send


def send(self: OptimizedUser, request: LogicalRequest) -> None:
    """Ask the same under another name."""
    ask(self, replace(request, name="order") if request.method == "POST" else request)


OptimizedUser.send = send  # type: ignore[method-assign,assignment]
