"""What a locustfile imports to be a comparison: `from swarmgate.comparison import *`.

The import brings the shape that plays the rounds, the arms that come along and the hooks into Locust; the
locustfile adds the plan, and arms of its own. By itself this file is the locustfile of `swarmgate run`.
"""
# ruff: noqa: E402, PLC0414  # the room must be open before; `as` says that a name is for others

from swarmgate import layout

layout.enter("load")

from locustfiles.baseline import BaselineUser as BaselineUser
from locustfiles.comparison import *  # noqa: F403  # Locust finds arms and shape among a file's names
from locustfiles.comparison import ComparisonShape as ComparisonShape
from locustfiles.http2_user import Http2User as Http2User
from locustfiles.lean_user import Answer as Answer
from locustfiles.lean_user import LeanUser as LeanUser
from locustfiles.lean_user import SentRequest as SentRequest
from locustfiles.optimized import OptimizedUser as OptimizedUser
from locustfiles.plan import LogicalRequest as LogicalRequest
from locustfiles.plan import RequestPlan as RequestPlan
from locustfiles.plan import SeededPlan as SeededPlan
from locustfiles.plan_user import PlanUser as PlanUser
