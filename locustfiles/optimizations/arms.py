"""The arms of --attribute: the baseline with more and more optimizations, the optimized arm with one less."""

from __future__ import annotations

from locustfiles.attribution import SMALL_POOL
from locustfiles.baseline import BaselineUser
from locustfiles.optimizations.compression import Compression
from locustfiles.optimizations.keep_alive import KeepAlive
from locustfiles.optimizations.matched_pool import MatchedPool
from locustfiles.optimized import OptimizedUser
from locustfiles.plan_user import PlanUser


class KeepAliveUser(KeepAlive, BaselineUser):
    """The baseline with kept connections, of which requests' default keeps ten."""

    arm = "keep_alive"
    pool_size = SMALL_POOL


class PoolUser(MatchedPool, BaselineUser):
    """And with a pool that keeps as many as there are users at work."""

    arm = "pool"


class CompressionUser(Compression, MatchedPool, BaselineUser):
    """And with gzip: all of the optimized arm but its lean client."""

    arm = "compression"


class WithoutKeepAliveUser(OptimizedUser):
    """The optimized arm with a new connection for every request."""

    arm = "without_keep_alive"
    keep_alive = False


class WithoutPoolUser(OptimizedUser):
    """The optimized arm with ten connections for all users of the process, who wait for a free one."""

    arm = "without_pool"
    pool_limit = SMALL_POOL


class WithoutCompressionUser(OptimizedUser):
    """The optimized arm with plain bodies."""

    arm = "without_compression"
    encodings = "identity"


ADDED: tuple[type[PlanUser], ...] = (KeepAliveUser, PoolUser, CompressionUser)
"""One optimization more than the arm before, from the baseline on."""
REMOVED: tuple[type[PlanUser], ...] = (WithoutKeepAliveUser, WithoutPoolUser, WithoutCompressionUser)
"""One optimization less than the optimized arm."""
