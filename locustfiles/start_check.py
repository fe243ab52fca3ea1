"""Whether a comparison can begin: what is wrong is said before anything is sent."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from locust import FastHttpUser, HttpUser

from locustfiles import judge
from locustfiles.arms import BY_ARM, KNOWN_ARMS
from locustfiles.free_form import is_free_form
from locustfiles.options import OptionError, Settings, checked_host, settings
from locustfiles.own_arms import check_names, own_arms, own_host
from locustfiles.plan_check import check_plan


def checked(options: argparse.Namespace) -> tuple[Settings, dict[str, Any]]:
    """Settings and objectives. Raises OptionError or JudgeError at the first that cannot be used."""
    check_names(own_arms())
    chosen = settings(options, known_arms=KNOWN_ARMS)
    free = [arm for arm in chosen.arms if is_free_form(BY_ARM[arm])]
    if free and chosen.load.model == "open":
        raise OptionError(
            f"{free[0]} has tasks of its own, which end when they end: the open model needs a plan;"
            " expected no --arrival-rate, and a load profile by users"
        )
    numbers = range(1 - chosen.requests * chosen.warmup_rounds, 1 + chosen.requests * chosen.rounds)
    for plan_class in {BY_ARM[arm].plan_class for arm in chosen.arms if arm not in free}:
        check_plan(plan_class, seed=chosen.seed, numbers=numbers)
    return chosen, judge.objectives(chosen.sla, chosen.arms, noise_floor=_floor(chosen))


def check_classes(chosen: Settings, user_classes: Sequence[type[Any]]) -> None:
    """Raise OptionError where Locust was told to play other user classes than those of the arms."""
    wanted = {BY_ARM[arm] for arm in chosen.arms}
    if left_out := wanted.difference(user_classes):
        names = ", ".join(sorted(each.__name__ for each in left_out))
        raise OptionError(f"the chosen user classes leave out {names}; expected none: --arms chooses")


def host_of(chosen: Settings, given: str | None) -> str:
    """The first arm's address, by which the run is named. Raises OptionError where an arm has none."""
    for user_class in (BY_ARM[arm] for arm in chosen.arms):
        host = own_host(user_class) or given
        if not is_free_form(user_class) or issubclass(user_class, (HttpUser, FastHttpUser)):
            checked_host(host)
    return own_host(BY_ARM[chosen.arms[0]]) or given or ""


def _floor(chosen: Settings) -> Path | None:
    return None if chosen.calibrate else chosen.noise_floor
