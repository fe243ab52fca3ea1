"""The turnstile with users that only note what they were given."""

from collections.abc import Iterator
from itertools import islice

import gevent
import pytest

from locustfiles.closed_block import ClosedBlock
from locustfiles.plan import ShopPlan
from locustfiles.shares import Leg
from locustfiles.turnstile import Block, Ticket, Turnstile

PLAN = ShopPlan(seed=1)


class Site:
    """A turnstile, the blocks that have drained, and what users were given, in order."""

    def __init__(self) -> None:
        self.turnstile = Turnstile()
        self.drained: list[str] = []
        self.played: list[tuple[str, str, str, int]] = []

    def block(self, name: str, *, arm: str = "a", numbers: range = range(1, 7), users: int = 2) -> Block:
        return self.variant(name, arm=arm, numbers=numbers, users=users, lead_in=1, lead_out=True)

    def variant(
        self, name: str, *, arm: str, numbers: range, users: int, lead_in: int, lead_out: bool
    ) -> Block:
        return ClosedBlock(
            id=name,
            arm=arm,
            legs=[Leg("measured", numbers, users, users)],
            users=users,
            plan=PLAN,
            lead_in=lead_in,
            lead_out=lead_out,
            on_drained=lambda block: self.drained.append(block.id),
        )

    def user(self, name: str, arm: str = "a") -> "gevent.Greenlet[..., None]":
        """A user that takes one step each time the loop turns."""

        def play() -> None:
            for ticket in self.turnstile.tickets(arm):
                self.played.append((name, ticket.block.id, ticket.part, ticket.number))
                gevent.sleep(0)

        return gevent.spawn(play)

    def turns(self, count: int = 50) -> None:
        for _ in range(count):
            gevent.sleep(0)

    def parts(self, part: str, block: str | None = None) -> list[int]:
        return [each[3] for each in self.played if each[2] == part and block in (None, each[1])]


@pytest.fixture
def site() -> Site:
    return Site()


def take(tickets: Iterator[Ticket], count: int) -> list[tuple[str, int]]:
    return [(ticket.part, ticket.number) for ticket in islice(tickets, count)]


def test_each_user_leads_in_then_takes_numbers_then_leads_out_until_the_block_is_closed(site: Site) -> None:
    block = site.variant("1", arm="a", numbers=range(1, 5), users=2, lead_in=2, lead_out=True)
    first, second = block.tickets(), block.tickets()
    assert take(first, 3) == [("lead-in", 1), ("lead-in", 2), ("measured", 1)]
    assert take(second, 4) == [("lead-in", 3), ("lead-in", 4), ("measured", 2), ("measured", 3)]
    assert [next(first).number, next(first).part] == [4, "lead-out"]
    assert next(second).part == "lead-out"
    block.close()
    assert list(first) == list(second) == []
    assert site.drained == ["1"]


def test_measured_tickets_carry_the_plan_of_their_number(site: Site) -> None:
    block = site.block("1", numbers=range(7, 10))
    measured = list(islice(block.tickets(), 4))[1:]
    assert [ticket.request for ticket in measured] == [PLAN.request(number) for number in (7, 8, 9)]


def test_without_lead_in_and_lead_out_there_are_the_numbers_and_nothing_else(site: Site) -> None:
    block = site.variant("1", arm="a", numbers=range(1, 4), users=1, lead_in=0, lead_out=False)
    assert take(block.tickets(), 99) == [("measured", 1), ("measured", 2), ("measured", 3)]
    assert site.drained == []
    block.close()
    assert site.drained == ["1"]


def test_a_block_drains_when_it_is_closed_and_the_last_user_rests_and_only_once(site: Site) -> None:
    block = site.block("1")
    one, other = block.tickets(), block.tickets()
    next(one), next(other)
    block.close()
    assert site.drained == []
    assert list(one) == []
    assert site.drained == []
    assert list(other) == []
    block.close()
    assert site.drained == ["1"]


def test_a_block_that_no_user_ever_entered_drains_as_it_is_closed(site: Site) -> None:
    block = site.block("1")
    block.close()
    assert (block.drained, site.drained) == (True, ["1"])


