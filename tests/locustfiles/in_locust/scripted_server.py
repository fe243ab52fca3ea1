"""A small HTTP server that notes what reaches it and answers, or fails to, as the test says."""

import gzip
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

BODY = b'{"answer": "%d"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One request as it came over the wire, and the connection that it came on."""

    method: str
    target: str
    body: bytes
    headers: dict[str, str]
    connection: int


@dataclass(slots=True)
class ScriptedServer:
    """`behave` is asked for each request, counted from 1, and answers it through the handler."""

    behave: Callable[["Handler", int], None]
    heard: list[Heard] = field(default_factory=list)
    url: str = ""

    @property
    def connections(self) -> int:
        return len({each.connection for each in self.heard})


class Handler(BaseHTTPRequestHandler):
    """Reads requests; the methods below are ways to answer."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    script: ScriptedServer

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        named = {name.lower(): value for name, value in self.headers.items()}
        port: int = self.client_address[1]
        self.script.heard.append(
            # Not `self.path`, from which http.server takes away a second slash.
            Heard(
                method=self.command,
                target=self.requestline.split()[1],
                body=body,
                headers=named,
                connection=port,
            )
        )
        self.script.behave(self, len(self.script.heard))

    do_POST = do_GET  # noqa: N815  # so http.server calls it

    def answer(self, content: bytes, status: int = 200, **headers: str) -> None:
        self.send_response_only(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def hang_up(self) -> None:
        """End the connection without a word."""
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except OSError:  # the client was gone first
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Keep silent."""


def number(handler: Handler, count: int) -> None:
    """Answer with the number of the request."""
    handler.answer(BODY % count)


def number_in_gzip(handler: Handler, count: int) -> None:
    """Answer with the number of the request, compressed where the client asks for it."""
    if "gzip" in handler.headers.get("Accept-Encoding", ""):
        handler.answer(gzip.compress(BODY % count), Content_Encoding="gzip")
    else:
        number(handler, count)


@contextmanager
def scripted_server(
    behave: Callable[[Handler, int], None] = number, *, tls: ssl.SSLContext | None = None
) -> Iterator[ScriptedServer]:
    """A server on a free port of the loopback interface."""
    script = ScriptedServer(behave)
    handler = type("Scripted", (Handler,), {"script": script})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    script.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
