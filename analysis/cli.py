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


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of one command."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without UTF-8 is no reason to fail
    try:
        from analysis import commands  # noqa: PLC0415  # pandas takes long: wrong usage is told without it

        code = commands.run(options)
        sys.stdout.flush()
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


def _defect(error: Exception) -> str:
    found = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    return (
        f"defect in swarmgate: {found}. Please report it with what SWARMGATE_DEBUG=1 adds to this message, "
        "and the run directory if you may share it."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis", description="What the files of a run mean.")
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

    compare = commands.add_parser("compare", help="compare two plain Locust runs")
    for name in ("baseline", "optimized"):
        compare.add_argument(
            name, type=Path, metavar=name.upper(), help="a `locust --csv` prefix or _stats.csv"
        )
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
