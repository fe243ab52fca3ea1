"""The baseline: the way the service was called at first.

Kept as it is, so that results stay comparable over time: `baseline.sha256` pins this file, and every report
warns when the two differ.
"""

from __future__ import annotations

import os

from locust import HttpUser
from locust.env import Environment

from locustfiles import exact_stats
from locustfiles.plan import LogicalRequest
from locustfiles.plan_user import PlanUser

exact_stats.install()


class BaselineUser(PlanUser, HttpUser):
    """Opens a new connection for every request and asks for no compression."""

    arm = "baseline"

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)  # type: ignore[no-untyped-call]  # Locust leaves it untyped
        # Locust turns trust_env off, which makes requests forget its own REQUESTS_CA_BUNDLE.
        self.client.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        self.client.headers.update({"Connection": "close", "Accept-Encoding": "identity"})

    def send(self, request: LogicalRequest) -> None:
        """Ask through the requests library."""
        self.client.request(
            request.method,
            request.target,
            name=request.name,
            data=request.body,
            headers={"Content-Type": "application/json"} if request.body is not None else {},
            timeout=self.request_timeout_s,
        )
