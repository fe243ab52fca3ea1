"""An arm's record made from its rows, which come in parts: of each part is kept what the figures need."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.recording import ArmRecord, endpoint_name
from analysis.request_rows import PROTOCOL
from analysis.schedule import schedule_of
from analysis.statistics.quantiles import FloatArray, IntArray, starts_of

Spans = tuple[IntArray, FloatArray, FloatArray]
"""Rounds, each once and in order, with their first start and their last end in seconds since 1970."""


class RecordParts:
    """Takes the rows of an arm part by part; `opened` says that their model is the open one."""

    def __init__(self, *, opened: bool) -> None:
        self._opened = opened
        self._numbers = {name: _Numbers() for name in ("round", "request", "latency_ms", "started_at")}
        if opened:
            self._numbers["service_time_ms"] = _Numbers()
        self._texts = {name: _Texts() for name in ("endpoint", "error")}
        self._spans: list[Spans] = []
        self._schedules: list[pd.DataFrame] = []
        self._protocols: Counter[str] = Counter()

    def add(self, rows: pd.DataFrame) -> None:
        """Add some rows, which may end within a round."""
        errors = rows["error"].array
        failed = np.array([text != "" for text in errors.categories], dtype=np.bool_)[errors.codes]
        started_at = rows["started_at"].to_numpy()
        ended_at = started_at + rows["latency_ms"].to_numpy() / 1000
        if self._opened:
            schedule = schedule_of(rows)
            self._schedules.append(schedule)
            ended_at = np.where(schedule["missed"], np.nan, schedule["ended_s"])
        for name, numbers in self._numbers.items():
            values = rows[name].to_numpy()
            numbers.add(np.where(failed, np.inf, values) if name.endswith("_ms") else values)
        self._texts["endpoint"].add(*_endpoints(rows))
        self._texts["error"].add(errors.codes, [str(text) for text in errors.categories])
        self._spans.append(_spans(rows["round"].to_numpy(), started_at, ended_at))
        if PROTOCOL in rows:
            protocols = rows[PROTOCOL].array
            counts = np.bincount(protocols.codes[rows["round"].to_numpy() > 0])
            self._protocols.update(dict(zip(protocols.categories, counts.tolist(), strict=False)))

    def record(self) -> ArmRecord:
        """The record of all rows, in their order."""
        columns: dict[str, NDArray[np.generic] | pd.Categorical] = {
            name: numbers.values for name, numbers in self._numbers.items()
        }
        columns |= {name: texts.categories() for name, texts in self._texts.items()}
        rounds, first_s, last_s = _spans(
            *(np.concatenate(arrays) for arrays in zip(*self._spans, strict=True))
        )
        spoken = {str(name): count for name, count in self._protocols.most_common() if name and count}
        return ArmRecord(
            requests=pd.DataFrame(columns, copy=False),
            durations_s=pd.Series(last_s - first_s, index=rounds),
            schedule=pd.concat(self._schedules, ignore_index=True) if self._opened else None,
            protocols=spoken,
        )


class _Numbers:
    """Numbers that come in parts, in one array of the narrowest type that has held them all."""

    def __init__(self) -> None:
        self._values: NDArray[np.generic] = np.empty(0, dtype=np.int8)
        self._used = 0

    @property
    def values(self) -> NDArray[np.generic]:
        return self._values[: self._used]

    def add(self, part: NDArray[np.generic]) -> None:
        end = self._used + len(part)
        dtype = np.promote_types(self._values.dtype, _narrowest(part))
        if dtype != self._values.dtype or end > len(self._values):
            # Space that nothing was written to takes no memory.
            grown = np.empty(max(end, 2 * len(self._values)), dtype=dtype)
            grown[: self._used] = self.values
            self._values = grown
        self._values[self._used : end] = part
        self._used = end


class _Texts:
    """Texts that come in parts, each part with a list of its own of which texts there are."""

    def __init__(self) -> None:
        self._codes = _Numbers()
        self._known: dict[str, int] = {}

    def add(self, codes: NDArray[np.generic], texts: list[str]) -> None:
        places = [self._known.setdefault(text, len(self._known)) for text in texts]
        self._codes.add(np.array(places, dtype=np.int64)[codes])

    def categories(self) -> pd.Categorical:
        """The texts as categories, in alphabetical order."""
        ordered = sorted(self._known)
        codes = self._codes.values
        places = np.empty(len(ordered), dtype=codes.dtype)
        places[[self._known[text] for text in ordered]] = np.arange(len(ordered))
        return pd.Categorical.from_codes(places[codes], categories=pd.Index(ordered, dtype=object))


def _narrowest(values: NDArray[np.generic]) -> np.dtype[np.generic]:
    """The smallest type of signed whole numbers that holds these, or that of other numbers."""
    if values.dtype.kind != "i" or not len(values):
        return values.dtype if len(values) else np.dtype(np.int8)
    low, high = values.min(), values.max()
    kinds = (np.int8, np.int16, np.int32)
    return np.dtype(next((k for k in kinds if np.iinfo(k).min <= low and high <= np.iinfo(k).max), np.int64))


def _spans(rounds: IntArray, started_at: FloatArray, ended_at: FloatArray) -> Spans:
    """First start and last end of each round; NaN where no end is known."""
    order = np.argsort(rounds, kind="stable")
    rounds = rounds[order]
    starts = starts_of(rounds)
    if not len(starts):
        return rounds, started_at, ended_at
    first_s = np.minimum.reduceat(started_at[order], starts)
    return rounds[starts], first_s, np.fmax.reduceat(ended_at[order], starts)


def _endpoints(rows: pd.DataFrame) -> tuple[IntArray, list[str]]:
    """The place of each row's endpoint in a list of endpoints, such as `GET /items`."""
    methods, names = rows["method"].array, rows["name"].array
    width = len(names.categories)
    codes = methods.codes.astype(np.int64) * width + names.codes
    # Names are few and rows are many: each pair is joined once, and only those that occur.
    pairs = np.flatnonzero(np.bincount(codes))
    places = np.zeros(pairs.max(initial=0) + 1, dtype=np.int64)
    places[pairs] = np.arange(len(pairs))
    labels = [
        endpoint_name(str(methods.categories[method]), str(names.categories[name]))
        for method, name in (divmod(int(pair), width) for pair in pairs)
    ]
    return places[codes], labels
