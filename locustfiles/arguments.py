"""The comparison's arguments, on the command line, in the environment, in files and in the web UI."""

from __future__ import annotations

from typing import Any

from locustfiles.load_options import add_load_arguments
from locustfiles.options import AUTO, DEFAULT_ARMS


def add_arguments(parser: Any) -> None:
    """Declare the arguments in a group of Locust's own parser."""
    group = parser.add_argument_group("swarmgate", "How baseline and optimized are compared")

    def add(flag: str, *, default: object, help_text: str, **kwargs: Any) -> None:
        variable = "SWARMGATE_" + flag.removeprefix("--").replace("-", "_").upper()
        action = group.add_argument(flag, default=default, env_var=variable, help=help_text, **kwargs)
        # Locust's parser marks the arguments of its start form itself, but not those of a group.
        action.include_in_web_ui = flag != "--results"  # where the files go is for the operator to say

    add(
        "--arms",
        default=DEFAULT_ARMS,
        help_text="Arms to compare, by name or user class; the first is the baseline",
    )
    add(
        "--rounds",
        default=AUTO,
        help_text="Judged rounds, exactly; auto: between --min-rounds and --max-rounds",
    )
    add("--min-rounds", default=6, type=int, help_text="Judged rounds at least, with --rounds auto")
    add("--max-rounds", default=30, type=int, help_text="Judged rounds at most, with --rounds auto")
    add("--warmup-rounds", default=1, type=int, help_text="First rounds that are played and not judged")
    add(
        "--requests",
        default=AUTO,
        help_text="Measured requests per block; auto: 5 per user, at least 100 (open model: 5 s of arrivals)",
    )
    add(
        "--lead-in",
        default=1,
        type=int,
        help_text="Unmeasured requests of each user at a block's start; open model: seconds",
    )
    add(
        "--lead-out",
        default="on",
        choices=["on", "off"],
        help_text="Keep up the load, unmeasured, until a block's last measured answer is in",
    )
    add_load_arguments(add)
    add("--seed", default=1, type=int, help_text="Seed of the request plan and of the order of the rounds")
    add("--request-timeout", default=10.0, type=float, help_text="Seconds after which a request has failed")
    add(
        "--rows",
        default="on",
        choices=["on", "off"],
        help_text="Keep a row per request; off: statistics and a histogram per round only",
    )
    add(
        "--recover",
        default="on",
        choices=["on", "off"],
        help_text="Play a round again that lost requests with a worker; off: such a run is invalid",
    )
    add(
        "--calibrate",
        default=False,
        action="store_true",
        help_text="Play the first arm against itself and store the noise floor of this machine",
    )
    add(
        "--attribute",
        default=False,
        action="store_true",
        help_text="Play arms that differ in one optimization each, and report what each is worth",
    )
    add("--sla", default="sla.toml", help_text="File with the objectives")
    add("--results", default="results", help_text="Folder that holds a folder per run")
