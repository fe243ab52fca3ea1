"""The command line: `serve` runs the service, `exec` runs a command beside it.

Exit codes: 0 after SIGINT or SIGTERM to `serve`; the command's own, or 128 + n after signal n, from `exec`
(127 if there is no such command, 130 if it was interrupted before the command ran); 2 for wrong usage and a
service that cannot start.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn, get_args

from mock_service.errors import MockServiceError, SettingsError
from mock_service.run import run_with_service
from mock_service.server import Address, serve
from mock_service.settings import Settings, flag, hint, resolve, variable

INTERRUPTED = 130


def main(arguments: Sequence[str], *, prog: str = "python -m mock_service") -> int:
    """The exit code of a command line. `prog` is what it was called by, for its help."""
    try:
        ours, command = _split(arguments)
        action, flags = _parse(ours, prog)
        if action == "exec":
            if not command:
                raise SettingsError("exec: nothing to run; write it behind --: exec [flags] -- COMMAND ...")
            return run_with_service(resolve(flags, os.environ, defaults={"port": 0}), command, os.environ)
        if command is not None:
            raise SettingsError(f"serve: takes no command, found {' '.join(['--', *command])}; exec does")
        serve(resolve(flags, os.environ), _announce)
    except MockServiceError as error:
        print(f"mock_service: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _announce(address: Address) -> None:
    print(address.line(), flush=True)


def _split(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str] | None]:
    """Our own arguments, and the command behind `--` (None without one)."""
    if "--" not in arguments:
        return arguments, None
    position = list(arguments).index("--")
    return arguments[:position], arguments[position + 1 :]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise SettingsError(f"{message}; --help lists what there is")


def _parse(arguments: Sequence[str], prog: str) -> tuple[str, dict[str, str]]:
    """The action and the settings given by flag, as text; argparse ends the program after --help."""
    parser = _Parser(prog=prog, description=__doc__, allow_abbrev=False)
    actions = parser.add_subparsers(dest="action", required=True, metavar="serve | exec")
    _add_flags(actions.add_parser("serve", help="run the service", allow_abbrev=False))
    usage = "%(prog)s [flags] -- COMMAND ..."
    _add_flags(actions.add_parser("exec", help="run a command beside it", usage=usage, allow_abbrev=False))
    known, unknown = parser.parse_known_args(arguments)
    if unknown:
        name = unknown[0].partition("=")[0]
        raise SettingsError(f"unknown argument {name}: {hint(name, flag)}")
    flags = vars(known)
    return flags.pop("action"), flags


def _add_flags(parser: argparse.ArgumentParser) -> None:
    for name, field in Settings.model_fields.items():
        help_text = f"{field.description} [{field.default}; {variable(name)}]".replace("%", "%%")
        if field.annotation is bool:
            switch = argparse.BooleanOptionalAction
            parser.add_argument(
                flag(name), dest=name, action=switch, default=argparse.SUPPRESS, help=help_text
            )
        else:
            metavar = (
                "|".join(get_args(field.annotation)) if name == "preset" else name.rpartition("_")[2].upper()
            )
            parser.add_argument(
                flag(name), dest=name, default=argparse.SUPPRESS, metavar=metavar, help=help_text
            )
