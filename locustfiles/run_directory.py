"""The run directory: what the load side writes and `analysis` reads.

Rows are appended; every other file is replaced in one step when a round ends, the manifest last. It holds
the length up to which each row file is valid, so that a crash costs at most the round in flight.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from locust.stats import PERCENTILES_TO_REPORT, get_readable_percentiles

from locustfiles import atomic
from locustfiles.exact_stats import write_csv_files
from locustfiles.options import OptionError
from locustfiles.recorder import Row
from locustfiles.tally import Tally

ROW_COLUMNS = (
    "round",
    "request",
    "started_at",
    "method",
    "name",
    "latency_ms",
    "service_time_ms",
    "response_bytes",
    "status",
    "error",
    "protocol",
)
UNMEASURED_COLUMNS = ("arm", "part", *ROW_COLUMNS)
HISTORY_COLUMNS = (
    "Timestamp",
    "User Count",
    "Type",
    "Name",
    "Requests/s",
    "Failures/s",
    *get_readable_percentiles(PERCENTILES_TO_REPORT),
    "Total Request Count",
    "Total Failure Count",
    "Total Median Response Time",
    "Total Average Response Time",
    "Total Min Response Time",
    "Total Max Response Time",
    "Total Average Content Size",
)


class RunDirectory:
    """Writes the files of one run under `results/<run-id>/` and points `results/latest` to it.

    Raises OptionError where that cannot be.
    """

    def __init__(self, results: Path, run_id: str) -> None:
        self.path = results.resolve() / run_id
        self._lengths: dict[str, int] = {}
        self._vouched_for: dict[str, int] = {}
        rounds, link = self.path / "rounds", self.path.parent / f".latest.{run_id}"
        try:
            rounds.mkdir(parents=True)
            link.symlink_to(run_id, target_is_directory=True)
            link.replace(self.path.parent / "latest")
        except OSError as error:
            with suppress(OSError):  # nothing is left of a run that cannot be recorded
                link.unlink(missing_ok=True)
                rounds.rmdir()
                self.path.rmdir()
            found = f"{error.strerror}: {error.filename2 or error.filename}"
            raise OptionError(f"--results {results}: {found}; expected a folder to write to") from error

    def append_rows(self, arm: str, round_number: int, rows: Iterable[Row]) -> None:
        """Append measured rows to `latency_<arm>.csv`."""
        self._append(f"latency_{arm}.csv", ROW_COLUMNS, (row_fields(round_number, row) for row in rows))

    def append_unmeasured(self, arm: str, part: str, round_number: int, rows: Iterable[Row]) -> None:
        """Append rows that are kept and never judged to `unmeasured.csv`."""
        lines = ([arm, part, *row_fields(round_number, row)] for row in rows)
        self._append("unmeasured.csv", UNMEASURED_COLUMNS, lines)

    def append_history(self, arm: str, fields: Sequence[Any]) -> None:
        """Append a row to the arm's `_stats_history.csv`."""
        self._append(f"{arm}_stats_history.csv", HISTORY_COLUMNS, [fields])

    def write_round(self, arm: str, round_number: int, tally: Tally, *, histogram: bool) -> None:
        """Write the statistics of one block, and its histogram where no rows are kept."""
        prefix = f"rounds/{round_number:03d}-{arm}"
        self._replace(f"{prefix}_stats.csv", lambda file: tally.csv().requests_csv(csv.writer(file)))
        if histogram:
            self._replace(f"{prefix}_histogram.csv", lambda file: _write_histogram(file, tally))

    def write_arm(self, arm: str, tally: Tally) -> None:
        """Write the arm's statistics, failures and exceptions over all rounds."""
        write_csv_files(tally.csv(), str(self.path / arm))

    def vouch(self) -> None:
        """Declare valid all that the row files hold by now: no round is half written."""
        self._vouched_for = dict(self._lengths)

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Replace `run.json`, with the valid lengths of the row files."""
        files = {name: {"bytes": length} for name, length in sorted(self._vouched_for.items())}
        text = json.dumps({**manifest, "files": files}, indent=1)
        self._replace("run.json", lambda file: file.write(text + "\n"))

    def _append(self, name: str, columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
        with (self.path / name).open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            if name not in self._lengths:
                writer.writerow(columns)
            writer.writerows(lines)
            file.flush()
            self._lengths[name] = file.tell()

    def _replace(self, name: str, write: Callable[[TextIO], object]) -> None:
        atomic.replace(self.path / name, write)


def row_fields(round_number: int, row: Row) -> list[Any]:
    """A row in the order of ROW_COLUMNS; times to a thousandth of a millisecond."""
    return [
        round_number,
        row.request,
        f"{row.started_at:.6f}",
        row.method,
        row.name,
        round(row.latency_ms, 3),
        round(row.service_time_ms, 3),
        row.response_bytes,
        "" if row.status is None else row.status,
        row.error,
        row.protocol,
    ]


def _write_histogram(file: TextIO, tally: Tally) -> None:
    writer = csv.writer(file)
    writer.writerow(("Type", "Name", "latency_ms", "count"))
    writer.writerows(tally.histogram())
