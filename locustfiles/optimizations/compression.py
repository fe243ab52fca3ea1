"""Compression: bodies come as gzip, and the line carries a fraction of their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from locust.env import Environment

if TYPE_CHECKING:
    from locust import HttpUser

    Base = HttpUser
else:
    Base = object


class Compression(Base):
    """Mix-in for HttpUser: asks for gzip, and for nothing else; requests decodes what comes."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)  # type: ignore[no-untyped-call]  # Locust leaves it untyped
        self.client.headers["Accept-Encoding"] = "gzip"
