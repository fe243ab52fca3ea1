"""Keep-alive: connections that stay open between requests, in one pool for all users of the process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from locust.env import Environment
from urllib3 import PoolManager

if TYPE_CHECKING:
    from locust import HttpUser

    Base = HttpUser
else:
    Base = object


class KeepAlive(Base):
    """Mix-in for HttpUser: keeps connections as one shared requests.Session would.

    A user who finds no kept connection opens one; what comes back while `pool_size` connections lie idle is
    closed. The pool is the user class's own, one per worker process. A kept connection that the service has
    closed meanwhile is replaced before anything is sent over it; one that breaks under a request fails that
    request, since requests and urllib3 send nothing twice here (`max_retries` is 0).
    """

    pool_size: ClassVar[int] = 10
    """Idle connections that are kept: the default of requests. 0 keeps all."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.pool_manager = PoolManager(maxsize=cls.pool_size)

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)  # type: ignore[no-untyped-call]  # Locust leaves it untyped
        self.client.headers["Connection"] = "keep-alive"
