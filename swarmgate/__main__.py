"""The command `swarmgate`, and `python -m swarmgate`: opens the room that a command belongs to.

  swarmgate run [ARGUMENT...]   a comparison: `locust --headless`, with our locustfile if none is named
  swarmgate new NAME            the starting point of a locustfile of your own
  swarmgate mock serve|exec     the mock service
  swarmgate report|compare|history|settle|objectives|schema|calibrate
                                what the files of a run mean

`swarmgate COMMAND --help` says more. Exit codes: the verdict's; 2 for wrong usage.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from swarmgate import layout

ANALYSIS = ("report", "compare", "history", "settle", "objectives", "schema", "calibrate")
USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of one command."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = words[0] if words else ""
    if command in ANALYSIS:
        return _analysis(words)
    if command in COMMANDS:
        return COMMANDS[command](words[1:])
    found = f"there is no command {command!r}" if command else "no command"
    print(f"swarmgate: {found}; swarmgate --help lists what there is", file=sys.stderr)
    return USAGE


def _analysis(words: Sequence[str]) -> int:
    layout.enter("judge")
    from analysis.cli import main as analyse  # noqa: PLC0415  # the room has just been entered

    return analyse(words, prog="swarmgate")


def _mock(words: Sequence[str]) -> int:
    layout.enter("service")
    from mock_service.cli import main as serve  # noqa: PLC0415  # as above

    return serve(words, prog="swarmgate mock")


def _new(words: Sequence[str]) -> int:
    layout.enter("load")
    from locustfiles.new.cli import main as write  # noqa: PLC0415  # as above

    return write(["new", *words], prog="swarmgate")


def _run(words: Sequence[str]) -> int:
    from locust.main import main as locust  # noqa: PLC0415  # slow, and it patches the process

    named = [] if _names_a_locustfile(words) else ["-f", str(Path(__file__).with_name("comparison.py"))]
    sys.argv = ["locust", *named, "--headless", *words]  # Locust reads it in several places
    locust()
    return 0


def _names_a_locustfile(words: Sequence[str]) -> bool:
    """Whether the command line, the environment or a file of settings says which locustfile to play."""
    from locust.argument_parser import (  # noqa: PLC0415  # as above
        DEFAULT_CONFIG_FILES,
        get_empty_argument_parser,
    )

    parser = get_empty_argument_parser(add_help=False, default_config_files=DEFAULT_CONFIG_FILES)
    parser.set_defaults(locustfile=None)
    options, _ = parser.parse_known_args(list(words))
    return options.locustfile is not None


def _help(words: Sequence[str]) -> int:
    del words
    print(__doc__)
    return 0


def _version(words: Sequence[str]) -> int:
    del words
    layout.enter("load")
    from locustfiles import __version__  # noqa: PLC0415  # as above

    print(f"swarmgate {__version__}")
    return 0


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "run": _run,
    "new": _new,
    "mock": _mock,
    "-h": _help,
    "--help": _help,
    "--version": _version,
}

if __name__ == "__main__":
    sys.exit(main())
