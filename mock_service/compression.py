"""gzip for the clients that ask for it.

A body is compressed once and remembered, as a service behind a cache does it: the mock's own CPU time must
not decide a comparison. (Starlette's middleware compresses anew each time, and reads `gzip;q=0` as a wish.)
"""

import gzip
from functools import lru_cache

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Bodies of the default catalog, and about as many pages of a list.
REMEMBERED = 512


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110, section 12.5.3)."""
    qualities: dict[str, float] = {}
    for entry in accept_encoding.lower().split(","):
        coding, _, parameter = entry.partition(";")
        name, _, value = parameter.partition("=")
        try:
            quality = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            quality = 0.0
        qualities[coding.strip()] = quality
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0


@lru_cache(maxsize=REMEMBERED)
def compress(body: bytes, level: int) -> bytes:
    """The gzip of a body: without a time stamp, so always the same bytes."""
    return gzip.compress(body, level, mtime=0)


class Compression:
    """ASGI middleware for an app that answers in one piece."""

    def __init__(self, app: ASGIApp, *, level: int, minimum_bytes: int) -> None:
        self._app = app
        self._level = level
        self._minimum_bytes = minimum_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the encoding that the request allows."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = accepts_gzip(_accept_encoding(scope))
        start: Message = {}

        async def send_encoded(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body = message.get("body", b"")
            if start and len(body) >= self._minimum_bytes and not message.get("more_body"):
                headers = MutableHeaders(raw=start["headers"])
                headers.add_vary_header("Accept-Encoding")
                if wanted:
                    message["body"] = compress(body, self._level)
                    headers["Content-Encoding"] = "gzip"
                    headers["Content-Length"] = str(len(message["body"]))
            if start:
                await send(start)
                start = {}
            await send(message)

        await self._app(scope, receive, send_encoded)


def _accept_encoding(scope: Scope) -> str:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-encoding"]
    return ",".join(values)
