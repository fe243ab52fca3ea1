"""unmeasured.csv: requests that load the service and are never judged, such as those of a ramp."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.csv_text import Source, checked_header, read_bytes
from analysis.request_rows import COLUMNS

NAME = "unmeasured.csv"
STAGE = "stage:"
_NUMBERS = ("round", "started_at", "latency_ms", "service_time_ms")
_TEXTS = ("arm", "part", "error")


def read_unmeasured(path: Path, *, valid_bytes: int | None) -> pd.DataFrame | None:
    """The rows with `arm`, `part`, `round`, `started_at`, `latency_ms`, `service_time_ms` and `error`.

    None where there is no such file. Raises InputError where it cannot be read.
    """
    if not path.exists():
        return None
    remedy = "Restore the file, or leave it out: without it the report lacks what is not judged."
    source = Source(path=path, columns=("arm", "part", *COLUMNS), remedy=remedy)
    data = read_bytes(source, valid_bytes=valid_bytes)
    first = data[: data.find(b"\n") + 1].decode("utf-8-sig", errors="replace")
    checked_header(source, first.rstrip("\r\n").split(","))
    types = {**dict.fromkeys(_NUMBERS, "float64"), **dict.fromkeys(_TEXTS, "category")}
    try:
        rows = pd.read_csv(io.BytesIO(data), usecols=list(types), dtype=types, keep_default_na=False)
    except (ValueError, OverflowError) as error:
        found = " ".join(str(error).split())[:200]
        raise source.fault(None, f"cannot be read ({found})", "a row per unmeasured request") from error
    numbers = rows[list(_NUMBERS)].to_numpy()
    bad = ~np.isfinite(numbers).all(axis=1)
    if bad.any():
        raise source.fault(int(bad.argmax()) + 2, "a number is not finite", "finite numbers")
    return rows.astype({"round": "int64"})
