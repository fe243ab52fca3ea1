"""Times of runs, for people."""

from __future__ import annotations

from datetime import UTC, datetime


def date(started_at: float | None) -> str:
    """`2026-11-23 19:51` in UTC; a dash where it is not known."""
    if started_at is None:
        return "-"
    try:
        return f"{datetime.fromtimestamp(started_at, UTC):%Y-%m-%d %H:%M}"
    except (OverflowError, ValueError, OSError):
        return "-"
