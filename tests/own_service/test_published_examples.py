"""What Locust's own examples do, as arms: each plays to a judged report, and nothing is lost or added."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.locustfiles.locust_process import ROOT
from tests.locustfiles.run_files import compare
from tests.mock_service.service import Service, running

pytestmark = pytest.mark.service

ARMS = ROOT / "tests" / "own_service" / "arms"
USERS, ROUNDS, TASKS = 4, 2, 30
SHAPE = ("-u", str(USERS), "--rounds", str(ROUNDS), "--requests", str(TASKS), "--warmup-rounds", "0")
CODES = {"passed": 0, "failed": 1, "inconclusive": 3, "invalid": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What it must be seen to do: ask for these endpoints, of which some fail, and log in so many times."""

    file: str
    names: set[str]
    failing: set[str] = field(default_factory=set)
    logins: int = 0


EXAMPLES = (
    Example(file="website.py", names={"item", "list", "nowhere"}, failing={"nowhere"}),
    Example(file="fast_client.py", names={"item", "list"}),
    Example(file="waiting.py", names={"item"}),
    Example(file="all_there.py", names={"item"}),
    Example(file="credentials.py", names={"protected"}, logins=3),
    Example(file="rest.py", names={"ordered", "mistaken"}, failing={"mistaken"}),
    Example(file="sequence.py", names={"page", "item", "review"}),
)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running("--no-tls", "--no-network", "--service-time-factor", "0.1") as service:
        yield service


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.file)
def test_it_plays_and_is_judged(service: Service, tmp_path: Path, example: Example) -> None:
    run = compare(tmp_path, "-f", str(ARMS / example.file), *SHAPE, service=service, PYTHONPATH=str(ROOT))
    report = json.loads((run.files.path / "comparison_report.json").read_text())
    assert run.ended.code == CODES[report["verdict"]], run.ended.err
    checks = {check["check"]: check["passed"] for check in report["validity"]}
    assert checks["every planned request accounted for"] is True
    blocks = run.files.manifest["blocks"]
    assert [block["tasks"] for block in blocks] == [{"planned": TASKS, "returned": TASKS}] * (2 * ROUNDS)
    for arm in run.files.arms:
        rows = run.files.rows(arm)
        assert len(rows) == sum(block["requests"] for block in blocks if block["arm"] == arm)
        assert {row.name for row in rows} == example.names
        assert {row.name for row in rows if row.error} == example.failing
        assert all(row.error for row in rows if row.name in example.failing)
    outside = Counter(row.name for row in run.files.unmeasured() if row.part == "outside")
    assert outside == ({"login": example.logins} if example.logins else {})
    for arm in run.files.arms:
        assert not run.files.table(f"{arm}_exceptions.csv")
