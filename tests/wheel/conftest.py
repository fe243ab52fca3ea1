"""Fixtures: the installed wheel, a quick mock service, and an empty folder outside the project."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mock_service.service import Service, running
from tests.wheel.installed import Installed, install


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Built and installed once."""
    return install(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def mock() -> Iterator[Service]:
    """A quick mock service with TLS."""
    with running("--no-network", "--service-time-factor", "0.1") as service:
        yield service


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A folder that knows nothing of the project."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder
