"""Markdown as GitHub reads it: texts from outside as themselves, tables, and what fits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from analysis.plain_text import plain

LONGEST_NAME, LONGEST_TEXT = 80, 600
# Characters that mean something anywhere, and where addresses begin that GitHub makes links of.
_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&$]|:(?=//)|(?<=www)\.", re.IGNORECASE)


def escaped(text: str, limit: int = LONGEST_TEXT) -> str:
    """Text from outside as itself: nothing in it is markup, a link, a mention or a reference."""
    safe = _SPECIAL.sub(r"\\\g<0>", plain(text, limit))
    # A zero-width space keeps @name and #1 from becoming what GitHub makes of them after the Markdown.
    safe = re.sub(r"[@#](?=\w)", "\\g<0>\N{ZERO WIDTH SPACE}", safe)
    return re.sub(r"^(\d*)([-+=#.)])(?=\s|$)", r"\1\\\2", safe)


def code(text: str, limit: int = LONGEST_NAME) -> str:
    """A name from outside as a code span, which may stand in a table."""
    safe = plain(text, limit).replace("|", "\\|") or " "
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", safe)), default=0))
    room = " " if safe.startswith("`") or safe.endswith("`") else ""
    return f"{fence}{room}{safe}{room}{fence}"


def table(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, numbers_from: int | None = None
) -> list[str]:
    """The lines of a table, numbers on the right from this column on."""
    rules = [
        "--:" if numbers_from is not None and place >= numbers_from else "---" for place in range(len(header))
    ]
    return [f"| {' | '.join(cells)} |" for cells in (header, rules, *rows)]


def within(most_bytes: int, lines: Sequence[str], what: str) -> list[str]:
    """As many of the lines as fit, and how many were left out; lines come with what matters most first."""
    note = f"\n{len(lines):,} {what} are left out here; comparison_report.json has them all."
    used, kept = 0, 0
    for line in lines:
        used += size(line) + 1
        if used > most_bytes - size(note):
            break
        kept += 1
    if kept == len(lines):
        return list(lines)
    return [
        *lines[:kept],
        f"\n{len(lines) - kept:,} {what} are left out here; comparison_report.json has them all.",
    ]


def size(text: str) -> int:
    """The bytes of a text in UTF-8."""
    return len(text.encode("utf-8", errors="backslashreplace"))
