"""Locust with its web UI in a process of its own, and plain requests to it."""

import http.client
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from locustfiles.ports import free_port
from tests.locustfiles.locust_process import Running, environment, locust
from tests.mock_service.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocustUi:
    """The web UI of one Locust process."""

    port: int
    base: str
    results: Path
    running: Running

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.base}"

    def get(self, path: str, **headers: str) -> Answer:
        """The answer to this path below the base, sent as it is written here."""
        return self._ask("GET", path, headers=headers)

    def post(self, path: str, **form: object) -> Answer:
        return self._ask("POST", path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})

    def is_answered(self) -> bool:
        try:
            return self.get("/").status < 500
        except OSError:
            return False

    def _ask(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, self.base + path, body, dict(headers))
            answer = connection.getresponse()
            return Answer(
                status=answer.status,
                headers={name.lower(): value for name, value in answer.getheaders()},
                text=answer.read().decode(errors="replace"),
            )
        finally:
            connection.close()


@contextmanager
def locust_ui(
    folder: Path, *arguments: str, service: Service, base: str = "", **variables: str
) -> Iterator[LocustUi]:
    """Locust's web UI on a free port, killed at the end."""
    port, results = free_port(), folder / "results"
    words = ["--web-port", str(port), "--results", str(results), "--warmup-rounds", "0", "-u", "3"]
    if base:
        words += ["--web-base-path", base]
    with locust(folder, *words, *arguments, env=environment(service, **variables)) as running:
        ui = LocustUi(port=port, base=base, results=results, running=running)
        running.wait_until(ui.is_answered, "the web UI")
        yield ui
