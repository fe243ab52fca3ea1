"""Not HTTP: a line over TCP and the same line back, on a new connection each time or on a kept one.

ECHO_ADDRESS is the echo server's HOST:PORT. A user of any protocol is an arm: it fires Locust's request
event.
"""

import os
import socket
import time

from locust import User, task

from swarmgate.comparison import *  # noqa: F403  # the comparison: its shape and its hooks

HOST, _, PORT = os.environ.get("ECHO_ADDRESS", "127.0.0.1:7007").partition(":")
LINE = b"the quick brown fox\n"


class EchoUser(User):
    abstract = True

    def exchange(self):
        raise NotImplementedError

    @task
    def echo(self):
        started, failure, answer = time.perf_counter(), None, b""
        try:
            answer = self.exchange()
        except OSError as error:
            failure = error
        self.environment.events.request.fire(
            request_type="ECHO",
            name="line",
            response_time=(time.perf_counter() - started) * 1000,
            response_length=len(answer),
            context=self.context(),
            exception=failure,
        )


class Connecting(EchoUser):
    arm = "connecting"

    def exchange(self):
        with socket.create_connection((HOST, int(PORT))) as connection:
            return ask(connection)


class Kept(EchoUser):
    arm = "kept"

    def on_start(self):
        self.connection = socket.create_connection((HOST, int(PORT)))

    def exchange(self):
        return ask(self.connection)

    def on_stop(self):
        self.connection.close()


def ask(connection):
    """Send the line, and read until it is back."""
    connection.sendall(LINE)
    answer = b""
    while not answer.endswith(b"\n"):
        answer += connection.recv(1024) or b"closed\n"
    if answer != LINE:
        raise ConnectionError(f"the echo is {answer!r}")
    return answer
