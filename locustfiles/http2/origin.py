"""Where a service is, and a connection to it on which both sides have agreed to speak HTTP/2."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

import gevent.socket
from gevent import Timeout

from locustfiles.http2.errors import NotOffered, OpenError
from locustfiles.http2.tls import TlsConnection

OPEN_TIMEOUT_S = 10.0
ALPN = ["h2", "http/1.1"]
"""HTTP/1.1 is offered only to learn what a server without HTTP/2 speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Host and port behind an https:// URL, and both as the request names them."""

    host: str
    port: int
    authority: str

    @classmethod
    def of(cls, url: str) -> Self:
        """The origin of a URL. Raises OpenError where HTTP/2 cannot be agreed upon: it takes TLS."""
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise OpenError(
                f"found {url!r}, expected https://HOST: HTTP/2 is agreed upon in the TLS handshake"
            )
        authority = parts.netloc.rpartition("@")[2]
        return cls(host=parts.hostname, port=parts.port or 443, authority=authority)

    def connect(self, context: ssl.SSLContext) -> TlsConnection:
        """An open connection. Raises OpenError when there is none within OPEN_TIMEOUT_S."""
        where = f"{self.host}:{self.port}"
        try:
            with Timeout(OPEN_TIMEOUT_S, TimeoutError(f"not within {OPEN_TIMEOUT_S:g} s")):
                connection = self._handshake(context)
        except OSError as error:
            raise OpenError(f"no connection to {where}: {error}") from error
        if connection.alpn != "h2":
            connection.close()
            offered = connection.alpn or "no protocol"
            raise NotOffered(f"{where} does not speak HTTP/2: by ALPN it offers {offered}")
        return connection

    def _handshake(self, context: ssl.SSLContext) -> TlsConnection:
        plain = gevent.socket.create_connection((self.host, self.port))
        try:
            plain.setsockopt(gevent.socket.IPPROTO_TCP, gevent.socket.TCP_NODELAY, 1)
            connection = TlsConnection(plain, context, self.host)
            connection.handshake()
        except BaseException:
            plain.close()
            raise
        return connection


def trusting_context() -> ssl.SSLContext:
    """A context that verifies the server (by SSL_CERT_FILE, if it is set) and offers HTTP/2."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(ALPN)
    return context
