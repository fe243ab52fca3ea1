"""What the comparison's arguments mean: checked, or refused by name."""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from locustfiles import attribution
from locustfiles.load import Load, LoadError
from locustfiles.load_options import chosen_load
from locustfiles.schedule import complete_sets, planned_looks

AUTO = "auto"
DEFAULT_ARMS = "baseline,optimized"
HIGHEST_SEED = 2**64 - 1
"""What a message to a worker can hold."""
# Locust's own arguments that would do nothing, or leave users without a task.
NOT_IN_A_COMPARISON = {
    "run_time": "a comparison ends with its rounds, and --rounds or --max-rounds says how many",
    "tags": "every arm plays the whole plan",
    "exclude_tags": "every arm plays the whole plan",
    "profile": "that is Locust's label for groups of runs; --load-profile FILE chooses the load",
}


class OptionError(Exception):
    """An argument cannot be used: the message names it, what was found and what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The arguments of one run, checked. `rounds` is the most judged rounds, `looks` where it may end.

    `users` are spawned for each arm: those at work at a time, or in the open model the most requests in
    flight. `lead_in` is requests per user, or in the open model seconds.
    """

    arms: tuple[str, ...]
    load: Load
    users: int
    rounds: int
    looks: tuple[int, ...]
    warmup_rounds: int
    requests: int
    lead_in: int
    lead_out: bool
    seed: int
    request_timeout_s: float
    rows: bool
    recover: bool
    calibrate: bool
    attribute: bool
    sla: Path
    results: Path

    @property
    def noise_floor(self) -> Path:
        """The file of the last calibration."""
        return self.results / "noise-floor.json"


def settings(options: argparse.Namespace, *, known_arms: Mapping[str, str]) -> Settings:
    """Check the parsed arguments. Raises OptionError on the first that cannot be used.

    `known_arms` holds the user class's name of every arm that there is.
    """
    for name, reason in NOT_IN_A_COMPARISON.items():
        if getattr(options, name, None):
            raise OptionError(f"--{name.replace('_', '-')}: {reason}; expected without it")
    arms = _chosen_arms(options, known_arms)
    users = _whole("--users", 1 if options.num_users is None else options.num_users, least=1)
    if options.rounds == AUTO:
        least = _whole("--min-rounds", options.min_rounds, least=1)
        rounds = _whole("--max-rounds", options.max_rounds, least=least)
        if options.attribute:
            rounds = complete_sets(min_rounds=least, max_rounds=rounds, arms=len(arms))
        single = options.calibrate or options.attribute
        looks = [rounds] if single else planned_looks(min_rounds=least, max_rounds=rounds, arms=len(arms))
        rounds = looks[-1]
    else:
        rounds = _whole("--rounds", options.rounds, least=1, or_else=AUTO)
        looks = [rounds]
    if not 0 < options.request_timeout < math.inf:
        found = f"--request-timeout {options.request_timeout:g}"
        raise OptionError(f"{found}: expected a finite number of seconds above 0")
    load, requests, spawned = _load(options, users=users)
    lead_in = _whole("--lead-in", options.lead_in, least=0)
    return Settings(
        arms=arms,
        calibrate=options.calibrate,
        attribute=options.attribute,
        load=load,
        users=spawned,
        rounds=rounds,
        looks=tuple(looks),
        warmup_rounds=_whole("--warmup-rounds", options.warmup_rounds, least=0),
        requests=requests,
        lead_in=lead_in if load.leads_in else 0,
        lead_out=_on("--lead-out", options.lead_out),
        seed=_whole("--seed", options.seed, least=0, most=HIGHEST_SEED),
        request_timeout_s=options.request_timeout,
        rows=_on("--rows", options.rows),
        recover=_on("--recover", options.recover),
        sla=Path(options.sla),
        results=Path(options.results),
    )


def _load(options: argparse.Namespace, *, users: int) -> tuple[Load, int, int]:
    """The load, the measured requests of a block, and the users of each arm."""
    given = options.requests != AUTO
    requests = _whole("--requests", options.requests, least=1, or_else=AUTO) if given else None
    try:
        load, spawned = chosen_load(
            options, users=users, requests=requests, request_timeout_s=options.request_timeout
        )
    except LoadError as error:
        raise OptionError(str(error)) from None
    return load, load.judged_requests or requests or max(100, 5 * users), spawned


def _chosen_arms(options: argparse.Namespace, known: Mapping[str, str]) -> tuple[str, ...]:
    if not options.attribute:
        return _arms(_twice(options.arms) if options.calibrate else options.arms, known)
    if options.calibrate:
        raise OptionError("--attribute and --calibrate: expected one of them; each plays arms of its own")
    if options.arms != DEFAULT_ARMS:
        raise OptionError(
            f"--attribute and --arms {options.arms}: expected one of them; an attribution chooses its arms"
        )
    return attribution.arms(known)


def _twice(arms: str) -> str:
    first = arms.split(",", maxsplit=1)[0]
    return f"{first},{first}"


def _arms(text: str, known: Mapping[str, str]) -> tuple[str, ...]:
    by_class = {user_class: arm for arm, user_class in known.items()}
    named = [name.strip() for name in text.split(",")]
    names = tuple(by_class.get(name, name) for name in named)
    for name in names:
        if name not in known:
            there_are = ", ".join(f"{arm} ({user_class})" for arm, user_class in known.items())
            raise OptionError(f"--arms {text}: there is no arm {name!r}; the arms are {there_are}")
    if len(names) == 2 and names[0] == names[1]:
        return (names[0], second_name(names[0]))
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise OptionError(
            f"--arms {text}: {twice} stands twice; expected different arms, or one of them against itself"
        )
    return names


def checked_host(host: str | None) -> str:
    """The service's address. Raises OptionError where that is no URL."""
    try:
        parts = urlsplit(host or "")
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is no number
        usable = False
    if not usable:
        raise OptionError(f"--host {host or 'missing'}: expected a URL such as https://127.0.0.1:8443")
    return host or ""


def second_name(arm: str) -> str:
    """The name of an arm that plays against itself."""
    return f"{arm}2"


def _whole(flag: str, value: object, *, least: int, most: float = math.inf, or_else: str = "") -> int:
    alternative = f" or {or_else}" if or_else else ""
    reach = "up" if most == math.inf else f"to {most}"
    expectation = f"expected a whole number from {least} {reach}{alternative}"
    try:
        number = int(str(value))
    except ValueError:
        raise OptionError(f"{flag} {value}: {expectation}") from None
    if not least <= number <= most:
        raise OptionError(f"{flag} {number}: {expectation}")
    return number


def _on(flag: str, value: str) -> bool:
    if value not in {"on", "off"}:
        raise OptionError(f"{flag} {value}: expected on or off")
    return value == "on"
