"""Fixtures: a service that answers every request after the same time."""

from collections.abc import Iterator

import pytest

from tests.mock_service.service import Service, running
from tests.open_model.service import STEADY_ANSWERS


@pytest.fixture(scope="session")
def steady_service() -> Iterator[Service]:
    with running(*STEADY_ANSWERS) as service:
        yield service
