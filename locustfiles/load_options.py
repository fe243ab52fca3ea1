"""The arguments that choose the load: --arrival-rate, --arrivals, --in-flight, --load-profile."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from math import ceil, isfinite
from pathlib import Path

from locustfiles.load import Load, LoadError, Process, at_rate, in_flight_limit, least_in_flight
from locustfiles.load_profile import MOST_REQUESTS, read_profile

AUTO = "auto"
HIGHEST_IN_FLIGHT = 10_000
BLOCK_S = 5.0
"""A block of --requests auto lasts so long in the open model, and has at least LEAST_REQUESTS."""
LEAST_REQUESTS = 100


def add_load_arguments(add: Callable[..., None]) -> None:
    """Declare the arguments."""
    add(
        "--arrival-rate",
        default="",
        metavar="R",
        help_text="Open model: requests/s over the whole swarm; without it users wait for their answers",
    )
    add(
        "--arrivals",
        default="constant",
        choices=["constant", "poisson"],
        help_text="Open model: arrivals evenly spaced, or random as independent callers are (seeded)",
    )
    add(
        "--in-flight",
        default=AUTO,
        help_text="Open model: most requests in flight, so many users for each arm; auto: rate x request"
        " timeout, at most 1000",
    )
    add(
        "--load-profile",
        default="",
        metavar="FILE",
        help_text="Load profile, a TOML file of stages that every block plays (docs/load-profiles.md)",
    )


def chosen_load(
    options: argparse.Namespace, *, users: int, requests: int | None, request_timeout_s: float
) -> tuple[Load, int]:
    """The load, and how many users each arm needs for it. `requests` is None for auto.

    Raises LoadError for what cannot be played.
    """
    process: Process = "poisson" if options.arrivals == "poisson" else "constant"
    rate, profile = str(options.arrival_rate or "").strip(), str(options.load_profile or "").strip()
    if rate and profile:
        raise LoadError("--arrival-rate and --load-profile: both say what the load is; expected one of them")
    load = Load()
    if profile:
        if requests is not None:
            raise LoadError(f"--requests {requests}: the stages of a profile say how many; expected auto")
        load = read_profile(Path(profile), users=users, process=process)
    elif rate:
        rate_rps = _rate(rate)
        requests = requests or max(LEAST_REQUESTS, ceil(rate_rps * BLOCK_S))
        if requests > MOST_REQUESTS:
            raise LoadError(f"{requests:,} requests in a block; expected at most {MOST_REQUESTS:,}")
        load = at_rate(rate_rps, requests=requests, process=process)
    if load.model == "closed":
        _check_unused(options)
        return load, users
    return load, _in_flight(options, load, users=users, request_timeout_s=request_timeout_s)


def _rate(text: str) -> float:
    try:
        rate_rps = float(text)
    except ValueError:
        rate_rps = 0.0
    if not isfinite(rate_rps) or rate_rps <= 0:
        raise LoadError(f"--arrival-rate {text}: expected a finite number of requests per second above 0")
    return rate_rps


def _in_flight(options: argparse.Namespace, load: Load, *, users: int, request_timeout_s: float) -> int:
    if options.in_flight == AUTO:
        limit = in_flight_limit(load, users=users, request_timeout_s=request_timeout_s)
    elif str(options.in_flight).isdecimal() and 1 <= int(options.in_flight) <= HIGHEST_IN_FLIGHT:
        limit = int(options.in_flight)
    else:
        raise LoadError(
            f"--in-flight {options.in_flight}: expected a whole number from 1 to {HIGHEST_IN_FLIGHT},"
            f" or {AUTO}"
        )
    if limit < (least := least_in_flight(load.stages)):
        raise LoadError(
            f"{load.most_rps:g} requests/s with {limit} in flight cannot be kept even by answers within 1 ms;"
            f" expected --in-flight of at least {least}, or a lower rate"
        )
    return limit


def _check_unused(options: argparse.Namespace) -> None:
    for flag, given, usual in (
        ("--arrivals", options.arrivals, "constant"),
        ("--in-flight", options.in_flight, AUTO),
    ):
        if given != usual:
            raise LoadError(f"{flag} {given}: expected together with --arrival-rate or a profile with rates")
