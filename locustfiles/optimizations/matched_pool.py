"""A pool matched to the concurrency: no connection that a user may need again is thrown away."""

from __future__ import annotations

from locustfiles.optimizations.keep_alive import KeepAlive


class MatchedPool(KeepAlive):
    """Mix-in for HttpUser: keep-alive with a pool that keeps every connection.

    A user holds one connection while it asks, so the pool grows to the concurrency and no further.
    """

    pool_size = 0  # urllib3 keeps idle connections in a queue.LifoQueue of this size, and 0 is no limit
