"""Reads a run directory: docs/run-directory.md describes its files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pandas as pd

from analysis.errors import InputError
from analysis.histograms import read_histograms
from analysis.manifest import Manifest, read_manifest
from analysis.record_parts import RecordParts
from analysis.recording import ArmRecord, Recording
from analysis.request_rows import no_rows, once_each, read_rows
from analysis.unmeasured_rows import NAME as UNMEASURED
from analysis.unmeasured_rows import read_unmeasured

READERS = 2
"""Arms that are read at a time."""


def read_run(directory: Path) -> Recording:
    """The run in this directory, its finished rounds only. Raises InputError where a file cannot be read."""
    manifest = read_manifest(directory)
    read = read_histograms if manifest.rows == "off" else _read_arms
    arms = read(directory, manifest)
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


def _read_arms(directory: Path, manifest: Manifest) -> dict[str, ArmRecord]:
    """The rows of each arm; two at a time, since the parser works without the interpreter's lock."""
    with ThreadPoolExecutor(max_workers=READERS) as readers:
        records = readers.map(lambda arm: _arm(directory, manifest, arm.name), manifest.arms)
        return dict(zip((arm.name for arm in manifest.arms), records, strict=True))


def _arm(directory: Path, manifest: Manifest, arm: str) -> ArmRecord:
    path = directory / f"latency_{arm}.csv"
    length = manifest.files.get(path.name)
    unfinished = manifest.state != "complete"
    opened = manifest.load_model == "open"
    absent = unfinished and not path.exists()
    parts = RecordParts(opened=opened)
    for rows in [no_rows()] if absent else read_rows(path, valid_bytes=length.bytes if length else None):
        parts.add(rows)
    record = parts.record()
    once_each(path, record.requests["round"], record.requests["request"])
    if record.requests.empty and not unfinished:
        remedy = f"Nothing that {arm} did made a request while it was measured: see the log, and its tasks."
        raise InputError(path, "a header and no rows", expected="a row per measured request", remedy=remedy)
    return _only(record, set(record.rounds) - {0}) if 0 in record.rounds else record


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
