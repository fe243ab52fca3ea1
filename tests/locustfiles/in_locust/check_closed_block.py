"""Stages of the closed model: who is at work, and when the next stage begins."""

from collections.abc import Iterator

import gevent
import pytest

from locustfiles.closed_block import ClosedBlock
from locustfiles.plan import ShopPlan
from locustfiles.shares import Leg
from locustfiles.turnstile import Turnstile


class Site:
    """Users that take one step each time the loop turns; who was at work is noted with every ticket."""

    def __init__(self, *legs: Leg, users: int = 4, lead_in: int = 0) -> None:
        self.drained = False
        self.played: list[tuple[int, str, int]] = []
        self.turnstile = Turnstile()
        self.block = ClosedBlock(
            id="1",
            arm="a",
            users=users,
            plan=ShopPlan(seed=1),
            lead_out=True,
            on_drained=lambda _: setattr(self, "drained", True),
            legs=legs,
            lead_in=lead_in,
        )
        self.turnstile.open(self.block)
        self.users = [gevent.spawn(self._play, name) for name in range(users)]

    def _play(self, name: int) -> None:
        for ticket in self.turnstile.tickets("a"):
            self.played.append((name, ticket.part, ticket.number))
            gevent.sleep(0)

    def turns(self, count: int) -> None:
        for _ in range(count):
            gevent.sleep(0)

    def at_work(self, part: str) -> set[int]:
        return {name for name, each, _ in self.played if each == part}

    def numbers(self, part: str) -> list[int]:
        return [number for _, each, number in self.played if each == part]


@pytest.fixture
def sites() -> Iterator[list[Site]]:
    opened: list[Site] = []
    yield opened
    for site in opened:
        site.block.close()
        site.turns(5)
        assert site.drained
        gevent.killall(site.users)


def test_stages_follow_each_other_with_the_users_of_each(sites: list[Site]) -> None:
    site = Site(
        Leg("stage:few", range(1, 21), 2, 2),
        Leg("measured", range(7, 47), 4, 4),
        Leg("stage:one", range(1, 11), 1, 1),
    )
    sites.append(site)
    assert site.block.to_settle == 70
    site.turns(100)
    assert site.numbers("stage:few") == list(range(1, 21))
    assert site.numbers("measured") == list(range(7, 47))
    assert site.numbers("stage:one") == list(range(1, 11))
    assert [len(site.at_work(part)) for part in ("stage:few", "measured", "stage:one")] == [2, 4, 1]
    parts = [part for _, part, _ in site.played]
    assert sorted(set(parts), key=parts.index) == ["stage:few", "measured", "stage:one", "lead-out"]
    assert len(site.at_work("lead-out")) == 1


def test_a_ramp_lets_users_in_one_by_one(sites: list[Site]) -> None:
    site = Site(Leg("measured", range(1, 41), 1, 4))
    sites.append(site)
    site.turns(100)
    firsts = [next(i for i, (name, *_) in enumerate(site.played) if name == user) for user in range(4)]
    # Rounded, a straight line from 1 to 4 over 40 numbers reaches 2, 3, 4 users after 6.7, 20, 33.3 of them.
    assert firsts[0] == 0
    assert [abs(found - planned) <= 2 for found, planned in zip(firsts[1:], (7, 20, 34), strict=True)] == [
        True
    ] * 3


def test_only_who_is_at_work_at_the_beginning_leads_in(sites: list[Site]) -> None:
    site = Site(Leg("measured", range(1, 11), 2, 2), lead_in=3)
    sites.append(site)
    site.turns(50)
    assert len(site.numbers("lead-in")) == 6
    assert site.at_work("lead-in") == {0, 1}


def test_a_stage_of_which_this_worker_has_nothing_is_passed_over(sites: list[Site]) -> None:
    site = Site(
        Leg("stage:none", range(1, 1), 0, 0),
        Leg("measured", range(1, 11), 3, 3),
        Leg("stage:none", range(1, 1), 0, 0),
    )
    sites.append(site)
    site.turns(50)
    assert site.numbers("measured") == list(range(1, 11))
    assert len(site.at_work("measured")) == 3


def test_users_that_wait_for_their_stage_rest_when_the_block_is_closed(sites: list[Site]) -> None:
    site = Site(Leg("measured", range(1, 1000), 1, 1))
    sites.append(site)
    site.turns(5)
    site.block.close()
    site.turns(5)
    assert site.drained
    assert site.block.entered == 4
