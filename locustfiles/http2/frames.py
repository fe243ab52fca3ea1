"""Frames on their way in, with GOAWAY taken out.

After a GOAWAY the `h2` library takes the connection for closed: it forgets what is still to be sent and
refuses the answers that the server goes on to finish (RFC 9113, section 6.8). So it never gets to see one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

HEADER_BYTES = 9
GOAWAY = 0x7
ON_THE_CONNECTION = 8
"""The length of a GOAWAY without debug data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoAway:
    """The server takes no streams above `last_stream_id` any more."""

    last_stream_id: int
    error_code: int


class FrameReader:
    """Cuts the bytes of a connection at the ends of frames; one above `limit_bytes` is passed on uncut."""

    def __init__(self, *, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes | GoAway]:
        """The whole frames so far, in order: runs of ordinary ones as bytes, and each GOAWAY by itself."""
        data = self._rest + data if self._rest else data
        begin = position = 0
        size = len(data)
        while size - position >= HEADER_BYTES:
            length = data[position] << 16 | data[position + 1] << 8 | data[position + 2]
            end = position + HEADER_BYTES + length
            if length > self._limit_bytes:
                position = size
                break
            if end > size:
                break
            if data[position + 3] == GOAWAY and length >= ON_THE_CONNECTION:
                if position > begin:
                    yield data[begin:position]
                yield _go_away(data[position + HEADER_BYTES : end])
                begin = end
            position = end
        self._rest = data[position:]
        if position > begin:
            yield data[begin:position] if begin or position < size else data


def _go_away(payload: bytes) -> GoAway:
    return GoAway(
        last_stream_id=int.from_bytes(payload[:4], "big") & 0x7FFFFFFF,
        error_code=int.from_bytes(payload[4:8], "big"),
    )
