"""Plain Locust with one arm's file: its own CSVs, complete and exact."""

import json
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.locustfiles.locust_process import ROOT, ended, environment
from tests.locustfiles.run_files import RunFiles
from tests.mock_service.service import Service

pytestmark = pytest.mark.service
both_arms = pytest.mark.parametrize("arm", ["baseline", "optimized"])
Seen = list[tuple[str, float, bool]]
LISTENER = "tests/locustfiles/counting_listener.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plain")


@pytest.fixture(scope="module")
def seen(mock: Service, folder: Path) -> Mapping[str, Seen]:
    """For each arm, the requests that a listener saw while Locust wrote its CSVs for 2 s."""
    found = {}
    for arm in ("baseline", "optimized"):
        env = environment(mock, SEEN_REQUESTS=str(folder / f"{arm}.json"))
        files = ("-f", f"locustfiles/{arm}.py,{LISTENER}", "--csv", str(folder / arm))
        plain = ended(folder, "--headless", *files, "-u", "4", "-r", "4", "-t", "2s", env=env)
        assert plain.code == 0, plain.err
        found[arm] = json.loads((folder / f"{arm}.json").read_text())
    return found


@both_arms
def test_the_csv_holds_every_request_to_the_last(seen: Mapping[str, Seen], folder: Path, arm: str) -> None:
    lines = {line["Name"]: line for line in RunFiles(path=folder).table(f"{arm}_stats.csv")}
    assert len(seen[arm]) > 10  # enough to be counted; how many is up to the machine
    assert int(lines["Aggregated"]["Request Count"]) == len(seen[arm])
    for name, count in Counter(name for name, *_ in seen[arm]).items():
        assert int(lines[name]["Request Count"]) == count


@both_arms
def test_percentiles_are_exact_and_have_decimals(seen: Mapping[str, Seen], folder: Path, arm: str) -> None:
    times_ms = sorted(time_ms for _, time_ms, _ in seen[arm])
    total = RunFiles(path=folder).total(f"{arm}_stats.csv")
    for column, quantile in (("50%", 0.5), ("90%", 0.9), ("95%", 0.95), ("99%", 0.99)):
        assert float(total[column]) == pytest.approx(times_ms[int(len(times_ms) * quantile)], rel=0.001)
    assert float(total["Average Response Time"]) == pytest.approx(statistics.mean(times_ms))
    assert any(not float(total[column]).is_integer() for column in ("50%", "90%", "95%", "99%"))


@both_arms
def test_all_of_locusts_files_are_there(seen: Mapping[str, Seen], folder: Path, arm: str) -> None:
    for suffix in ("stats", "stats_history", "failures", "exceptions"):
        assert (folder / f"{arm}_{suffix}.csv").read_text().strip()
    assert RunFiles(path=folder).table(f"{arm}_failures.csv") == []


def test_the_two_runs_can_be_compared(seen: Mapping[str, Seen], folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "analysis",
        "compare",
        str(folder / "baseline"),
        str(folder / "optimized"),
    ]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode in {0, 1, 3}, found.stderr
