"""Whether a plan can be played: said before the run, since users die of a request that is none."""

from __future__ import annotations

import inspect
import traceback
from itertools import islice

from locustfiles.options import OptionError
from locustfiles.plan import LogicalRequest, RequestPlan

MOST_TRIED = 10_000
"""So many numbered requests are made at most, in a moment, and as many fillers."""


def check_plan(plan_class: type[RequestPlan], *, seed: int, numbers: range) -> None:
    """Make the requests of a run. Raises OptionError for one that cannot be made, or not be sent."""
    try:
        plan = plan_class(seed=seed)
        tried = numbers[:MOST_TRIED]
        requests = [*map(plan.request, tried), *islice(plan.filler(), len(tried))]
    except Exception as error:  # whatever a locustfile's own code raises
        found = f"{type(error).__name__}: {error}{_place(error, plan_class)}"
        raise OptionError(f"{plan_class.__name__}: {found}; expected a request for every number") from error
    for request in requests:
        if not isinstance(request, LogicalRequest):
            raise OptionError(f"{plan_class.__name__}: {request!r}; expected a LogicalRequest")
        if not request.path.startswith("/"):
            raise OptionError(
                f"{plan_class.__name__}: path {request.path!r}; expected one that starts with /"
            )
        if not isinstance(request.body, bytes | None):
            found = f"body {request.body!r:.60}"
            raise OptionError(f"{plan_class.__name__}: {found}; expected bytes, json.dumps(...).encode()")


def _place(error: Exception, plan_class: type[RequestPlan]) -> str:
    """Where in the plan's own file it happened; empty where it did not."""
    file = inspect.getsourcefile(plan_class)
    lines = [each.lineno for each in traceback.extract_tb(error.__traceback__) if each.filename == file]
    return f" ({file}:{lines[-1]})" if lines else ""
