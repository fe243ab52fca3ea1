"""What each command does: read, assess, publish."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from analysis import noise_floor
from analysis.assessment import assess
from analysis.history import read_history
from analysis.history_console import print_history
from analysis.locust_assessment import assess_runs
from analysis.locust_runs import read_runs
from analysis.manifest import NAME
from analysis.objectives import Sla, applied_to, parse_objectives, read_sla
from analysis.outputs import publish
from analysis.recording import Recording
from analysis.report_file import report_schema, write_text
from analysis.run_directory import read_run
from analysis.settling import settle
from analysis.since import with_since
from analysis.stored_report import read_stored
from analysis.verdict import EXIT_CODES
from analysis.wording import percent


def run(options: argparse.Namespace) -> int:
    """Run the command that was asked for: its exit code."""
    return COMMANDS[options.command](options)


def _report(options: argparse.Namespace) -> int:
    recording = read_run(options.run_directory)
    # Read first: it may be the very report that is replaced.
    stored = read_stored(options.against) if options.against else None
    report = assess(recording, _sla(recording, options.sla))
    if stored is not None:
        report = with_since(report, stored)
    publish(report, options.output or options.run_directory, options.format)
    return EXIT_CODES[report.verdict]


def _compare(options: argparse.Namespace) -> int:
    several = options.baseline is None
    baseline = options.baseline_runs if several else [options.baseline]
    runs = read_runs(baseline, options.optimized_runs if several else [options.optimized])
    report = assess_runs(runs, read_sla(options.sla))
    publish(report, options.output, options.format)
    return EXIT_CODES[report.verdict]


def _settle(options: argparse.Namespace) -> int:
    recording = read_run(options.run_directory)
    print(json.dumps(settle(recording, _sla(recording, options.sla))))
    return 0


def _objectives(options: argparse.Namespace) -> int:
    sla = read_sla(options.file)
    if options.arms:
        applied_to(sla, options.arms.split(","))
    if options.noise_floor:
        floor = noise_floor.read(options.noise_floor)
        noise_floor.refuse_finer(sla.objectives, floor, options.noise_floor)
    tables = [objective.table() for objective in sla.objectives]
    print(json.dumps({"objectives": tables, "answers": "identical" if sla.answers_identical else None}))
    return 0


def _calibrate(options: argparse.Namespace) -> int:
    recording = read_run(options.run_directory)
    report = assess(recording, _sla(recording, None))
    if report.verdict == "invalid":
        print(f"no noise floor from an invalid run: {'; '.join(report.reasons)}")
        return EXIT_CODES[report.verdict]
    floor = noise_floor.measure(recording)
    noise_floor.write(floor, options.output)
    told = ", ".join(f"{name} {percent(ratio)}" for name, ratio in floor.change_ratio.items())
    print(f"noise floor over {floor.rounds} rounds: {told}\nstored in {options.output}")
    return 0


def _history(options: argparse.Namespace) -> int:
    history = read_history(options.directories)
    print_history(history)
    if options.svg:
        from analysis.pictures.history import history_svg  # noqa: PLC0415  # matplotlib takes long

        write_text(history_svg(history), options.svg)
    if history.without_report:
        print(f"warning: folders without a report left out: {history.without_report}", file=sys.stderr)
    return 0


def _schema(_: argparse.Namespace) -> int:
    print(json.dumps(report_schema(), indent=2))
    return 0


def _sla(recording: Recording, path: Path | None) -> Sla:
    """The objectives of a file if one is named, else the copy that the run took at its start."""
    if path is not None:
        return read_sla(path)
    manifest = recording.manifest
    return parse_objectives(
        manifest.objectives,
        source=str(recording.directory / NAME),
        answers_identical=manifest.answers == "identical",
    )


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "report": _report,
    "compare": _compare,
    "settle": _settle,
    "objectives": _objectives,
    "calibrate": _calibrate,
    "history": _history,
    "schema": _schema,
}
