"""The arms that a locustfile defines itself: user classes with an `arm` of their own."""

from __future__ import annotations

import hashlib
import inspect
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from locust import User

from locustfiles.options import OptionError

PACKAGE = __name__.partition(".")[0]
NAME = re.compile(r"[a-z][a-z0-9_]*")


def own_arms() -> tuple[type[Any], ...]:
    """The user classes of a locustfile's own arms, in the order in which its names were given."""
    arms = dict.fromkeys(each for each in _subclasses(User) if _is_own_arm(each))
    if not arms:
        return ()
    # Locust enters a locustfile into sys.modules before the modules that it imports.
    named = {
        id(value): place
        for place, value in reversed(
            list(
                enumerate(
                    value for module in list(sys.modules.values()) for value in list(vars(module).values())
                )
            )
        )
        if isinstance(value, type) and value in arms
    }
    return tuple(sorted(arms, key=lambda each: named.get(id(each), sys.maxsize)))


def _subclasses(user_class: type[User]) -> Iterator[type[User]]:
    for each in user_class.__subclasses__():
        yield each
        yield from _subclasses(each)


def _is_own_arm(user_class: type[User]) -> bool:
    return (
        not user_class.abstract
        and "arm" in vars(user_class)
        and "repeats" not in vars(user_class)
        and user_class.__module__.partition(".")[0] != PACKAGE
    )


def own_host(user_class: type[User]) -> str | None:
    """The host that the class names or inherits, which wins over --host; None where there is none."""
    named: str | None = getattr(user_class, "swarmgate_host", None)
    return named


def keep_hosts(user_classes: Iterable[type[Any]]) -> None:
    """Note the classes' own hosts, before Locust puts --host in their place."""
    for user_class in user_classes:
        user_class.swarmgate_host = user_class.host or None


def sources_sha256(locustfiles: Iterable[str], user_classes: Iterable[type[Any]]) -> str:
    """The digest of the files that hold a locustfile and its arms; empty where there are none."""
    files = {Path(name).absolute() for name in locustfiles}
    files |= {
        Path(source).absolute()
        for user_class in user_classes
        if user_class.__module__.partition(".")[0] != PACKAGE
        and (source := inspect.getsourcefile(user_class))
    }
    contents = {hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()}
    return hashlib.sha256("\n".join(sorted(contents)).encode()).hexdigest() if contents else ""


def check_names(user_classes: tuple[type[Any], ...]) -> None:
    """Raise OptionError for a name that cannot stand in a file name, or that two classes have."""
    times = Counter(user_class.arm for user_class in user_classes)
    for user_class in user_classes:
        found = f"{user_class.__name__}.arm = {user_class.arm!r}"
        if not isinstance(user_class.arm, str) or not NAME.fullmatch(user_class.arm):
            raise OptionError(f"{found}: expected lower-case letters, digits and _, such as 'after'")
        if times[user_class.arm] > 1:
            raise OptionError(
                f"{found}: another class of the locustfile has the same name; expected two names"
            )
