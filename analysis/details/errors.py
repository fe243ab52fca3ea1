"""Failed requests, grouped by what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from analysis.csv_text import Source, read_bytes, records
from analysis.figures import Figures
from analysis.plain_text import plain
from analysis.recording import Recording, endpoint_name
from analysis.report_details import ErrorGroup

MOST_GROUPS = 50
LONGEST_TEXT = 500
_COLUMNS = ("Method", "Name", "Error", "Occurrences")


def errors_of(figures: Figures) -> tuple[list[ErrorGroup], int]:
    """The most frequent errors, most first, and how many failed requests they leave out."""
    recording = figures.recording
    count = _counted_rows if recording.has_rows else _counted_by_locust
    return grouped({arm: count(recording, arm) for arm in recording.arms})


def grouped(counts: Mapping[str, Mapping[tuple[str, str], int]]) -> tuple[list[ErrorGroup], int]:
    """The same from the counts of each arm by endpoint and error text."""
    groups = [
        ErrorGroup(arm=arm, endpoint=endpoint, error=plain(error, LONGEST_TEXT), requests=number)
        for arm, numbers in counts.items()
        for (endpoint, error), number in numbers.items()
    ]
    groups.sort(key=lambda group: (-group.requests, group.arm, group.endpoint, group.error))
    return groups[:MOST_GROUPS], sum(group.requests for group in groups[MOST_GROUPS:])


def read_failures(path: Path) -> Mapping[tuple[str, str], int]:
    """What Locust's `_failures.csv` counts by endpoint and error; nothing where there is no such file."""
    if not path.exists():
        return {}
    source = Source(path=path, columns=_COLUMNS, remedy="Restore the file, or leave it out: it is optional.")
    counts: Counter[tuple[str, str]] = Counter()
    for row, cells in records(source, read_bytes(source)):
        if not cells["Occurrences"].isdecimal():
            raise source.fault(row, f"Occurrences is {cells['Occurrences'][:40]!r}", "a whole number")
        counts[endpoint_name(cells["Method"], cells["Name"]), cells["Error"]] += int(cells["Occurrences"])
    return counts


def _counted_rows(recording: Recording, arm: str) -> Mapping[tuple[str, str], int]:
    requests = recording.arms[arm].requests
    failed = requests.loc[requests["error"] != "", ["endpoint", "error"]].astype(str)
    return Counter(zip(failed["endpoint"], failed["error"], strict=True))


def _counted_by_locust(recording: Recording, arm: str) -> Mapping[tuple[str, str], int]:
    """A run that keeps no rows has nothing finer than Locust's own count."""
    return read_failures(recording.directory / f"{arm}_failures.csv")
