"""What can go wrong while files are read and judged.

AnalysisError             something the user can put right: exit code 2
├── InputError            a file that cannot be read as what it should be
├── ConfigurationError    objectives that cannot be judged: in sla.toml, or its copy in run.json
└── OutputError           a report that cannot be written

Everything else that is raised is a defect of swarmgate: exit code 70.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from analysis.plain_text import plain


class AnalysisError(Exception):
    """One message: where, what was found, what was expected, what to try."""

    def __init__(self, where: str | Path, found: str, *, expected: str = "", remedy: str = "") -> None:
        sentence = f"{plain(str(where), 500)}: {plain(found, 300)}"
        if expected:
            sentence += f"; expected {plain(expected, 300)}"
        super().__init__(f"{sentence}. {plain(remedy, 300)}".rstrip())


class InputError(AnalysisError):
    """A file that cannot be read as what it should be."""


class ConfigurationError(AnalysisError):
    """Objectives that cannot be judged."""


class OutputError(AnalysisError):
    """A report that cannot be written."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A remedy that names the known words, the one most like `word` first."""
    words = sorted(known)
    close = get_close_matches(word, words, n=1, cutoff=0.5)
    return (
        f"Did you mean {close[0]!r}? Known: {', '.join(words)}." if close else f"Known: {', '.join(words)}."
    )
