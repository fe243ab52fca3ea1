"""`exec`: a command that runs while the service does."""

import http.client
import os
import select
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from mock_service.errors import CommandError, StartError
from mock_service.server import GRACE_S, Address
from mock_service.settings import ENVIRONMENT_PREFIX, Settings

START_TIMEOUT_S = 30.0
ROOM = Path(__file__).parents[1]


def run_with_service(settings: Settings, command: Sequence[str], environment: Mapping[str, str]) -> int:
    """The exit code of `command` (128 + n if signal n ended it), run while the service is up.

    Raises StartError if the service does not become healthy, and CommandError if there is no such command.
    """
    with _service(settings, environment) as address:
        return _run(command, dict(environment) | client_environment(address))


def client_environment(address: Address) -> dict[str, str]:
    """What tells Locust, ssl and requests where the service is and whom to trust."""
    trust = {
        name: str(address.ca_file) for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE") if address.ca_file
    }
    return {"LOCUST_HOST": address.url} | trust


@contextmanager
def _service(settings: Settings, environment: Mapping[str, str]) -> Iterator[Address]:
    """The address of a healthy service in a child process, which ends with this context.

    The child's standard input is a pipe that only this process holds: its end stops the child, even if this
    process is killed. The child has a session of its own, so a Ctrl-C in the terminal does not reach it.
    """
    inherited = {
        name: value for name, value in environment.items() if not name.startswith(ENVIRONMENT_PREFIX)
    }
    # Ours is the package beside this file, wherever that is, and not one in the folder we were started in.
    search_path = os.pathsep.join(filter(None, [str(ROOM), environment.get("PYTHONPATH")]))
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "mock_service", "serve", "--stop-with-stdin"],
        env=inherited | settings.environment() | {"PYTHONPATH": search_path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert child.stdout  # noqa: S101 - for the type checker
    address: Address | None = None
    try:
        readable, _, _ = select.select([child.stdout], [], [], START_TIMEOUT_S)
        line = child.stdout.readline() if readable else ""
        if not line:
            raise StartError(
                "the mock service did not start" + ("" if readable else f" within {START_TIMEOUT_S:g} s")
            )
        address = Address.parse(line)
        _await_health(address)
        yield address
    finally:
        try:
            child.communicate(timeout=2 * GRACE_S)  # closes its standard input
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
        # A service that died on the way could not tidy up.
        if address is not None and address.ca_file and not settings.ca_file:
            address.ca_file.unlink(missing_ok=True)


def _await_health(address: Address) -> None:
    context = ssl.create_default_context(cafile=address.ca_file) if address.ca_file else None
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    try:
        opener.open(f"{address.url}/health", timeout=START_TIMEOUT_S).close()
    except (OSError, http.client.HTTPException) as error:
        raise StartError(f"the mock service at {address.url} is not healthy: {error}") from None


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """The exit code of a command to which SIGINT and SIGTERM to this process are passed on, each once.

    In the foreground of a terminal the command stays in this process group: the terminal then sends SIGINT
    to both, and it is not passed on. Elsewhere the command has a group of its own, so that a signal to our
    whole group does not reach it twice.
    """
    shared_group = _in_foreground()
    early: list[int] = []
    with _handling(lambda number, _: early.append(number)):
        try:
            process = subprocess.Popen(command, env=environment, process_group=None if shared_group else 0)
        except FileNotFoundError:
            raise CommandError(f"exec: command {command[0]!r} not found", exit_code=127) from None
        except OSError as error:
            message = f"exec: command {command[0]!r} cannot be run: {error.strerror}"
            raise CommandError(message, exit_code=126) from None

        def pass_on(number: int, _: FrameType | None = None) -> None:
            if not (shared_group and number == signal.SIGINT):
                process.send_signal(number)

        with _handling(pass_on):
            for number in early:
                pass_on(number)
            code = process.wait()
    return 128 - code if code < 0 else code


def _in_foreground() -> bool:
    """Whether Ctrl-C in our terminal reaches this process group."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


@contextmanager
def _handling(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
