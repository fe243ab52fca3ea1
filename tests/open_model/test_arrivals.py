"""When requests arrive: counts, order, rates and the dealing to workers, over all loads."""

import statistics
from dataclasses import replace
from itertools import islice, pairwise
from math import exp, isclose
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locustfiles.arrivals import LEAD_IN, LEAD_OUT, MEASURED, Schedule, Span, expected_requests, spans
from locustfiles.load import Load, Process, Stage, at_rate

RATES_RPS = st.floats(min_value=0.5, max_value=500)
DURATIONS_S = st.floats(min_value=0.5, max_value=20)
PROCESSES = st.sampled_from(get_args(Process))


@st.composite
def a_span(draw: st.DrawFn, part: str | None = None) -> Span:
    """A stretch at an even rate or a ramp, one in two measured."""
    begin, end, duration_s = draw(st.one_of(st.just(0.0), RATES_RPS)), draw(RATES_RPS), draw(DURATIONS_S)
    name = part or draw(st.sampled_from([MEASURED, "stage:ramp"]))
    return Span(name, max(1, expected_requests(begin, end, duration_s)), begin, end, duration_s)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    return Schedule(
        process=draw(PROCESSES),
        spans=[*draw(st.lists(a_span(), max_size=3)), draw(a_span(MEASURED))],
        seed=draw(st.integers(0, 9)),
        round_number=draw(st.integers(0, 9)),
        first_request=draw(st.integers(-500, 500)),
        lead_out=True,
        places=draw(st.integers(1, 5)),
    )


def steady(
    rate_rps: float, requests: int, *, process: Process = "constant", seed: int = 1, round_number: int = 1
) -> Schedule:
    return Schedule(
        process=process,
        spans=spans(at_rate(rate_rps, requests=requests, process=process), lead_in_s=0),
        seed=seed,
        round_number=round_number,
        first_request=1,
        lead_out=True,
    )


def moments_s(schedule: Schedule) -> list[float]:
    return [arrival.offset_s for arrival in schedule.until_lead_out()]


@given(schedules())
def test_dealt_out_arrivals_are_those_of_one_worker_and_every_number_is_given_once(
    schedule: Schedule,
) -> None:
    one = replace(schedule, places=1)
    whole = list(one.until_lead_out())
    dealt = [list(schedule.until_lead_out(place)) for place in range(schedule.places)]
    assert sorted(arrival for each in dealt for arrival in each) == sorted(whole)
    for place, arrivals in enumerate(dealt):
        assert whole[place :: schedule.places] == arrivals
        measured = {arrival.place for arrival in arrivals if arrival.part == MEASURED}
        assert schedule.numbers(place) == measured
    numbers = [arrival.place for arrival in whole if arrival.part == MEASURED]
    assert numbers == list(range(schedule.first_request, schedule.first_request + len(numbers)))
    assert len(whole) == schedule.planned


@given(schedules())
def test_the_lead_out_is_dealt_on_where_the_planned_arrivals_end(schedule: Schedule) -> None:
    dealt = [
        [*schedule.until_lead_out(place), *islice(schedule.lead_out_arrivals(place), 20)]
        for place in range(schedule.places)
    ]
    merged = sorted(arrival.offset_s for each in dealt for arrival in each)
    one = replace(schedule, places=1)
    whole = [*one.until_lead_out(), *islice(one.lead_out_arrivals(), 20)]
    assert merged[: len(whole)] == [arrival.offset_s for arrival in whole]


@given(schedules())
def test_time_never_runs_back_and_every_arrival_lies_in_its_span(schedule: Schedule) -> None:
    schedule = replace(schedule, places=1)
    arrivals = [*schedule.until_lead_out(), *islice(schedule.lead_out_arrivals(), 20)]
    assert all(one.offset_s <= other.offset_s for one, other in pairwise(arrivals))
    begin_s, left = 0.0, iter(arrivals)
    for span in schedule.spans:
        mine = list(islice(left, span.requests))
        assert {arrival.part for arrival in mine} == {span.part}
        assert all(begin_s <= arrival.offset_s <= begin_s + span.duration_s + 1e-9 for arrival in mine)
        begin_s += span.duration_s
    assert all(arrival.part == LEAD_OUT and arrival.offset_s >= begin_s - 1e-9 for arrival in left)


@given(a_span(), st.floats(0, 1), st.floats(0, 1))
def test_a_spans_moments_invert_the_integral_of_its_rate(span: Span, share: float, other: float) -> None:
    moment_s = span.moment_s(share)
    slope = (span.to_rps - span.from_rps) / span.duration_s
    reached = span.from_rps * moment_s + slope * moment_s**2 / 2
    assert isclose(reached, share * span.expected, rel_tol=1e-6, abs_tol=1e-6)
    assert (share <= other) == (moment_s <= span.moment_s(other)) or isclose(share, other, abs_tol=1e-9)
    assert span.moment_s(0) == 0
    assert isclose(span.moment_s(1), span.duration_s)


