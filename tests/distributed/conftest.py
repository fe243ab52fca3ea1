"""Fixtures: mock services of two speeds."""

from collections.abc import Iterator

import pytest

from tests.mock_service.service import Service, running


@pytest.fixture(scope="session")
def quick() -> Iterator[Service]:
    """Answers in some 4 to 40 ms."""
    with running("--no-network", "--service-time-factor", "0.1") as service:
        yield service


@pytest.fixture(scope="session")
def steady() -> Iterator[Service]:
    """Answers in some 40 to 300 ms: a block lasts long enough for something to happen in its middle."""
    with running("--no-network", "--service-time-factor", "0.8") as service:
        yield service
