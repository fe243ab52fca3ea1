"""Settings of all tests."""

import gevent
import pytest
from hypothesis import settings

# The same examples each time, and as long as they take: a deadline would test the machine.
settings.register_profile("deterministic", deadline=None, derandomize=True)
settings.load_profile("deterministic")


@pytest.fixture(autouse=True)
def fresh_loop_time() -> None:
    """Tell the event loop what time it is.

    It counts a timeout from the moment at which it ran last, which in a process of tests may be longer ago
    than the timeout is: then that ends before the first greenlet has run.
    """
    gevent.get_hub().loop.update_now()
