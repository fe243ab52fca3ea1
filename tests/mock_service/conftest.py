"""Fixtures: running services, and a loop with a clock of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.mock_service.fake_loop import FakeLoop
from tests.mock_service.service import FAST, Service, running


@pytest.fixture
def loop() -> Iterator[FakeLoop]:
    """A loop on which time passes at once."""
    loop = FakeLoop()
    yield loop
    loop.close()


@pytest.fixture
def start() -> Iterator[Callable[..., Service]]:
    """What starts services for one test."""
    with ExitStack() as services:
        yield lambda *flags: services.enter_context(running(*flags))


@pytest.fixture(scope="session")
def fast_service() -> Iterator[Service]:
    """A service with TLS, and with its simulation off."""
    with running(*FAST) as service:
        yield service
