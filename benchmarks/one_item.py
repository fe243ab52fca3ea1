"""The comparison's locustfile with one request over and over: item SWARMGATE_ITEM, the same for every arm."""

import os
from collections.abc import Iterator

from locustfiles.comparison import *  # noqa: F403  # Locust finds user classes and the shape among these names
from locustfiles.plan import LogicalRequest, ShopPlan
from locustfiles.plan_user import PlanUser

ITEM = os.environ["SWARMGATE_ITEM"]


class OneItemPlan(ShopPlan):
    """The same item for every number: all requests cost the same."""

    def request(self, number: int) -> LogicalRequest:  # noqa: ARG002  # whichever number
        return LogicalRequest(name="GET /items/{id}", method="GET", path=f"/items/{ITEM}")

    def filler(self) -> Iterator[LogicalRequest]:
        while True:
            yield self.request(0)


PlanUser.plan_class = OneItemPlan
