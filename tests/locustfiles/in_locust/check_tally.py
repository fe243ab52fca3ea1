"""Statistics from rows, against the rows themselves and against Locust's own."""

import csv
import io
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust.stats import RequestStats, StatsCSV

from locustfiles.exact_stats import bucket
from locustfiles.recorder import Row
from locustfiles.run_directory import HISTORY_COLUMNS
from locustfiles.tally import Tally, exact
from tests.locustfiles.in_locust.rows import ROWS, TIMES_MS, row, timed

STATS_HEADER = (
    "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,"
    "Max Response Time,Average Content Size,Requests/s,Failures/s,"
    "50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%"
)
HISTORY_HEADER = (
    "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%,"
    "Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,"
    "Total Min Response Time,Total Max Response Time,Total Average Content Size"
)


def tally_of(rows: list[Row], bucketing: Any = exact) -> Tally:
    tally = Tally(bucketing)
    tally.add(rows)
    return tally


def written(writer: StatsCSV) -> str:
    file = io.StringIO()
    writer.requests_csv(csv.writer(file))
    return file.getvalue()


def lines(tally: Tally) -> dict[str, dict[str, str]]:
    return {line["Name"]: line for line in csv.DictReader(io.StringIO(written(tally.csv())))}


@given(time_ms=st.floats(min_value=1e-3, max_value=1e7))
def test_a_bin_errs_by_at_most_a_twentieth_of_a_percent(time_ms: float) -> None:
    assert bucket(time_ms) == pytest.approx(time_ms, rel=0.0005)


def test_times_that_locust_would_tell_apart_by_a_tenth_stay_apart() -> None:
    # Locust's own rounding makes 1000 and 1100 of these, and 800 of 804.
    assert (bucket(1049), bucket(1051), bucket(804)) == (1049, 1051, 804)


def test_bins_above_a_second_keep_below_a_tenth_of_a_percent_apart() -> None:
    bins = sorted({bucket(1000 + step / 10) for step in range(90_000)})
    assert max(upper / lower for lower, upper in pairwise(bins)) <= 1.0011


@given(rows=ROWS)
def test_counts_are_those_of_the_rows_by_endpoint_and_in_all(rows: list[Row]) -> None:
    found = lines(tally_of(rows))
    for name, count in Counter(each.name for each in rows).items():
        assert int(found[name]["Request Count"]) == count
        failed = sum(each.name == name and bool(each.error) for each in rows)
        assert int(found[name]["Failure Count"]) == failed
    assert int(found["Aggregated"]["Request Count"]) == len(rows)
    assert int(found["Aggregated"]["Failure Count"]) == sum(bool(each.error) for each in rows)


@given(rows=ROWS)
def test_percentiles_of_a_block_are_the_rows_at_locusts_rank(rows: list[Row]) -> None:
    ordered = sorted(each.service_time_ms for each in rows)
    total = lines(tally_of(rows))["Aggregated"]
    for quantile, column in ((0.5, "50%"), (0.66, "66%"), (0.9, "90%"), (0.95, "95%"), (0.99, "99%")):
        rank = min(int(len(ordered) * quantile), len(ordered) - 1)
        assert float(total[column]) == ordered[rank]
    assert float(total["100%"]) == float(total["Max Response Time"]) == ordered[-1]
    assert float(total["Min Response Time"]) == ordered[0]


@given(rows=ROWS)
def test_percentiles_of_an_arm_are_the_rows_up_to_a_twentieth_of_a_percent(rows: list[Row]) -> None:
    ordered = sorted(each.service_time_ms for each in rows)
    total = lines(tally_of(rows, bucket))["Aggregated"]
    rank = min(int(len(ordered) * 0.95), len(ordered) - 1)
    assert float(total["95%"]) == pytest.approx(ordered[rank], rel=0.0005)


@given(rows=ROWS)
def test_percentiles_rise_and_never_pass_the_maximum(rows: list[Row]) -> None:
    for line in lines(tally_of(rows, bucket)).values():
        found = [float(value) for column, value in line.items() if column and column.endswith("%")]
        assert found == sorted(found)
        assert found[-1] <= float(line["Max Response Time"])


