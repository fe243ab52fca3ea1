"""HPACK with a memory: a load test sends the same few headers again and again, and gets the same ones back.

What a header block means depends on the table that both sides keep. As long as that stays as it is, equal
headers have equal blocks; so a memory of either is right until the table changes, and is emptied then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hpack import Decoder, Encoder, NeverIndexedHeaderTuple
from hpack.table import HeaderTable

REMEMBERED = 4096
CHANGING = frozenset((b":path", b"content-length"))
"""Headers that differ from request to request: they are kept out of the table, as by other clients."""


class _WatchedTable(HeaderTable):
    """Knows whether it has changed."""

    changed = False

    def add(self, name: bytes, value: bytes) -> None:
        """Add an entry."""
        self.changed = True
        super().add(name, value)


class RememberingEncoder(Encoder):
    """Gives the block of headers that it has encoded before, if the table is still the same."""

    def __init__(self) -> None:
        super().__init__()
        self.header_table: _WatchedTable = _WatchedTable()
        self._blocks: dict[tuple[tuple[bytes, bytes], ...], bytes] = {}

    @property
    def header_table_size(self) -> int:
        """The size of the table in bytes."""
        return self.header_table.maxsize

    @header_table_size.setter
    def header_table_size(self, value: int) -> None:
        # Set to what it is, hpack would forget to tell the other side of the change before.
        if value != self.header_table.maxsize:
            self.header_table.maxsize = value
            # Told are the smallest size since the last block and the one that counts (RFC 7541, section 4.2);
            # hpack would tell all of them, and so some that the other side no longer allows.
            smallest = min(value, *self.table_size_changes, value)
            self.table_size_changes = sorted({smallest, value})

    def encode(self, headers: Iterable[Any], huffman: bool = True) -> bytes:
        """The header block."""
        key = tuple(headers)
        table = self.header_table
        block = None if table.resized else self._blocks.get(key)
        if block is not None:
            return block
        table.changed = table.resized
        block = super().encode(
            [NeverIndexedHeaderTuple(*header) if header[0] in CHANGING else header for header in key], huffman
        )
        _remember(self._blocks, key, block, valid=not table.changed)
        return block


class RememberingDecoder(Decoder):
    """Gives the headers of a block that it has decoded before, if the table is still the same."""

    def __init__(self, max_header_list_size: int) -> None:
        super().__init__(max_header_list_size)
        self.header_table: _WatchedTable = _WatchedTable()
        self._headers: dict[bytes, Any] = {}

    def decode(self, data: bytes, raw: bool = False) -> Iterable[Any]:
        """The headers, as bytes if `raw`."""
        key = bytes(data)
        headers = self._headers.get(key) if raw else None
        if headers is None:
            table = self.header_table
            table.changed, size_bytes = False, self.header_table_size
            headers = super().decode(data, raw)
            changed = table.changed or size_bytes != self.header_table_size
            if raw:
                _remember(self._headers, key, headers, valid=not changed)
        return headers


def _remember(memory: dict[Any, Any], key: Any, value: Any, *, valid: bool) -> None:
    """Keep it; or forget all, if the table has changed or the memory is full."""
    if not valid or len(memory) >= REMEMBERED:
        memory.clear()
    if valid:
        memory[key] = value
