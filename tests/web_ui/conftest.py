"""Fixtures: a quick mock service, and Chromium where there is one."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.mock_service.service import Service, running
from tests.web_ui import chromium


@pytest.fixture(scope="session")
def mock() -> Iterator[Service]:
    """Answers in some 10 to 80 ms: rounds pass quickly, and can be watched."""
    with running("--no-network", "--service-time-factor", "0.2") as service:
        yield service


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium, closed with the module: Playwright runs once at a time in a process."""
    if chromium.PATH is None:
        pytest.skip("there is no chromium in PATH: install Debian's package to see the web UI tested")
    with chromium.chromium(chromium.PATH) as launched:
        yield launched
