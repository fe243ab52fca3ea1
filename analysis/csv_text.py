"""CSV files as text: whole, or refused by row."""

from __future__ import annotations

import codecs
import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from analysis.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A CSV file with what it should be, for the messages."""

    path: Path
    columns: Sequence[str]
    remedy: str

    def fault(self, row: int | None, found: str, expected: str = "") -> InputError:
        """An error at a row; the header is row 1, and None means the whole file."""
        where = self.path if row is None else f"{self.path}:{row}"
        return InputError(where, found, expected=expected, remedy=self.remedy)


def read_bytes(source: Source, *, valid_bytes: int | None = None) -> bytes:
    """The file's content, of at least one byte; only the first `valid_bytes` where a length is given."""
    try:
        with source.path.open("rb") as file:
            data = file.read(-1 if valid_bytes is None else valid_bytes)
    except OSError as error:
        raise source.fault(None, error.strerror or "cannot be read", "a CSV file") from error
    if valid_bytes is not None and len(data) < valid_bytes:
        raise source.fault(None, f"truncated to {len(data)} bytes", f"the {valid_bytes} that run.json counts")
    if not data:
        raise source.fault(None, "empty file", f"the columns {','.join(source.columns)}")
    return data


class Portion:
    """The first `length` bytes of a file for a parser, which reads them in order, with what tells whole rows.

    `commas` and `feeds` count these signs, `quoted` tells of quotation marks, `last` is the last byte so far.
    Reading raises UnicodeDecodeError where it is no UTF-8.
    """

    def __init__(self, file: BinaryIO, length: int) -> None:
        self.commas = self.feeds = 0
        self.quoted = False
        self.last = b""
        self._file, self._left = file, length
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most `size`; none at the end."""
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        if not data.isascii() or self._decoder.getstate()[0]:
            self._decoder.decode(data, final=not data)
        signs = np.frombuffer(data, dtype=np.uint8)
        self.commas += int(np.count_nonzero(signs == ord(",")))
        self.feeds += int(np.count_nonzero(signs == ord("\n")))
        self.quoted = self.quoted or b'"' in data
        self.last = data[-1:] or self.last
        return data

    def __iter__(self) -> Iterator[bytes]:
        """What pandas asks of a file, and never uses."""
        raise NotImplementedError


@contextmanager
def opened(source: Source, *, valid_bytes: int | None = None) -> Iterator[tuple[bytes, Portion]]:
    """The first line of a file, and the whole of what `read_bytes` gives, to be read in small pieces."""
    try:
        file = source.path.open("rb")
    except OSError as error:
        raise source.fault(None, error.strerror or "cannot be read", "a CSV file") from error
    with file:
        size = os.fstat(file.fileno()).st_size
        length = size if valid_bytes is None else valid_bytes
        if not 0 < length <= size:
            read_bytes(source, valid_bytes=valid_bytes)  # says what is wrong
        first = file.readline(length)
        file.seek(0)
        yield first, Portion(file, length)


def records(source: Source, data: bytes) -> Iterable[tuple[int, dict[str, str]]]:
    """Number and cells by column of each row after the header. Raises InputError at the first fault."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = data.count(b"\n", 0, error.start) + 1
        found = f"binary: byte 0x{data[error.start]:02x} at offset {error.start}"
        raise source.fault(place, found, "CSV text in UTF-8") from error
    header: list[str] = []
    number = 0
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            if number == 1:
                header = checked_header(source, row)
                continue
            if len(row) != len(header):
                raise source.fault(number, f"a torn row of {len(row)} fields", f"{len(header)} fields")
            yield number, dict(zip(header, row, strict=True))
    except csv.Error as error:
        raise source.fault(number + 1, f"not CSV ({error})", "a row of fields") from error
    if not text.endswith("\n"):
        raise source.fault(number, "the last row is torn: no end of line", "whole rows")


def checked_header(source: Source, header: list[str]) -> list[str]:
    """The header, when it has every column that is needed, each once."""
    missing = [column for column in source.columns if column not in header]
    if missing:
        raise source.fault(1, f"no column {', '.join(missing)}", f"the columns {','.join(source.columns)}")
    if len(set(header)) < len(header):
        raise source.fault(1, "a column stands twice", f"the columns {','.join(source.columns)}")
    return header