@given(rows=ROWS)
def test_locusts_own_statistics_of_the_same_requests_write_the_same_line(rows: list[Row]) -> None:
    stats = RequestStats(use_response_times_cache=False)
    for each in rows:
        time_ms: Any = each.service_time_ms
        stats.log_request(each.method, each.name, time_ms, each.response_bytes)
    ours = lines(tally_of(rows))
    for entry in (*stats.entries.values(), stats.total):
        line = ours[entry.name]
        assert int(line["Request Count"]) == entry.num_requests
        assert float(line["Average Response Time"]) == entry.avg_response_time
        assert float(line["Min Response Time"]) == entry.min_response_time
        assert float(line["Max Response Time"]) == entry.max_response_time
        assert float(line["Average Content Size"]) == entry.avg_content_length


def test_the_files_have_locusts_columns_in_locusts_order() -> None:
    assert written(tally_of([row()]).csv()).splitlines()[0] == STATS_HEADER
    assert ",".join(HISTORY_COLUMNS) == HISTORY_HEADER


def test_a_tally_of_nothing_writes_na_as_locust_does() -> None:
    line = lines(Tally(exact))["Aggregated"]
    assert (line["Request Count"], line["95%"], line["Requests/s"]) == ("0", "N/A", "0.0")


def test_the_total_is_the_last_line_and_has_no_type() -> None:
    last = written(tally_of([row()]).csv()).splitlines()[-1]
    assert last.startswith(",Aggregated,1,")


def test_requests_per_second_leave_out_the_other_arms_turns() -> None:
    tally = Tally(exact)
    tally.add([timed(1000, started_at=100.0), timed(1000, started_at=101.0)])
    tally.add([timed(1000, started_at=900.0), timed(1000, started_at=901.0)])
    assert tally.busy_s == 4
    assert float(lines(tally)["Aggregated"]["Requests/s"]) == pytest.approx(1.0)


def test_failures_are_counted_by_endpoint_and_error_with_first_and_last_time() -> None:
    rows = [
        timed(1000, started_at=100.0, error="StatusError: HTTP 500"),
        timed(1000, started_at=104.0, error="StatusError: HTTP 500"),
        timed(1000, started_at=105.0, error="TimeoutError"),
        row(),
    ]
    file = io.StringIO()
    tally_of(rows).csv().failures_csv(csv.writer(file))
    header, *found = file.getvalue().splitlines()
    assert header == "Method,Name,Error,Occurrences,First Seen,Last Seen"
    assert found == [
        "GET,GET /items,StatusError: HTTP 500,2,1970-01-01T00:01:41Z,1970-01-01T00:01:45Z",
        "GET,GET /items,TimeoutError,1,1970-01-01T00:01:46Z,1970-01-01T00:01:46Z",
    ]


def test_user_exceptions_add_up_over_the_blocks() -> None:
    tally = Tally(exact)
    seen = {"count": 2, "msg": "boom", "traceback": "here", "nodes": ["local"]}
    tally.add([row()], exceptions={"key": seen})
    tally.add([row()], exceptions={"key": seen})
    file = io.StringIO()
    tally.csv().exceptions_csv(csv.writer(file))
    assert file.getvalue().splitlines() == ["Count,Message,Traceback,Nodes", "4,boom,here,local"]


@given(rows=ROWS)
def test_the_histogram_holds_every_success_in_its_bin_and_no_failure(rows: list[Row]) -> None:
    bins = list(tally_of(rows, bucket).histogram())
    expected = Counter((each.method, each.name, bucket(each.latency_ms)) for each in rows if not each.error)
    assert {(method, name, time_ms): count for method, name, time_ms, count in bins} == expected


@given(times=st.lists(TIMES_MS, min_size=1, max_size=50))
def test_a_history_row_counts_all_requests_so_far_under_the_rate_of_the_last_block(
    times: list[float],
) -> None:
    whole, block = Tally(bucket), Tally(exact)
    rows = [timed(time_ms) for time_ms in times]
    whole.add(rows)
    whole.add(rows)
    block.add(rows)
    line = dict(zip(HISTORY_COLUMNS, whole.history_row(timestamp=5, users=20, block=block), strict=True))
    assert (line["Timestamp"], line["User Count"], line["Name"]) == (5, 20, "Aggregated")
    assert line["Total Request Count"] == 2 * len(times)
    assert float(line["Requests/s"]) == pytest.approx(block.stats.total.total_rps, abs=1e-6)
    assert line["Total Max Response Time"] == max(times)
