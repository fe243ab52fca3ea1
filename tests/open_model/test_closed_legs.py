"""How the stages of a closed profile are dealt out to workers."""

from hypothesis import given
from hypothesis import strategies as st

from locustfiles.load import Stage
from locustfiles.shares import Leg, closed_legs, even_spread, measured_numbers

USERS = 12


@st.composite
def stages(draw: st.DrawFn) -> list[Stage]:
    count = draw(st.integers(1, 4))
    return [
        Stage(
            name=str(place),
            kind=draw(st.sampled_from(["steady", "ramp"])),
            requests=draw(st.integers(1, 200)),
            users=(draw(st.integers(1, USERS)), draw(st.integers(1, USERS))),
        )
        for place in range(count)
    ]


def held(workers: int) -> dict[str, int]:
    return even_spread(USERS, [f"w{place}" for place in range(workers)])


def test_without_stages_all_users_play_the_numbers_of_their_worker() -> None:
    found = closed_legs((), first=5, requests=10, users={"a": 2, "b": 3})
    assert found == {"a": [Leg("measured", range(5, 9), 2, 2)], "b": [Leg("measured", range(9, 15), 3, 3)]}


@given(stages(), st.integers(1, 20), st.integers(-50, 50))
def test_every_judged_number_is_given_once_and_every_stage_has_its_requests(
    planned: list[Stage], workers: int, first: int
) -> None:
    dealt = closed_legs(planned, first=first, requests=0, users=held(workers))
    assert all(len(legs) == len(planned) for legs in dealt.values())
    for place, stage in enumerate(planned):
        assert sum(len(legs[place].numbers) for legs in dealt.values()) == stage.requests
        assert {legs[place].part for legs in dealt.values()} == {stage.part}
    numbers = sorted(number for legs in dealt.values() for number in measured_numbers(legs))
    judged = sum(stage.requests for stage in planned if stage.judged)
    assert numbers == list(range(first, first + judged))


@given(stages(), st.integers(1, 20))
def test_no_worker_needs_more_users_than_it_holds_and_together_they_are_the_stages(
    planned: list[Stage], workers: int
) -> None:
    users = held(workers)
    dealt = closed_legs(planned, first=1, requests=0, users=users)
    for worker, legs in dealt.items():
        assert all(max(leg.from_users, leg.to_users) <= users[worker] for leg in legs)
    for place, stage in enumerate(planned):
        begin = sum(legs[place].from_users for legs in dealt.values())
        end = sum(legs[place].to_users for legs in dealt.values())
        assert (begin, end) == stage.users


@given(st.integers(1, 200), st.integers(0, 20), st.integers(0, 20))
def test_users_follow_the_numbers_in_a_straight_line_and_are_never_none(
    requests: int, begin: int, end: int
) -> None:
    leg = Leg("measured", range(requests), begin, end)
    found = [leg.users_at(handed_out) for handed_out in range(requests + 1)]
    assert (found[0], found[-1]) == (max(begin, 1), max(end, 1))
    assert found == sorted(found, reverse=begin > end)
