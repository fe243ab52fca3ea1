"""The command line: `python -m analysis report | compare | settle | objectives | schema`.

Results go to standard output, messages to standard error. The exit code is the verdict's (0 passed,
1 failed, 3 inconclusive, 4 invalid), 2 for wrong usage or input that cannot be read, 70 for a defect here.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from analysis.errors import AnalysisError
from analysis.formats import FORMATS

UNREADABLE, DEFECT, INTERRUPTED, READER_GONE = 2, 70, 130, 141


def main(arguments: Sequence[str] | None = None, *, prog: str = "python -m analysis") -> int:
    """The exit code of one command. `prog` is what it was called by, for its help."""
    options = _parser(prog).parse_args(arguments)
    if options.command == "compare" and (fault := _wrong_sides(options)):
        options.usage_error(fault)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 is no reason to fail
    try:
        from analysis import commands  # noqa: PLC0415  # pandas takes long: wrong usage is told without it

        code = commands.run(options)
        print(end="", flush=True)  # where standard output is closed, there is no sys.stdout
    except AnalysisError as error:
        print(f"error: {error}", file=sys.stderr)
        return UNREADABLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of standard output went away (`| head`); Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    except Exception as error:  # the last resort: whatever it is, it is a defect of swarmgate
        if options.debug or os.environ.get("SWARMGATE_DEBUG"):
            traceback.print_exc()
        print(f"error: {_defect(error)}", file=sys.stderr)
        return DEFECT
    return code


def _wrong_sides(options: argparse.Namespace) -> str:
    """What is wrong with the runs that `compare` is to hold against each other; nothing when they fit."""
    pair = [options.baseline, options.optimized]
    sides = [options.baseline_runs, options.optimized_runs]
    if any(pair) and any(sides):
        return "either BASELINE OPTIMIZED, or --baseline RUN ... --optimized RUN ..., not both"
    if not (all(pair) or all(sides)):
        return "two runs are needed: BASELINE OPTIMIZED, or several: --baseline RUN ... --optimized RUN ..."
    if all(sides) and min(map(len, sides)) == 1 < max(map(len, sides)):
        counts = " and ".join(str(len(side)) for side in sides)
        return f"{counts} runs: one run shows no spread, give one of each arm, or at least two of each"
    return ""


def _defect(error: Exception) -> str:
    found = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    return (
        f"defect in swarmgate: {found}. Please report it with what SWARMGATE_DEBUG=1 adds to this message, "
        "and the run directory if you may share it."
    )


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog, description="What the files of a run mean.")
    parser.add_argument(
        "--debug", action="store_true", help="show the traceback of a defect (or SWARMGATE_DEBUG=1)"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    stored = "judge by this file, not by the copy in run.json"

    report = commands.add_parser("report", help="judge a run directory")
    report.add_argument("run_directory", type=Path, metavar="RUN_DIR", help="such as results/latest")
    report.add_argument("--sla", type=Path, metavar="FILE", help=stored)
    report.add_argument(
        "--against",
        type=Path,
        metavar="OLD_REPORT",
        help="add the change since this comparison_report.json, or run directory",
    )
    _add_outputs(report, "where the report is written (default: RUN_DIR)")

    compare = commands.add_parser("compare", help="compare plain Locust runs, one of each arm or several")
    kinds = "a `locust --csv` prefix, its _stats.csv, or a --json-file"
    for name in ("baseline", "optimized"):
        compare.add_argument(name, type=Path, nargs="?", metavar=name.upper(), help=kinds)
    for name in ("baseline", "optimized"):
        help_text = f"several runs of {name}, in the order in which they were made"
        compare.add_argument(
            f"--{name}", dest=f"{name}_runs", type=Path, nargs="+", metavar="RUN", help=help_text
        )
    compare.set_defaults(usage_error=compare.error)
    compare.add_argument(
        "--sla", type=Path, metavar="FILE", default=Path("sla.toml"), help="default: sla.toml"
    )
    _add_outputs(compare, "where the report is written (default: nowhere)")

    settle = commands.add_parser(
        "settle", help="say as JSON whether the rounds so far settle every objective"
    )
    settle.add_argument("run_directory", type=Path, metavar="RUN_DIR")
    settle.add_argument("--sla", type=Path, metavar="FILE", help=stored)

    objectives = commands.add_parser("objectives", help="check an sla.toml and print its objectives as JSON")
    objectives.add_argument("file", type=Path, metavar="FILE", nargs="?", default=Path("sla.toml"))
    objectives.add_argument(
        "--arms", metavar="NAMES", help="check them against these arms: baseline,optimized"
    )

    objectives.add_argument(
        "--noise-floor", type=Path, metavar="FILE", help="and refuse those that are finer than this floor"
    )

    calibrate = commands.add_parser("calibrate", help="store the noise floor that an A/A run shows")
    calibrate.add_argument("run_directory", type=Path, metavar="RUN_DIR")
    calibrate.add_argument("--output", type=Path, metavar="FILE", default=Path("results/noise-floor.json"))

    history = commands.add_parser("history", help="list earlier runs, and draw P95 of each arm over them")
    history.add_argument(
        "directories",
        type=Path,
        nargs="+",
        metavar="DIR",
        help="run directories, or a folder of them: results",
    )
    history.add_argument("--svg", type=Path, metavar="FILE", help="draw P95 of each arm as an SVG as well")

    commands.add_parser("schema", help="print the JSON Schema of comparison_report.json")
    return parser


def _add_outputs(parser: argparse.ArgumentParser, where: str) -> None:
    formats = ", ".join(FORMATS)
    parser.add_argument(
        "--format",
        action="append",
        choices=FORMATS,
        metavar="FORMAT",
        help=f"{formats}; may be given several times",
    )
    parser.add_argument("--output", type=Path, metavar="DIR", help=where)