def test_a_block_closed_early_gives_out_no_more_numbers(site: Site) -> None:
    block = site.block("1")
    tickets = block.tickets()
    assert take(tickets, 2) == [("lead-in", 1), ("measured", 1)]
    block.close()
    assert list(tickets) == []


def test_users_wait_for_their_arms_turn_and_each_number_is_played_once(site: Site) -> None:
    for name in "12":
        site.user(name, "a")
    for name in "34":
        site.user(name, "b")
    site.turns()
    assert site.played == []
    site.turnstile.open(site.block("A", arm="a"))
    site.turns()
    site.turnstile.close()
    site.turns()
    assert {name for name, *_ in site.played} == {"1", "2"}
    assert sorted(site.parts("measured")) == list(range(1, 7))
    site.turnstile.open(site.block("B", arm="b", numbers=range(1, 4)))
    site.turns()
    site.turnstile.close()
    site.turns()
    assert {name for name, block, *_ in site.played if block == "B"} == {"3", "4"}
    assert sorted(site.parts("measured", "B")) == [1, 2, 3]
    assert site.drained == ["A", "B"]


def test_the_next_block_of_the_same_arm_is_played_by_the_same_users(site: Site) -> None:
    for name in "12":
        site.user(name)
    for block in "AB":
        site.turnstile.open(site.block(block))
        site.turns()
        site.turnstile.close()
        site.turns()
    assert [{name for name, block, *_ in site.played if block == each} for each in "AB"] == [{"1", "2"}] * 2


def test_a_late_user_joins_while_the_block_admits_it(site: Site) -> None:
    site.user("1")
    site.turnstile.open(site.block("A", users=2, numbers=range(1, 4)))
    site.turns(10)
    site.user("late")
    site.turns(10)
    assert next(part for name, _, part, _ in site.played if name == "late") == "lead-in"
    block = site.turnstile.at_work
    assert block
    assert block.entered == 2


def test_a_user_too_many_waits_for_the_next_turn(site: Site) -> None:
    site.user("1")
    site.user("2")
    site.turns()
    site.turnstile.open(site.block("A", users=2))
    site.turns(5)
    site.user("late")
    site.turns()
    assert not any(name == "late" for name, *_ in site.played)
    site.turnstile.close()
    site.turns()
    site.turnstile.open(site.block("B", users=3))
    site.turns()
    assert any(name == "late" and block == "B" for name, block, *_ in site.played)


def test_a_user_that_comes_after_the_block_closed_waits_for_the_next_turn(site: Site) -> None:
    block = site.block("A")
    site.turnstile.open(block)
    held = block.tickets()
    next(held)
    site.turnstile.close()
    site.user("late")
    site.turns()
    assert site.played == []
    assert list(held) == []
    site.turnstile.open(site.block("B"))
    site.turns()
    assert {(name, block) for name, block, *_ in site.played} == {("late", "B")}


def test_a_block_cannot_open_while_users_of_another_are_at_work(site: Site) -> None:
    block = site.block("A")
    site.turnstile.open(block)
    tickets = block.tickets()
    next(tickets)
    site.turnstile.close()
    with pytest.raises(RuntimeError, match="block B cannot open: block A is still at work"):
        site.turnstile.open(site.block("B"))
    assert list(tickets) == []
    site.turnstile.open(site.block("B"))
    assert site.turnstile.at_work is not None


def test_an_abandoned_block_is_not_waited_for_and_reports_nothing(site: Site) -> None:
    block = site.block("A")
    site.turnstile.open(block)
    tickets = block.tickets()
    next(tickets)
    site.turnstile.abandon()
    assert site.turnstile.at_work is None
    assert list(tickets) == []
    assert site.drained == []
    site.turnstile.open(site.block("B"))
    site.user("1")
    site.turns()
    assert {block for _, block, *_ in site.played} == {"B"}


def test_closing_when_nothing_is_at_work_does_nothing(site: Site) -> None:
    site.turnstile.close()
    site.turnstile.abandon()
    assert site.turnstile.at_work is None
