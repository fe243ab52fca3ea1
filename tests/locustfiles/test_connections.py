"""Connections and trust, as a TCP relay and a wrong certificate show them."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

from mock_service.server import Address
from tests.locustfiles.counting_proxy import CountingProxy, counting_proxy
from tests.locustfiles.run_files import SHORT, Play, RunFiles
from tests.mock_service.service import Service

pytestmark = pytest.mark.service
USERS, ROUNDS = 4, 3


class Watched(NamedTuple):
    """A run through the proxy."""

    files: RunFiles
    proxy: CountingProxy

    def opened(self, arm: str) -> list[int]:
        """How many connections were opened in each of the arm's turns."""
        turns = [block for block in self.files.manifest["blocks"] if block["arm"] == arm]
        return [self.proxy.opened(turn["started_at"], turn["ended_at"]) for turn in turns]


@pytest.fixture(scope="module")
def watched(play: Play, mock: Service) -> Iterator[Watched]:
    shape = ("-u", str(USERS), "--rounds", str(ROUNDS), "--requests", "40", "--warmup-rounds", "0")
    with counting_proxy(mock.address.url) as proxy:
        address = Address(url=proxy.url, ca_file=mock.address.ca_file)
        run = play(*shape, service=Service(process=mock.process, address=address))
        yield Watched(run.files, proxy)


def test_the_optimized_arm_opens_one_connection_per_user_for_the_whole_run(watched: Watched) -> None:
    opened = watched.opened("optimized")
    assert opened == [USERS] + [0] * (ROUNDS - 1)


def test_the_baseline_opens_a_connection_for_every_request(watched: Watched) -> None:
    rows = [row for row in watched.files.all_rows() if row.arm == "baseline"]
    assert len(rows) >= ROUNDS * (40 + USERS)
    assert sum(watched.opened("baseline")) == len(rows)


def test_nothing_is_connected_outside_of_the_turns(watched: Watched) -> None:
    turns = watched.opened("baseline") + watched.opened("optimized")
    assert len(watched.proxy.opened_at) == sum(turns)


def test_a_certificate_that_the_given_authority_did_not_sign_fails_every_request_of_both_arms(
    play: Play, mock: Service, tmp_path: Path
) -> None:
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    address = Address(url=mock.address.url, ca_file=stranger)
    run = play(*SHORT, service=Service(process=mock.process, address=address))
    assert run.ended.code in {1, 4}
    for arm in ("baseline", "optimized"):
        rows = run.files.rows(arm)
        assert len(rows) == 40
        assert all("certificate verify failed" in row.error.lower().replace("_", " ") for row in rows)
