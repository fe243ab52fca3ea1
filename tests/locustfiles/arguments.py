"""The comparison's arguments, parsed without Locust."""

import argparse
from typing import Any

from locustfiles.arguments import add_arguments
from locustfiles.options import Settings, settings

ARMS = ("baseline", "optimized")
KNOWN_ARMS = {"baseline": "BaselineUser", "optimized": "OptimizedUser", "http2": "Http2User"}


class Parser(argparse.ArgumentParser):
    """Takes the keywords that Locust's own parser adds to argparse."""

    def add_argument_group(self, *args: Any, **kwargs: Any) -> Any:
        """A group that ignores environment variables."""
        group = super().add_argument_group(*args, **kwargs)
        add = group.add_argument

        def without_variable(*flags: str, env_var: str, **rest: Any) -> argparse.Action:
            assert env_var.startswith("SWARMGATE_")
            return add(*flags, **rest)

        group.add_argument = without_variable  # type: ignore[method-assign,assignment]  # see above
        return group


def parser() -> Parser:
    """A parser of our arguments and Locust's number of users."""
    parser = Parser()
    parser.add_argument("-u", "--users", dest="num_users", type=int, default=20)
    add_arguments(parser)
    return parser


def parsed(*arguments: str) -> Settings:
    """The checked settings of a command line."""
    return settings(parser().parse_args(arguments), known_arms=KNOWN_ARMS)
