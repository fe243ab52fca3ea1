"""Who is there to play: one process, or the admitted workers of a master. Master side."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import gevent
from locust import User
from locust.env import Environment
from locust.rpc import Message
from locust.runners import STATE_RUNNING, STATE_SPAWNING, MasterRunner, Runner

from locustfiles import admission
from locustfiles.admission import Admission
from locustfiles.spread import EvenDispatcher

logger = logging.getLogger(__name__)

KNOCKING = frozenset({"client_ready", "heartbeat", "quit", admission.HELLO})
"""What a worker may send before it is admitted."""
CHALLENGE_INTERVAL_S = 0.2
LOCAL = "local"
"""The name of the only worker where one process is the whole swarm, as Locust's messages carry it."""


class Swarm:
    """The workers of a run, whichever runner drives them."""

    def __init__(self, environment: Environment, runner: Runner) -> None:
        self._runner = runner
        self._master = runner if isinstance(runner, MasterRunner) else None
        self.admission = Admission(
            send=self.send, dismiss=self._dismiss, sources=admission.swarm_sources(environment)
        )
        environment.dispatcher_class = EvenDispatcher  # type: ignore[assignment]  # the same interface
        if self._master is not None:
            EvenDispatcher.may_play = staticmethod(lambda worker: worker in self.admission.admitted)
            runner.register_message(admission.HELLO, self.admission.on_hello)
            self._guard(self._master)
            gevent.spawn(self._challenge)

    def _guard(self, master: MasterRunner) -> None:
        """Stand before Locust's own handling of messages, which believes whatever reaches its port."""
        handle: Callable[[str, Message], None] = master.handle_message

        def handle_known(client_id: str, msg: Message) -> None:
            known = client_id in self.admission.admitted and msg.node_id == client_id
            if msg.type == "quit" and not (known and self._at_work):
                self._forget(client_id)  # Locust would end a master that waits with the last one to leave
            elif known:
                handle(client_id, msg)
            elif msg.type == "stats":
                self.admission.count_stray(msg.data)
            elif msg.type in KNOCKING and msg.node_id == client_id:
                try:
                    handle(client_id, msg)
                except Exception as error:  # a stranger's garbage must not end the greenlet that listens
                    logger.warning("swarmgate: %s sent an unreadable %s: %r", client_id, msg.type, error)

        setattr(master, "handle_message", handle_known)  # noqa: B010  # a method to mypy
        read: Callable[[bytes], Message] = Message.unserialize

        def read_any(data: bytes) -> Message:
            try:
                return read(data)
            except Exception as error:
                # Of all that bytes can do, Locust survives two errors; this is one of them.
                raise UnicodeDecodeError("msgpack", data, 0, len(data), str(error)) from error

        setattr(Message, "unserialize", read_any)  # noqa: B010  # as above

    def _challenge(self) -> NoReturn:
        while True:
            self.admission.challenge(self._present)
            gevent.sleep(CHALLENGE_INTERVAL_S)

    @property
    def expected(self) -> int:
        """How many workers must be there before the first round."""
        options = self._runner.environment.parsed_options
        return max(1, getattr(options, "expect_workers", 1) or 1) if self._master else 1

    @property
    def workers(self) -> tuple[str, ...]:
        """The ids of the workers that can play now."""
        if self._master is None:
            return (LOCAL,)
        return tuple(sorted(worker for worker in self._present if worker in self.admission.admitted))

    def asked_for(self, user_class: str) -> Mapping[str, int] | None:
        """How many users of a class each worker was last told to hold; None while Locust is telling them."""
        dispatcher: Any = self._master._users_dispatcher if self._master else None
        if dispatcher is None or not (self._at_work and self._master and self._master.spawning_completed):
            return None
        return {worker: classes.get(user_class, 0) for worker, classes in dispatcher.spread.items()}

    def users(self, user_class: str) -> Mapping[str, int]:
        """How many users of a class each worker holds."""
        if self._master is None:
            return {LOCAL: self._runner.user_classes_count.get(user_class, 0)}
        clients = self._master.clients
        return {worker: clients[worker].user_classes_count.get(user_class, 0) for worker in self.workers}

    def papers(self, worker: str) -> Mapping[str, str]:
        """What an admitted worker said of itself; this process for the local one."""
        ours = admission.identity(self.admission.sources)
        stated = self.admission.admitted.get(worker, ours)
        return {key: stated[key] for key in ours}

    def spread(self, users: int, user_classes: list[type[User]]) -> None:
        """Give every worker the same number of users of each class, `users` of a class in all."""
        self._runner.start(users * len(user_classes), float(users), user_classes=user_classes)

    def send(self, worker: str, message: str, data: Mapping[str, Any]) -> None:
        """Send a message to one worker."""
        self._runner.send_message(message, dict(data), client_id=worker)

    def _dismiss(self, worker: str) -> None:
        if self._master is None:
            return
        self._master.server.send_to_client(Message("quit", None, worker))
        self._forget(worker)

    def _forget(self, worker: str) -> None:
        if self._master is not None and worker in self._master.clients:
            del self._master.clients[worker]

    @property
    def _present(self) -> list[str]:
        """All that are connected, strangers among them."""
        clients = self._master.clients if self._master is not None else None
        return [node.id for node in (*clients.ready, *clients.spawning, *clients.running)] if clients else []

    @property
    def _at_work(self) -> bool:
        return self._runner.state in {STATE_SPAWNING, STATE_RUNNING}
