"""The compression that the lean arms ask for, undone."""

from __future__ import annotations

import zlib

GZIP = frozenset({"gzip", "x-gzip"})
"""Both names mean the same, in whatever case (RFC 9110, section 8.4.1)."""


def decoded(body: bytes | bytearray, coding: str) -> bytes:
    """The body as it was before gzip; in any other coding as it came. Raises zlib.error when that is no gzip.

    An answer without a body (to HEAD, or of status 204 or 304) may name a coding all the same.
    """
    if body and coding.lower() in GZIP:
        return zlib.decompress(body, wbits=16 + zlib.MAX_WBITS)
    return bytes(body)
