"""Earlier runs, by their stored reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import InputError
from analysis.report import FILE_NAME
from analysis.stored_report import StoredReport, read_stored


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The stored reports, oldest first, and how many folders hold none."""

    reports: Sequence[StoredReport]
    without_report: int

    @property
    def arms(self) -> list[str]:
        """The arms of all runs, in the order in which they appear."""
        return list(dict.fromkeys(arm for report in self.reports for arm in report.arms))


def read_history(directories: Sequence[Path]) -> History:
    """The runs in these directories: run directories, or folders of them such as results.

    Links (results/latest) are left out where they stand among others. Raises InputError for a directory
    without any report, and for a report that cannot be read.
    """
    found: dict[Path, None] = {}
    without_report = 0
    for directory in directories:
        folders = _run_directories(directory)
        with_report = [folder for folder in folders if (folder / FILE_NAME).is_file()]
        if not with_report:
            remedy = "Name run directories or the folder that holds them, such as results."
            raise InputError(
                directory,
                "no stored report",
                expected=f"a {FILE_NAME} in it or one level below",
                remedy=remedy,
            )
        without_report += len(folders) - len(with_report)
        found.update(dict.fromkeys(folder.resolve() for folder in with_report))
    reports = [read_stored(folder) for folder in found]
    reports.sort(key=lambda report: (report.run.started_at or 0.0, report.run.id))
    return History(reports=reports, without_report=without_report)


def _run_directories(directory: Path) -> list[Path]:
    if (directory / FILE_NAME).is_file():
        return [directory]
    try:
        return [path for path in sorted(directory.iterdir()) if path.is_dir() and not path.is_symlink()]
    except OSError as error:
        remedy = "Name run directories or the folder that holds them, such as results."
        found = error.strerror or "cannot be read"
        raise InputError(directory, found, expected="a directory of runs", remedy=remedy) from error
