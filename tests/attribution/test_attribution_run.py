"""A real run of --attribute: what the arms do on the line, and what the manifest says of them."""

from collections import Counter
from pathlib import Path

import pytest

from locustfiles.attribution import OPTIMIZATIONS, SMALL_POOL
from tests.attribution.watched import REQUESTS, ROUNDS, USERS, Watched
from tests.locustfiles.run_files import compare
from tests.mock_service.service import running

pytestmark = pytest.mark.service

EVERY_REQUEST = ("baseline", "without_keep_alive")
MATCHED = ("pool", "compression", "optimized", "without_compression")


def test_all_arms_of_an_attribution_play_all_rounds(watched: Watched) -> None:
    assert watched.files.arms == list(OPTIMIZATIONS)
    for arm in OPTIMIZATIONS:
        rows = watched.files.rows(arm)
        assert len(rows) == ROUNDS * REQUESTS
        assert not [row.error for row in rows if row.error]


@pytest.mark.parametrize("arm", EVERY_REQUEST)
def test_an_arm_without_keep_alive_opens_a_connection_for_every_request(watched: Watched, arm: str) -> None:
    rows = [row for row in watched.files.all_rows() if row.arm == arm]
    assert sum(watched.opened(arm)) == len(rows)


@pytest.mark.parametrize("arm", MATCHED)
def test_an_arm_with_a_matched_pool_opens_one_connection_per_user_for_the_whole_run(
    watched: Watched, arm: str
) -> None:
    assert watched.opened(arm) == [USERS] + [0] * ROUNDS


def test_keep_alive_alone_throws_away_what_comes_back_beyond_ten_connections(watched: Watched) -> None:
    first, *later = watched.opened("keep_alive")
    assert first == USERS
    # The users of a turn start together, but the first may be answered before the last has asked.
    assert all(0 < opened <= USERS - SMALL_POOL for opened in later)


def test_a_pool_that_is_not_matched_makes_lean_users_share_ten_connections(watched: Watched) -> None:
    assert watched.opened("without_pool") == [SMALL_POOL] + [0] * ROUNDS


def test_all_users_wait_in_line_for_a_connection_and_none_for_ever(watched: Watched) -> None:
    # Every user has a request in the lead-in before it takes part in the measured ones.
    rows = [row for row in watched.files.unmeasured() if (row.arm, row.part) == ("without_pool", "lead-in")]
    lead_in = Counter(row.round for row in rows)
    assert set(lead_in.values()) == {USERS}


def test_http2_multiplexes_all_users_over_one_connection(watched: Watched) -> None:
    assert watched.opened("http2") == [1] + [0] * ROUNDS


def test_nothing_is_connected_outside_of_the_turns(watched: Watched) -> None:
    assert len(watched.proxy.opened_at) == sum(sum(watched.opened(arm)) for arm in OPTIMIZATIONS)


def test_every_arm_asks_and_is_answered_the_same(watched: Watched) -> None:
    arms = watched.files.manifest["arms"]
    assert len({arm["asked_sha256"] for arm in arms}) == 1
    assert arms[0]["asked_sha256"] is not None
    assert len({arm["answered_sha256"] for arm in arms}) == 1
    assert watched.files.manifest["semantics"]["asked_differences"] == 0


def test_every_arm_stands_in_every_place_once(watched: Watched) -> None:
    blocks = [block for block in watched.files.manifest["blocks"] if block["phase"] == "measured"]
    places = Counter(
        (place, block["arm"])
        for number in range(1, ROUNDS + 1)
        for place, block in enumerate(block for block in blocks if block["round"] == number)
    )
    assert set(places.values()) == {1}
    assert len(places) == ROUNDS**2


def test_the_manifest_names_the_steps_and_what_each_arm_has(watched: Watched) -> None:
    manifest = watched.files.manifest
    steps = manifest["attribution"]["steps"]
    assert [(step["direction"], step["against"], step["arm"]) for step in steps] == [
        ("added", "baseline", "keep_alive"),
        ("added", "keep_alive", "pool"),
        ("added", "pool", "compression"),
        ("added", "compression", "optimized"),
        ("added", "optimized", "http2"),
        ("removed", "optimized", "without_keep_alive"),
        ("removed", "optimized", "without_pool"),
        ("removed", "optimized", "without_compression"),
    ]
    arms = {arm["name"]: arm for arm in manifest["arms"]}
    assert arms["baseline"]["optimizations"] == []
    assert arms["pool"]["adds"] == ["pool matched to concurrency"]
    assert arms["without_compression"]["lacks"] == ["compression"]
    assert manifest["rounds"] == ROUNDS
    assert manifest["planned_looks"] == [ROUNDS]
    assert not [
        each for each in manifest["warnings"] if each["code"] in {"unbalanced-order", "pool-not-tried"}
    ]


def test_every_arm_states_the_protocol_that_was_spoken(watched: Watched) -> None:
    for arm in watched.files.manifest["arms"]:
        spoken = "HTTP/2" if arm["name"] == "http2" else "HTTP/1.1"
        assert arm["protocols"] == {spoken: ROUNDS * REQUESTS}
        assert arm.get("expected_protocol", spoken) == spoken


def test_a_run_that_cannot_show_the_pool_or_is_not_balanced_says_so(tmp_path: Path) -> None:
    few = ("-u", str(SMALL_POOL), "--rounds", "2", "--warmup-rounds", "0", "--requests", "10")
    with running("--no-network", "--service-time-factor", "0.1") as mock:
        run = compare(tmp_path, "--attribute", *few, service=mock)
    warned = {each["code"]: each["message"] for each in run.files.manifest["warnings"]}
    assert "no worker has more than 10 users" in warned["pool-not-tried"]
    assert "the planned rounds (2) are no multiple of the 9 arms" in warned["unbalanced-order"]
