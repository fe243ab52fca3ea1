"""Workers that `--processes` forked end with the process that forked them.

Locust means to interrupt those that are still there when it ends, and forgets all that it finds at work. They
would stay until the master has been silent for long enough, or for five minutes where they never met it. Of a
signal that ends the parent of `--worker --processes` alone they would not know at all.
"""

from __future__ import annotations

import os

import gevent

LOOK_S = 1.0
GRACE_S = 3.0
"""So long a worker may take to end by itself, which is what Locust means to wait."""


def end_with_parent() -> None:
    """See to it that processes forked from now on end soon after this one."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: gevent.spawn(_end_after, os.getppid()))


def _end_after(parent: int) -> None:
    while os.getppid() == parent:
        gevent.sleep(LOOK_S)
    gevent.sleep(GRACE_S)
    # What Ctrl-C does: a worker at work takes its leave, one that waits for its master gives up.
    gevent.get_hub().handle_system_error(KeyboardInterrupt, KeyboardInterrupt())
