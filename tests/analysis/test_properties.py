"""What must hold for any rows."""

import math
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.assessment import assess
from analysis.objectives import parse_objectives
from analysis.report import Report
from analysis.run_directory import read_run
from tests.analysis.synthetic import SLA, Rows, fail, manifest, measured, write_run

SLA_READ = parse_objectives(SLA[:2], source="test", answers_identical=False)
few = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))


def assessed(rows: Rows, **changes: object) -> Report:
    with TemporaryDirectory() as directory:
        return assess(read_run(write_run(Path(directory), rows, **changes)), SLA_READ)


def _failing(rows: Rows, share: float) -> Rows:
    return {arm: fail(frame, share=share) for arm, frame in rows.items()}


any_rows = st.builds(
    _failing,
    st.builds(
        measured,
        rounds=st.integers(1, 8),
        requests=st.integers(2, 60),
        seed=st.integers(0, 2**32),
        sigma=st.floats(0.01, 2),
    ),
    st.sampled_from([0.0, 0.02, 0.3, 1.1]),
)


@given(any_rows)
@few
def test_quantiles_rise_from_minimum_to_maximum(rows: Rows) -> None:
    for arm in assessed(rows).arms.values():
        latency = arm.latency_ms
        figures = [latency.min, latency.p50, latency.p90, latency.p95, latency.p99]
        known = [math.inf if figure is None else figure for figure in figures]
        assert known == sorted(known)
        if latency.p99 is not None and latency.max is not None:
            assert latency.p99 <= latency.max


@given(any_rows)
@few
def test_swapping_the_arms_flips_the_sign_of_the_log_change(rows: Rows) -> None:
    swapped = {"baseline": rows["optimized"], "optimized": rows["baseline"]}
    forth, back = (assessed(each).comparisons[0] for each in (rows, swapped))

    for name in ("p50", "p90", "p95", "p99", "mean", "throughput"):
        one, other = getattr(forth, name), getattr(back, name)
        for field in ("change_ratio", "paired_change_ratio"):
            left, right = getattr(one, field), getattr(other, field)
            assert (left is None) == (right is None)
            if left is not None:
                assert math.log1p(left) == pytest.approx(-math.log1p(right), abs=1e-9)
        if (
            one.interval is not None
            and other.interval is not None
            and None not in (*one.interval, *other.interval)
        ):
            low, high = (math.log1p(bound) for bound in other.interval)
            assert [math.log1p(bound) for bound in one.interval] == pytest.approx([-high, -low], abs=1e-9)


@given(any_rows)
@few
def test_the_order_of_the_rows_changes_nothing(rows: Rows) -> None:
    shuffled = {arm: frame.sample(frac=1, random_state=len(frame)) for arm, frame in rows.items()}
    planned = manifest(rows)["requests_per_block"]

    reports = assessed(shuffled, requests_per_block=planned), assessed(rows)

    left, right = (dict(leaves(report.model_dump(mode="json"))) for report in reports)
    assert left.keys() == right.keys()
    for place, value in left.items():
        # Sums of floats depend on their order in the last digits.
        assert right[place] == (pytest.approx(value, rel=1e-12) if isinstance(value, float) else value), place


def leaves(value: object, place: str = "") -> Iterator[tuple[str, object]]:
    """Every value of a JSON document by its place."""
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(each, f"{place}/{key}")
    else:
        yield place, value
