"""When Python may look for garbage: hardly ever while a block is at work, since requests wait for it."""

from __future__ import annotations

import gc

YOUNG_OBJECTS = 50_000
"""So many more objects than at the last search start the next while a block is at work."""
USUAL = gc.get_threshold()


def search_seldom() -> None:
    """Leave what there is now out of every search, and search seldom.

    Else Python goes through all objects of Locust, of the plan and of the rows so far every few thousand
    requests, for up to 0.1 s: at 6,000 requests/s that was P99 and, now and then, P95.
    """
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


def search_as_usual() -> None:
    """Between blocks: nothing is left out."""
    gc.unfreeze()
    gc.set_threshold(*USUAL)
