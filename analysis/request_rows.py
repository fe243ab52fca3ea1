"""The row files latency_<arm>.csv: one row per measured request, read whole or refused by row and column."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.csv_text import Source, checked_header, read_bytes, records
from analysis.errors import InputError

LARGEST = 2**63


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


def read_rows(path: Path, *, valid_bytes: int | None) -> pd.DataFrame:
    """The rows of one arm, in the file's order, with the columns COLUMNS, and `protocol` where there is one.

    `valid_bytes` is the length that the manifest vouches for: what lies behind it belongs to an unfinished
    round and is not read. A file with a header alone gives no rows. InputError names the first bad row.
    """
    remedy = "Restore the file from where it was made, or run the comparison again."
    source = Source(path=path, columns=COLUMNS, remedy=remedy)
    data = read_bytes(source, valid_bytes=valid_bytes)
    rows = _read_fast(source, data)
    if rows is None:
        raise _fault(source, data)
    repeated = rows.duplicated(["round", "request"]).to_numpy()
    if repeated.any():
        place = int(repeated.argmax())
        twice = f"round {rows['round'].iat[place]}, request {rows['request'].iat[place]} stands twice"
        raise source.fault(place + 2, twice, "one row per request of a round")
    return rows


def no_rows() -> pd.DataFrame:
    """The rows of an arm that has not played yet."""
    return pd.DataFrame({column: pd.Series(dtype=dtype) for column, dtype in _DTYPES.items()})


def _read_fast(source: Source, data: bytes) -> pd.DataFrame | None:
    """All rows, or None when anything is wrong with any of them."""
    first = data[: data.find(b"\n") + 1].decode("utf-8-sig", errors="replace")
    header = checked_header(source, next(csv.reader([first]), []))
    if not data.endswith(b"\n"):
        return None
    # pandas fills up short rows without a word.
    if b'"' not in data and data.count(b",") != (len(header) - 1) * data.count(b"\n"):
        return None
    wanted = [*COLUMNS, *([PROTOCOL] if PROTOCOL in header else [])]
    try:
        rows = pd.read_csv(
            io.BytesIO(data), usecols=wanted, dtype=_DTYPES_READ, keep_default_na=False, na_values=_EMPTY
        )
    except (ValueError, OverflowError):  # among them ParserError and UnicodeDecodeError
        return None
    good = all(number.accepts_all(rows[column]) for column, number in NUMBERS.items())
    return rows[wanted] if good else None


def _fault(source: Source, data: bytes) -> InputError:
    """The first fault, sought row by row: slow, and needed only once there is one."""
    for row, cells in records(source, data):
        for column, number in NUMBERS.items():
            if not number.accepts(cells[column]):
                return source.fault(row, f"{column} is {cells[column][:40]!r}", str(number))
    return source.fault(None, "cannot be read", "one row per measured request")
