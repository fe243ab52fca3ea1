"""A mock service in a process of its own, and requests to it."""

import http.client
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from mock_service.server import Address

FAST = ("--no-network", "--service-time-factor", "0")


def clean_environment() -> dict[str, str]:
    """Our environment without settings of the service."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MOCK_SERVICE_")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    process: subprocess.Popen[str]
    address: Address

    def connect(self) -> http.client.HTTPConnection:
        """A connection that is opened by its first request, and verifies the certificate."""
        where = urlsplit(self.address.url).netloc
        if self.address.ca_file is None:
            return http.client.HTTPConnection(where, timeout=30)
        trust = ssl.create_default_context(cafile=self.address.ca_file)
        return http.client.HTTPSConnection(where, timeout=30, context=trust)

    def ask(self, path: str, *, method: str = "GET", body: str | None = None, **headers: str) -> Answer:
        """The answer to one request on a connection of its own; `accept_encoding="gzip"` names a header."""
        connection = self.connect()
        try:
            return ask(connection, path, method=method, body=body, **headers)
        finally:
            connection.close()


def ask(
    connection: http.client.HTTPConnection,
    path: str,
    *,
    method: str = "GET",
    body: str | None = None,
    **headers: str,
) -> Answer:
    """The answer to a request on a connection that is kept."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers={"Content-Type": "application/json"} | named)
    response = connection.getresponse()
    lower = {name.lower(): value for name, value in response.getheaders()}
    return Answer(status=response.status, headers=lower, body=response.read())


@contextmanager
def running(*flags: str) -> Iterator[Service]:
    """A service on a free port, stopped at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mock_service", "serve", "--port", "0", *flags],
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        yield Service(process=process, address=Address.parse(line))
    finally:
        process.terminate()
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
