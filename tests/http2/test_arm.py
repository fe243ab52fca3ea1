"""The HTTP/2 arm inside Locust: alone under plain Locust, and in a comparison with HTTP/1.1."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.locustfiles.locust_process import ended, environment
from tests.mock_service.service import Service, running

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def mock() -> Iterator[Service]:
    """A quick mock service with TLS and HTTP/2."""
    with running("--no-network", "--service-time-factor", "0.1") as service:
        yield service


def test_plain_locust_plays_it_alone(mock: Service, tmp_path: Path) -> None:
    files = ("-f", "locustfiles/http2_user.py", "--csv", str(tmp_path / "http2"))
    plain = ended(tmp_path, "--headless", *files, "-u", "4", "-r", "4", "-t", "5s", env=environment(mock))
    assert plain.code == 0, plain.err
    with (tmp_path / "http2_stats.csv").open() as file:
        total = list(csv.DictReader(file))[-1]
    assert int(total["Request Count"]) > 10
    assert total["Failure Count"] == "0"


def test_in_a_comparison_it_asks_for_the_same_and_is_answered_the_same_over_http2(
    mock: Service, tmp_path: Path
) -> None:
    words = (
        "--headless",
        "--arms",
        "baseline,optimized,http2",
        "-u",
        "4",
        "--rounds",
        "2",
        "--requests",
        "40",
    )
    run = ended(tmp_path, *words, "--results", str(tmp_path / "results"), env=environment(mock))
    assert run.code in {0, 1, 3, 4}, run.err  # what the verdict is, is up to the machine
    folder = tmp_path / "results" / "latest"
    report = json.loads((folder / "comparison_report.json").read_text())
    assert report["request_semantics"]["identical"] is True
    protocols = {}
    for arm in ("baseline", "optimized", "http2"):
        with (folder / f"latency_{arm}.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert [row["error"] for row in rows] == [""] * 80
        protocols[arm] = {row["protocol"] for row in rows}
    assert protocols == {"baseline": {"HTTP/1.1"}, "optimized": {"HTTP/1.1"}, "http2": {"HTTP/2"}}
    answered = [arm["answered_sha256"] for arm in json.loads((folder / "run.json").read_text())["arms"]]
    assert len(set(answered)) == 1


def test_a_service_without_http2_fails_every_request_by_name(tmp_path: Path) -> None:
    with running("--no-network", "--service-time-factor", "0", "--no-http2") as service:
        files = ("-f", "locustfiles/http2_user.py", "--csv", str(tmp_path / "http2"))
        words = ("--headless", *files, "-u", "1", "-t", "1s")
        plain = ended(tmp_path, *words, env=environment(service))
    assert plain.code == 1
    with (tmp_path / "http2_failures.csv").open() as file:
        errors = [line["Error"] for line in csv.DictReader(file)]
    assert errors
    assert all("does not speak HTTP/2: by ALPN it offers http/1.1" in error for error in errors)
