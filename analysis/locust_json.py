"""What `locust --json-file` leaves: the whole histogram of each endpoint, up to the very last request.

The CSVs list a few percentiles, as of Locust's last write of them: up to some seconds before the end.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, NonNegativeFloat, NonNegativeInt, TypeAdapter, ValidationError

from analysis.errors import InputError
from analysis.locust_csv import StatsRow, StatsTable
from analysis.recording import endpoint_name

SUFFIX = ".json"
_EXPECTED = "what `locust --json-file` writes: a list of endpoints with their response_times"
_REMEDY = "Run Locust again if the file is damaged, or give its CSVs."
_EMPTY = "Leave --json away where --json-file is given: together they write an empty list."
# 0.1 %, 0.2 % ... 99.9 %, and towards the slowest request by 0.01 %.
_GRID = sorted(
    {round(number / 1000, 8) for number in range(1, 1000)} | {0.9900 + n / 10_000 for n in range(100)}
)


class _Entry(BaseModel):
    """One endpoint; times in ms, moments in seconds since 1970."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    name: str
    method: str | None
    num_requests: NonNegativeInt
    num_failures: NonNegativeInt
    num_none_requests: NonNegativeInt = 0
    total_response_time: NonNegativeFloat
    min_response_time: NonNegativeFloat | None
    max_response_time: NonNegativeFloat
    response_times: dict[NonNegativeFloat, NonNegativeInt]
    start_time: float
    last_request_timestamp: float | None


def read_histograms(path: Path) -> StatsTable:
    """The same as a `_stats.csv` says, and more percentiles. InputError names the entry and the key."""
    entries = _entries(path)
    started = min(entry.start_time for entry in entries)
    ended = max(entry.last_request_timestamp or entry.start_time for entry in entries)
    # As Locust has it: nothing is shorter than a second.
    seconds = max(ended - started, 1.0)
    endpoints = [_row(endpoint_name(entry.method or "", entry.name), [entry], seconds) for entry in entries]
    for number, row in enumerate(endpoints, start=1):
        if row.endpoint in {other.endpoint for other in endpoints[: number - 1]}:
            raise InputError(path, f"entry {number}: {row.endpoint} stands twice", expected="one entry each")
        if row.failures > row.requests:
            found = f"entry {number}: num_failures {row.failures} exceeds num_requests {row.requests}"
            raise InputError(path, found, expected="at most as many", remedy=_REMEDY)
    total = _row(None, entries, seconds)
    return StatsTable(path=path, endpoints=endpoints, total=total, started_at=started)


def _entries(path: Path) -> Sequence[_Entry]:
    try:
        entries = TypeAdapter(list[_Entry]).validate_json(path.read_bytes())
    except OSError as error:
        found = error.strerror or "cannot be read"
        raise InputError(path, found, expected=_EXPECTED, remedy=_REMEDY) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        entry, *keys = [*first["loc"], ""]
        where = f"entry {entry + 1}: {'.'.join(map(str, keys[:-1]))}: " if isinstance(entry, int) else ""
        raise InputError(path, f"{where}{first['msg']}", expected=_EXPECTED, remedy=_REMEDY) from error
    if not entries:
        raise InputError(path, "an empty list", expected=_EXPECTED, remedy=_EMPTY)
    return entries


def _row(endpoint: str | None, entries: Sequence[_Entry], seconds: float) -> StatsRow:
    requests = sum(entry.num_requests for entry in entries)
    answered = requests - sum(entry.num_none_requests for entry in entries)
    times = Counter[float]()
    for entry in entries:
        times.update(entry.response_times)
    return StatsRow(
        endpoint=endpoint,
        requests=requests,
        failures=sum(entry.num_failures for entry in entries),
        mean_ms=sum(entry.total_response_time for entry in entries) / answered if answered > 0 else 0.0,
        min_ms=min(
            (entry.min_response_time for entry in entries if entry.min_response_time is not None), default=0.0
        ),
        max_ms=max(entry.max_response_time for entry in entries),
        throughput_rps=requests / seconds,
        percentiles_ms=_percentiles(times),
    )


def _percentiles(times: Mapping[float, int]) -> Mapping[float, float]:
    """By Locust's own rule, sorted[floor(n q)]; empty without times."""
    ordered, found, reached = sorted(times.items()), {}, 0
    count = sum(times.values())
    steps = iter(ordered)
    time_ms = 0.0
    for quantile in [*_GRID, 1.0] if count else ():
        rank = min(math.floor(count * quantile), count - 1)
        while reached <= rank:
            time_ms, requests = next(steps)
            reached += requests
        found[quantile] = time_ms
    return found
