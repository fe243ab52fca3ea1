"""Locust in a process of its own, as a user would start it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mock_service.run import client_environment
from tests.mock_service.service import Service

ROOT = Path(__file__).parents[2]
LOCUST = str(Path(sys.executable).with_name("locust"))
OURS = ("LOCUST_", "SWARMGATE_", "MOCK_SERVICE_", "SSL_CERT_", "REQUESTS_CA_")
LIMIT_S = 90.0


def environment(service: Service | None = None, **more: str) -> dict[str, str]:
    """Our environment without what steers Locust, and with what `exec` would set for this service."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return clean | (client_environment(service.address) if service else {}) | more


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A process that has ended, with what it wrote."""

    code: int
    out: str
    err: str


@dataclass(slots=True, kw_only=True)
class Running:
    """A Locust process at work; its output goes to files in `folder`."""

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def err(self) -> str:
        """What it has written to stderr so far."""
        return (self.folder / "err").read_text(errors="replace")

    def wait_until(self, condition: Callable[[], object], what: str) -> None:
        """Wait until something has happened. Fails when the process ends first, or time is up."""
        limit = time.monotonic() + LIMIT_S
        while not condition():
            assert self.process.poll() is None, f"ended before {what}:\n{self.err}"
            assert time.monotonic() < limit, f"waited in vain for {what}:\n{self.err}"
            time.sleep(0.02)

    def end(self, number: int | None = None) -> Ended:
        """Send a signal if one is given, and wait for the end."""
        if number is not None:
            self.process.send_signal(number)
        code = self.process.wait(timeout=LIMIT_S)
        return Ended(code=code, out=(self.folder / "out").read_text(errors="replace"), err=self.err)


@contextmanager
def locust(folder: Path, *arguments: str, env: Mapping[str, str], **popen: object) -> Iterator[Running]:
    """Locust in the project's folder, whose [tool.locust] it reads; killed if it outlives the context."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        streams = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err, **popen}
        process = subprocess.Popen([LOCUST, *arguments], cwd=ROOT, env=dict(env), **streams)  # type: ignore[call-overload]  # streams are what Popen takes
    try:
        yield Running(process=process, folder=folder)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()


def ended(folder: Path, *arguments: str, env: Mapping[str, str]) -> Ended:
    """Locust, run to its end."""
    with locust(folder, *arguments, env=env) as running:
        return running.end()
