"""When Python may look for garbage: seldom, since every search holds all requests up."""

import gc

YOUNG_OBJECTS = 50_000
"""So many more objects than at the last search start the next. A request at work holds about 30."""


def search_seldom() -> None:
    """Leave out of every search what there is now, and search for the rest far less often than by default.

    By default 700 more objects start a search: two dozen more requests at work. At 500 requests/s that was
    four times a second for 1 to 5 ms, and never found anything: requests leave no cycles. A closed connection
    leaves eight small objects of asyncio's.
    """
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
