"""The row files latency_<arm>.csv: one row per measured request, all of them or refused by row and column."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.csv_text import Portion, Source, checked_header, opened, read_bytes, records
from analysis.errors import InputError

LARGEST = 2**63
PART_ROWS = 20_000
"""So many rows are in memory as they were read: few enough for the processor's cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    """What a numeric column holds; `least` None means any finite number."""

    unit: str = ""
    least: float | None = 0.0
    whole: bool = False
    may_be_empty: bool = False

    @property
    def dtype(self) -> str:
        return "int64" if self.whole else "float64"

    def accepts(self, cell: str) -> bool:
        if not cell:
            return self.may_be_empty
        try:
            number = int(cell) if self.whole else float(cell)
        except ValueError:
            return False
        return (
            math.isfinite(number) and abs(number) < LARGEST and (self.least is None or number >= self.least)
        )

    def accepts_all(self, column: pd.Series) -> bool:
        values = column.to_numpy()
        good = np.isfinite(values) if self.least is None else np.isfinite(values) & (values >= self.least)
        return bool((good | np.isnan(values)).all() if self.may_be_empty else good.all())

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a finite number"
        unit = f" of {self.unit}" if self.unit else ""
        least = "" if self.least is None else f", at least {self.least:g}"
        return f"{kind}{unit}{least}{' (or nothing)' if self.may_be_empty else ''}"


NUMBERS = {
    "round": _Number(whole=True),
    "request": _Number(whole=True, least=None),
    "started_at": _Number(unit="seconds since 1970"),
    "latency_ms": _Number(unit="milliseconds"),
    "service_time_ms": _Number(unit="milliseconds"),
    "response_bytes": _Number(unit="bytes", may_be_empty=True),
    "status": _Number(may_be_empty=True),
}
COLUMNS = (
    *("round", "request", "started_at", "method", "name"),
    *("latency_ms", "service_time_ms", "response_bytes", "status", "error"),
)
# Files of earlier versions do without it.
PROTOCOL = "protocol"
# Texts repeat: as categories a million of them cost a few bytes each.
_DTYPES = {column: NUMBERS[column].dtype if column in NUMBERS else "category" for column in COLUMNS}
_DTYPES_READ = {**_DTYPES, PROTOCOL: "category"}
_EMPTY = {column: [""] for column, number in NUMBERS.items() if number.may_be_empty}


def read_rows(path: Path, *, valid_bytes: int | None) -> Iterator[pd.DataFrame]:
    """The rows of one arm, in the file's order and in parts that take little memory, at least one.

    They have the columns COLUMNS, and `protocol` where the file has it. `valid_bytes` is the length that the
    manifest vouches for: what lies behind it belongs to an unfinished round and is not read. A file with a
    header alone gives one part without rows. InputError names the first bad row.
    """
    source = _source(path)
    with opened(source, valid_bytes=valid_bytes) as (first, portion):
        text = first.decode("utf-8-sig", errors="replace") if first.endswith(b"\n") else ""
        header = checked_header(source, next(csv.reader([text]), []))
        nothing = True
        try:
            for rows in _parsed(portion, header):
                if not all(number.accepts_all(rows[column]) for column, number in NUMBERS.items()):
                    break
                nothing = False
                yield rows
            else:
                # pandas fills up short rows without a word.
                whole = portion.quoted or portion.commas == (len(header) - 1) * portion.feeds
                if whole and portion.last == b"\n":
                    if nothing:
                        yield no_rows()
                    return
        except (ValueError, OverflowError):  # among them ParserError and UnicodeDecodeError
            pass
    raise _fault(source, read_bytes(source, valid_bytes=valid_bytes))


def _parsed(portion: Portion, header: list[str]) -> Iterator[pd.DataFrame]:
    with pd.read_csv(
        portion,  # type: ignore[call-overload]  # it has all that pandas uses of a file
        usecols=[*COLUMNS, *([PROTOCOL] if PROTOCOL in header else [])],
        dtype=_DTYPES_READ,
        keep_default_na=False,
        na_values=_EMPTY,
        chunksize=PART_ROWS,
        low_memory=False,
    ) as parts:
        yield from parts


def once_each(path: Path, rounds: pd.Series, requests: pd.Series) -> None:
    """Raise InputError, naming the row, where a request of a round stands twice in a row file."""
    later, before = (part.to_numpy() for part in (rounds[1:], rounds[:-1]))
    in_order = (later > before) | ((later == before) & (requests.to_numpy()[1:] > requests.to_numpy()[:-1]))
    if in_order.all():
        return
    repeated = pd.DataFrame({"round": rounds, "request": requests}).duplicated().to_numpy()
    if repeated.any():
        place = int(repeated.argmax())
        twice = f"round {rounds.iat[place]}, request {requests.iat[place]} stands twice"
        raise _source(path).fault(place + 2, twice, "one row per request of a round")


def _source(path: Path) -> Source:
    remedy = "Restore the file from where it was made, or run the comparison again."
    return Source(path=path, columns=COLUMNS, remedy=remedy)


def no_rows() -> pd.DataFrame:
    """The rows of an arm that has not played yet."""
    return pd.DataFrame({column: pd.Series(dtype=dtype) for column, dtype in _DTYPES.items()})


def _fault(source: Source, data: bytes) -> InputError:
    """The first fault, sought row by row: slow, and needed only once there is one."""
    for row, cells in records(source, data):
        for column, number in NUMBERS.items():
            if not number.accepts(cells[column]):
                return source.fault(row, f"{column} is {cells[column][:40]!r}", str(number))
    return source.fault(None, "cannot be read", "one row per measured request")
