"""The arms that there are: those that come along, and those that a locustfile defines."""

from __future__ import annotations

from typing import Any

from locustfiles.baseline import BaselineUser
from locustfiles.http2_user import Http2User
from locustfiles.optimizations.arms import ADDED, REMOVED
from locustfiles.optimized import OptimizedUser
from locustfiles.options import second_name
from locustfiles.own_arms import keep_hosts, own_arms
from locustfiles.plan_user import PlanUser

ARMS: tuple[type[PlanUser], ...] = (BaselineUser, OptimizedUser, Http2User, *ADDED, *REMOVED)


def _repeated(user_class: type[Any]) -> type[Any]:
    """The same arm once more under another name, for runs of an arm against itself."""
    extra = {"arm": second_name(user_class.arm), "repeats": user_class, "__module__": __name__}
    return type(f"{user_class.__name__}2", (user_class,), extra)


BY_ARM: dict[str, type[Any]] = {
    user_class.arm: user_class for arm in ARMS for user_class in (arm, _repeated(arm))
}
KNOWN_ARMS = {user_class.arm: user_class.__name__ for user_class in ARMS}


def adopt_own_arms(parser: Any) -> None:
    """Let the arms that the locustfile defines play by default; one named as ours takes its place."""
    own = own_arms()
    keep_hosts(own)
    for user_class in own:
        BY_ARM.update({arm.arm: arm for arm in (user_class, _repeated(user_class))})
        KNOWN_ARMS[user_class.arm] = user_class.__name__
    if own:
        parser.set_defaults(arms=",".join(user_class.arm for user_class in own))
