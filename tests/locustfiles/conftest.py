"""Fixtures: the mock service that most runs load, and a way to play a comparison against it."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.locustfiles.run_files import REQUESTS, ROUNDS, USERS, Comparison, Play, compare
from tests.mock_service.service import Service, running

# No network and a tenth of the service time: answers in 4 to 40 ms, and the mock's own work is still small.
QUICK = ("--no-network", "--service-time-factor", "0.1")


@pytest.fixture(scope="session")
def mock() -> Iterator[Service]:
    """A quick mock service with TLS."""
    with running(*QUICK) as service:
        yield service


@pytest.fixture(scope="session")
def play(mock: Service, tmp_path_factory: pytest.TempPathFactory) -> Play:
    """What plays a comparison with these arguments to its end."""
    numbers = count(1)

    def play(*arguments: str, service: Service = mock, **more: str) -> Comparison:
        folder = tmp_path_factory.mktemp(f"run-{next(numbers)}")
        return compare(folder, *arguments, service=service, **more)

    return play


@pytest.fixture(scope="session")
def six_rounds(play: Play) -> Comparison:
    """A comparison of the default shape in small: a warm-up and six rounds, lead-in and lead-out."""
    return play("-u", str(USERS), "--rounds", str(ROUNDS), "--requests", str(REQUESTS))
