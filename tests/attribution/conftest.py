"""Fixtures: one attribution of a quick service, seen from the line."""

from collections.abc import Iterator

import pytest

from mock_service.server import Address
from tests.attribution.watched import REQUESTS, USERS, Watched
from tests.locustfiles.counting_proxy import counting_proxy
from tests.locustfiles.run_files import compare
from tests.mock_service.service import Service, running


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    shape = ("--attribute", "-u", str(USERS), "--requests", str(REQUESTS))
    folder = tmp_path_factory.mktemp("attribution")
    with (
        running("--no-network", "--service-time-factor", "0.2") as mock,
        counting_proxy(mock.address.url) as proxy,
    ):
        address = Address(url=proxy.url, ca_file=mock.address.ca_file)
        run = compare(folder, *shape, service=Service(process=mock.process, address=address))
        yield Watched(run.files, proxy)
