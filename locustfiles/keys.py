"""Locust's keys w, W, s and S change the number of users in mid-run, even under a shape: not here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import locust.main

CHANGES_OF_USERS = frozenset("wWsS")


def disable() -> None:
    """Leave Locust's keyboard with the keys that do not touch the load."""
    main: Any = locust.main  # the name is not among its exports
    listen = main.input_listener

    def without_changes(actions: dict[str, Callable[[], object]]) -> Callable[[], None]:
        kept = {key: action for key, action in actions.items() if key not in CHANGES_OF_USERS}
        harmless: Callable[[], None] = listen(kept)
        return harmless

    main.input_listener = without_changes
