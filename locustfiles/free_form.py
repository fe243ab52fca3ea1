"""Arms that are no PlanUser: Locust users with tasks of their own, which play in turns as they are.

Worker side. A *task* is one execution of a leaf task: of a function, not of a TaskSet that holds others.
Before one begins, its user waits for a ticket; the requests fired while it runs are the ticket's, and with
its end, however it ends, the ticket is settled. What a user asks at other times (in `on_start`, in a greenlet
that outlives its task) is outside of all tasks: it is kept and never judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import gevent
from locust import TaskSet, User
from locust.user.task import DefaultTaskSet

from locustfiles.own_arms import own_host
from locustfiles.plan import LogicalRequest
from locustfiles.plan_user import TICKET, PlanUser
from locustfiles.turnstile import Ticket, Turnstile

ARM = "swarmgate_arm"
"""The key of the arm in the context of a free-form user's request events."""
_TURNS = "_swarmgate_turns"
_NOTHING = LogicalRequest(name="", method="", path="/")


def is_free_form(user_class: type[User]) -> bool:
    """Whether this arm plays tasks of its own instead of the request plan."""
    return not issubclass(user_class, PlanUser)


class NoPlan:
    """The plan of free-form arms: numbers, and nothing to ask."""

    def __init__(self, *, seed: int) -> None:
        del seed

    def request(self, number: int) -> LogicalRequest:
        """Nothing: the task knows."""
        del number
        return _NOTHING

    def filler(self) -> Iterator[LogicalRequest]:
        """Nothing, without end."""
        while True:
            yield _NOTHING


class Turns:
    """One user's way through the turnstile. `ticket` is the one of the task that runs, if one does."""

    def __init__(self, turnstile: Turnstile, arm: str, on_settled: Callable[[Ticket], None]) -> None:
        self.arm = arm
        self.ticket: Ticket | None = None
        self._tickets = turnstile.tickets(arm)
        self._on_settled = on_settled
        self._last: Ticket | None = None
        self.begun = False

    def play(self, task: Callable[[], None]) -> None:
        """Wait for a ticket, run the task, settle the ticket. Raises whatever the task does."""
        self.begun = True
        if self._last is not None:
            self._last.block.resume()
        ticket = self._last = self.ticket = next(self._tickets)
        ticket.rows = []
        try:
            task()
        finally:
            ticket.settled, self.ticket = True, None
            self._on_settled(ticket)
            ticket.block.pause()
            if not ticket.rows:  # a task without requests may never let another greenlet run
                gevent.sleep(0)


def adopt(
    user_classes: Iterable[type[User]], turnstile: Turnstile, on_settled: Callable[[Ticket], None]
) -> None:
    """Send the tasks of these arms through the turnstile; their own code stays as it is."""
    for user_class in user_classes:
        _label(user_class, lambda arm: Turns(turnstile, arm, on_settled))
    for task_set in (TaskSet, DefaultTaskSet):
        if not hasattr(task_set.execute_task, "swarmgate"):
            wrapped = _in_turn(task_set.execute_task)
            setattr(task_set, "execute_task", wrapped)  # noqa: B010  # a method to mypy


def ready(users: Iterable[Any]) -> bool:
    """Whether every one of these users of adopted arms has done its `on_start` and come to its first task."""
    return all(turns.begun for user in users if (turns := getattr(user, _TURNS, None)) is not None)


def turns_at_work() -> Turns | None:
    """Those of the user in whose greenlet, or in one spawned from it, this is called."""
    greenlet: Any = gevent.getcurrent()
    while greenlet is not None:
        for user in getattr(greenlet, "args", None) or ():
            if isinstance(user, User):
                return getattr(user, _TURNS, None)
        parent = getattr(greenlet, "spawning_greenlet", None)
        greenlet = parent() if callable(parent) else None
    return None


def _label(user_class: Any, turns: Callable[[str], Turns]) -> None:
    """Give each user its turns, and its request events the ticket at work. Keeps the class's own host."""
    begin, context = user_class.__init__, user_class.context
    home = own_host(user_class)

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807  # it takes the place of one
        if not hasattr(self, _TURNS):  # else it comes from an arm that derives from this one
            setattr(self, _TURNS, turns(user_class.arm))
            if home is not None:
                self.host = home
        begin(self, *args, **kwargs)

    def labelled(self: Any) -> dict[str, Any]:
        mine: Turns = getattr(self, _TURNS)
        return {**context(self), TICKET: mine.ticket, ARM: mine.arm}

    user_class.__init__, user_class.context = __init__, labelled


def _in_turn(execute: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    def execute_task(self: Any, task: Any) -> None:
        turns: Turns | None = getattr(self.user, _TURNS, None)
        if turns is None or isinstance(task, type):  # a TaskSet in a TaskSet: its own tasks come here
            execute(self, task)
        else:
            turns.play(lambda: execute(self, task))

    execute_task.swarmgate = True  # type: ignore[attr-defined]  # a mark: it is wrapped once
    return execute_task
