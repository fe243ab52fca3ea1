"""Reads a run directory: docs/run-directory.md describes its files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.errors import InputError
from analysis.histograms import read_histograms
from analysis.manifest import Manifest, read_manifest
from analysis.recording import ArmRecord, Recording, endpoint_name
from analysis.request_rows import PROTOCOL, no_rows, read_rows
from analysis.schedule import schedule_of
from analysis.unmeasured_rows import NAME as UNMEASURED
from analysis.unmeasured_rows import read_unmeasured


def read_run(directory: Path) -> Recording:
    """The run in this directory, its finished rounds only. Raises InputError where a file cannot be read."""
    manifest = read_manifest(directory)
    if manifest.rows == "off":
        arms = read_histograms(directory, manifest)
    else:
        opened = manifest.load_model == "open"
        arms = {arm.name: _record(_rows(directory, manifest, arm.name), opened) for arm in manifest.arms}
    recording = Recording(
        directory=directory,
        manifest=manifest,
        arms=arms,
        has_rows=manifest.rows == "on",
        unmeasured=_unmeasured(directory, manifest),
    )
    return _finished(recording)


def _unmeasured(directory: Path, manifest: Manifest) -> pd.DataFrame | None:
    """What was not judged, where it tells more than that connections were warmed up."""
    if manifest.load_model == "closed" and all(stage.judged for stage in manifest.stages):
        return None
    length = manifest.files.get(UNMEASURED)
    return read_unmeasured(directory / UNMEASURED, valid_bytes=length.bytes if length else None)


def _rows(directory: Path, manifest: Manifest, arm: str) -> pd.DataFrame:
    path = directory / f"latency_{arm}.csv"
    length = manifest.files.get(path.name)
    unfinished = manifest.state != "complete"
    if unfinished and not path.exists():
        return no_rows()
    rows = read_rows(path, valid_bytes=length.bytes if length else None)
    if rows.empty and not unfinished:
        remedy = "The run measured nothing: see its log, and run the comparison again."
        raise InputError(path, "a header and no rows", expected="a row per measured request", remedy=remedy)
    return rows[rows["round"] > 0] if (rows["round"] == 0).any() else rows


def _record(rows: pd.DataFrame, opened: bool) -> ArmRecord:
    failed = (rows["error"] != "").to_numpy(dtype=bool)
    requests = pd.DataFrame(
        {
            "round": rows["round"],
            "request": rows["request"],
            "endpoint": _endpoints(rows),
            "latency_ms": np.where(failed, np.inf, rows["latency_ms"]),
            "started_at": rows["started_at"],
            "error": rows["error"],
        }
    )
    protocols = _protocols(rows)
    if not opened:
        # A request is sent at its start: both times are one.
        ends = rows["started_at"] + rows["service_time_ms"] / 1000
        return ArmRecord(requests=requests, durations_s=_durations_s(rows, ends), protocols=protocols)
    requests["service_time_ms"] = np.where(failed, np.inf, rows["service_time_ms"])
    schedule = schedule_of(rows)
    ends = schedule["ended_s"].where(~schedule["missed"]).set_axis(rows.index)
    return ArmRecord(
        requests=requests, durations_s=_durations_s(rows, ends), schedule=schedule, protocols=protocols
    )


def _durations_s(rows: pd.DataFrame, ends_s: pd.Series) -> pd.Series:
    """Seconds of each block, from its first start to its last end."""
    return ends_s.groupby(rows["round"]).max() - rows["started_at"].groupby(rows["round"]).min()


def _protocols(rows: pd.DataFrame) -> dict[str, int]:
    """Answers by protocol; empty where the file does not say it."""
    if PROTOCOL not in rows:
        return {}
    return {str(name): int(number) for name, number in rows[PROTOCOL].value_counts().items() if name != ""}


def _endpoints(rows: pd.DataFrame) -> pd.Categorical:
    """`GET /items` for each row; names are few and rows are many, so each pair is joined once."""
    methods, names = rows["method"].cat, rows["name"].cat
    codes = methods.codes.to_numpy(dtype=np.int64) * len(names.categories) + names.codes.to_numpy(
        dtype=np.int64
    )
    pairs, positions = np.unique(codes, return_inverse=True)
    labels = [
        endpoint_name(str(methods.categories[method]), str(names.categories[name]))
        for method, name in (divmod(int(pair), len(names.categories)) for pair in pairs)
    ]
    unique = sorted(set(labels))
    places = np.array([unique.index(label) for label in labels], dtype=np.int64)
    return pd.Categorical.from_codes(places[positions], categories=pd.Index(unique, dtype=object))


def _finished(recording: Recording) -> Recording:
    """Leaves out of a run that is not complete the round that it was playing."""
    if recording.manifest.state == "complete":
        return recording
    finished = set(recording.paired_rounds)
    blocks = recording.manifest.blocks
    for arm in recording.arms if blocks else ():
        finished &= {block.round for block in blocks if block.arm == arm and block.state == "kept"}
    return replace(recording, arms={name: _only(record, finished) for name, record in recording.arms.items()})


def _only(record: ArmRecord, rounds: set[int]) -> ArmRecord:
    schedule = record.schedule
    return replace(
        record,
        requests=record.requests[record.requests["round"].isin(rounds)],
        durations_s=record.durations_s[record.durations_s.index.isin(rounds)],
        schedule=None if schedule is None else schedule[schedule["round"].isin(rounds)],
    )
