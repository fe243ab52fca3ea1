"""When requests were meant to be sent, when they were, and when they ended: the open model's own evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd

MISSED = "Missed:"
"""How the error of a request begins that was never sent: no user was free before its time was over."""


def schedule_of(rows: pd.DataFrame) -> pd.DataFrame:
    """A row per request with `round`, `intended_s`, `sent_s`, `ended_s` (since 1970) and `missed`.

    `rows` has `round`, `started_at`, `latency_ms`, `service_time_ms` and `error`. A missed request was
    neither sent nor answered: its last two times mean nothing.
    """
    intended_s = rows["started_at"].to_numpy(dtype=np.float64)
    ended_s = intended_s + rows["latency_ms"].to_numpy(dtype=np.float64) / 1000
    return pd.DataFrame(
        {
            "round": rows["round"].to_numpy(),
            "intended_s": intended_s,
            "sent_s": ended_s - rows["service_time_ms"].to_numpy(dtype=np.float64) / 1000,
            "ended_s": ended_s,
            "missed": missed_among(rows),
        }
    )


def missed_among(rows: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows stand for requests that were never sent; `error` is a category."""
    errors = rows["error"].cat
    begins = np.array([str(text).startswith(MISSED) for text in errors.categories], dtype=np.bool_)
    known = begins[errors.codes] if len(begins) else np.zeros(len(rows), dtype=np.bool_)
    return np.asarray(known & (rows["service_time_ms"].to_numpy() == 0), dtype=np.bool_)
