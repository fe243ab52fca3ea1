"""The command line: `python -m locustfiles new NAME [--from-openapi FILE | --from-har FILE]`.

Exit code 0 when the locustfile is written, 2 for wrong usage, a file that is there already and a description
that cannot be read.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from locustfiles.new import source_text
from locustfiles.new.errors import NewError
from locustfiles.new.findings import Findings
from locustfiles.new.har import from_har
from locustfiles.new.openapi import from_openapi

USAGE = 2
SLA = Path("sla.toml")
OURS = frozenset({"swarmgate", "locustfiles", "analysis", "mock_service", "locust", "gevent"})


def main(arguments: Sequence[str], *, prog: str) -> int:
    """The exit code of one command."""
    options = _parser(prog).parse_args(arguments)
    try:
        path = _path(options.name)
        if path.exists():
            raise _there_already(path)
        found = _found(options)
        _write(path, source_text.locustfile(path.as_posix(), found))
        has_objectives = SLA.exists()
        if not has_objectives:
            _write(SLA, source_text.objectives())
    except NewError as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return USAGE
    for line in _told(path, found, has_objectives=has_objectives):
        print(line)
    return 0


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog, description="Starts a locustfile of your own.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="new")
    new = commands.add_parser("new", help="write NAME.py, and sla.toml if there is none; overwrites nothing")
    new.add_argument("name", metavar="NAME", help="name of the locustfile, such as checkout")
    sources = new.add_mutually_exclusive_group()
    sources.add_argument(
        "--from-openapi", type=Path, metavar="FILE", help="fill it with the operations of an OpenAPI file"
    )
    sources.add_argument(
        "--from-har", type=Path, metavar="FILE", help="fill it with the requests that a browser recorded"
    )
    return parser


def _path(name: str) -> Path:
    path = Path(name if name.endswith(".py") else f"{name}.py")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", path.stem):
        raise NewError(f"{name}: expected a name of letters, digits, - and _, such as checkout")
    if path.stem in sys.stdlib_module_names or path.stem in OURS:
        raise NewError(
            f"{name}: {path.stem} is the name of another module, which the file would hide; take another"
        )
    return path


def _found(options: argparse.Namespace) -> Findings | None:
    source = options.from_openapi or options.from_har
    if source is None:
        return None
    found = from_openapi(source) if options.from_openapi else from_har(source)
    if not any(request.weight for request in found.requests):
        reasons = "; ".join(found.notes) or "it describes none"
        raise NewError(f"{source}: no request that a plan can ask ({reasons})")
    return found


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise _there_already(path) from None
    except OSError as error:
        raise NewError(f"{path}: {error.strerror}; expected a folder to write to") from None


def _there_already(path: Path) -> NewError:
    return NewError(f"{path} is there already and stays as it is; take another name, or remove it")


def _told(path: Path, found: Findings | None, *, has_objectives: bool) -> list[str]:
    lines = [f"wrote {path}" + (f": {len(found.requests)} requests" if found else "")]
    lines += [f"  {note}" for note in (found.notes if found else ())]
    lines.append(f"{SLA} is there already and stays as it is" if has_objectives else f"wrote {SLA}")
    host = (found and found.host) or "URL"
    lines.append(f"next: locust -f {path} --headless --host {host}")
    return lines