@given(RATES_RPS, st.integers(2, 500))
def test_a_constant_rate_is_evenly_spaced(rate_rps: float, requests: int) -> None:
    found = moments_s(steady(rate_rps, requests))
    assert found == pytest.approx([place / rate_rps for place in range(requests)], abs=1e-9)


def test_an_even_rate_goes_on_evenly_from_lead_in_to_lead_out() -> None:
    load = at_rate(20, requests=40, process="constant")
    schedule = Schedule(
        process="constant",
        spans=spans(load, lead_in_s=2),
        seed=1,
        round_number=1,
        first_request=7,
        lead_out=True,
    )
    arrivals = [*schedule.until_lead_out(), *islice(schedule.lead_out_arrivals(), 20)]
    assert [arrival.part for arrival in arrivals] == [LEAD_IN] * 40 + [MEASURED] * 40 + [LEAD_OUT] * 20
    assert [arrival.offset_s for arrival in arrivals] == pytest.approx([place / 20 for place in range(100)])
    assert [arrival.place for arrival in arrivals][40:80] == list(range(7, 47))


def test_a_profile_that_begins_with_an_unjudged_stage_needs_no_lead_in() -> None:
    warm = Stage(name="warm", kind="warm-up", requests=10, duration_s=1, rate_rps=(10, 10))
    judged = Stage(name="steady", kind="steady", requests=10, duration_s=1, rate_rps=(10, 10))
    parts = [span.part for span in spans(Load(model="open", stages=(warm, judged)), lead_in_s=5)]
    assert parts == ["stage:warm", MEASURED]
    assert spans(Load(model="open", stages=(judged, warm)), lead_in_s=5)[0].part == LEAD_IN


def test_a_ramp_from_nothing_reaches_its_rate_in_a_straight_line() -> None:
    schedule = Schedule(
        process="constant",
        spans=[Span(MEASURED, 500, 0, 100, 10)],
        seed=1,
        round_number=1,
        first_request=1,
        lead_out=False,
    )
    found = moments_s(schedule)
    for second in range(10):  # between t and t+1: the integral of 10·t, so 10·t + 5
        assert sum(second <= moment < second + 1 for moment in found) == pytest.approx(10 * second + 5, abs=1)


@given(st.integers(0, 50), st.integers(0, 50))
def test_poisson_moments_depend_on_seed_and_round_and_nothing_else(seed: int, round_number: int) -> None:
    def drawn(seed: int, round_number: int) -> list[float]:
        return moments_s(steady(50, 60, process="poisson", seed=seed, round_number=round_number))

    assert drawn(seed, round_number) == drawn(seed, round_number)
    assert drawn(seed, round_number) != drawn(seed + 1, round_number)
    assert drawn(seed, round_number) != drawn(seed, round_number + 1)


def test_poisson_arrivals_have_the_moments_of_a_poisson_process() -> None:
    """Over 200 seeds: exponential gaps, independent of each other, and counts of a window that scatter so."""
    rate_rps, requests = 50.0, 1000
    runs = [moments_s(steady(rate_rps, requests, process="poisson", seed=seed)) for seed in range(200)]
    gaps_s = [later - earlier for run in runs for earlier, later in pairwise(run)]
    assert statistics.fmean(gaps_s) == pytest.approx(1 / rate_rps, rel=0.01)
    assert statistics.pstdev(gaps_s) == pytest.approx(1 / rate_rps, rel=0.01)
    beyond = sum(gap > 2 / rate_rps for gap in gaps_s) / len(gaps_s)
    assert beyond == pytest.approx(exp(-2), rel=0.02)
    counts = [sum(5 <= moment < 6 for moment in run) for run in runs]
    # Given the count of all 20 s, that of one second is binomial: mean 50, variance 50·(1 - 1/20).
    assert statistics.fmean(counts) == pytest.approx(50, rel=0.05)
    assert statistics.variance(counts) == pytest.approx(47.5, rel=0.3)
    neighbours = statistics.correlation(gaps_s[:-1], gaps_s[1:])
    assert abs(neighbours) < 0.01


def test_a_poisson_lead_out_goes_on_at_the_last_rate() -> None:
    last = [
        list(islice(steady(50, 10, process="poisson", seed=seed).lead_out_arrivals(), 400))[-1]
        for seed in range(50)
    ]
    # 400 exponential gaps of 20 ms after 0.2 s; the standard error of the mean over 50 seeds is 57 ms.
    assert statistics.fmean(arrival.offset_s for arrival in last) == pytest.approx(8.2, abs=0.2)
