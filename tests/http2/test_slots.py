"""Places on a connection: in order, never too many, none lost."""

import gevent
from gevent import Greenlet
from hypothesis import given
from hypothesis import strategies as st

from locustfiles.http2.slots import Slots


def waiting(slots: Slots, count: int) -> "list[Greenlet[[], bool]]":
    """So many greenlets that have asked for a place, in this order."""
    greenlets: list[Greenlet[[], bool]] = [gevent.spawn(slots.take) for _ in range(count)]
    gevent.sleep(0)
    return greenlets


def inside(greenlets: "list[Greenlet[[], bool]]") -> list[bool]:
    """For each, whether it has a place."""
    gevent.sleep(0)
    return [greenlet.value is True for greenlet in greenlets]


def test_nobody_has_a_place_before_there_are_any() -> None:
    slots = Slots()
    users = waiting(slots, 3)
    assert (inside(users), slots.taken, slots.load) == ([False] * 3, 0, 3)
    slots.resize(2)
    assert (inside(users), slots.taken, slots.load) == ([True, True, False], 2, 3)


def test_a_smaller_limit_takes_no_place_away_and_hands_none_on() -> None:
    slots = Slots()
    slots.resize(3)
    users = waiting(slots, 4)
    slots.resize(1)
    slots.give_back()
    slots.give_back()
    assert inside(users) == [True, True, True, False]
    slots.give_back()
    assert inside(users) == [True] * 4


def test_after_the_end_all_who_wait_and_come_are_sent_away() -> None:
    slots = Slots()
    users = waiting(slots, 2)
    slots.close()
    gevent.joinall(users)
    assert [user.value for user in users] == [False, False]
    assert slots.take() is False
    assert slots.load == 0


def test_who_is_interrupted_in_the_moment_of_admission_hands_the_place_on() -> None:
    slots = Slots()
    users = waiting(slots, 2)
    users[0].kill(block=False)
    slots.resize(1)  # the first is admitted, and has not run since
    gevent.joinall(users)
    assert inside(users) == [False, True]
    assert slots.taken == 1


@given(st.lists(st.sampled_from(["take", "give back", "grow", "shrink", "interrupt"]), max_size=40))
def test_places_are_never_lost_and_never_too_many(steps: list[str]) -> None:
    slots, limit, users = Slots(), 2, []
    slots.resize(limit)
    given_back = 0
    for step in steps:
        before = slots.taken
        if step == "take":
            users += waiting(slots, 1)
        elif step == "give back" and slots.taken:
            slots.give_back()
            given_back += 1
        elif step in {"grow", "shrink"}:
            limit = limit + 1 if step == "grow" else max(0, limit - 1)
            slots.resize(limit)
        elif step == "interrupt" and users:
            users[-1].kill()
        gevent.sleep(0)
        assert slots.taken <= max(limit, before)
        assert slots.taken == sum(user.value is True for user in users) - given_back
        alive = sum(not user.dead for user in users)
        assert alive == 0 or slots.taken >= limit
    gevent.killall(users)
