"""TLS over a gevent socket, kept in memory: all that has come is read in one go, and all is sent in one.

A socket of gevent's ssl module gives one record at a time. Servers often put each answer into a record of its
own, so every answer would cost a turn of the event loop and a system call for the next request.
"""

from __future__ import annotations

import ssl

import gevent.socket

READ_BYTES = 256 * 1024


class TlsConnection:
    """One connection. Only one greenlet may write; another one may read meanwhile."""

    def __init__(self, plain: gevent.socket.socket, context: ssl.SSLContext, host: str) -> None:
        self._plain = plain
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    @property
    def alpn(self) -> str | None:
        """The protocol that both sides have agreed on."""
        return self._tls.selected_alpn_protocol()

    def handshake(self) -> None:
        """Shake hands. Raises OSError when that fails, or the server is not to be trusted."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._flush()
                data = self._plain.recv(READ_BYTES)
                if not data:
                    raise ConnectionError("the server closed it in the TLS handshake") from None
                self._incoming.write(data)
            except ssl.SSLError:
                self._flush()  # what TLS has to say of it
                raise
            else:
                self._flush()
                return

    def read(self) -> bytes:
        """All that has come, at least one byte; none at all at the end of the connection."""
        while True:
            parts: list[bytes] = []
            try:
                while part := self._tls.read(READ_BYTES):
                    parts.append(part)
            except ssl.SSLWantReadError:
                if parts:
                    return b"".join(parts)
            else:
                return b"".join(parts)
            data = self._plain.recv(READ_BYTES)
            if not data:
                return b""
            self._incoming.write(data)

    def write(self, data: bytes) -> None:
        """Send all of it."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._tls.write(rest) :]
        self._flush()

    def close(self) -> None:
        """Close at once; who reads or writes gets an OSError."""
        self._plain.close()

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._plain.sendall(self._outgoing.read())
