"""What is written runs as it is: its arms, its plan, its objectives."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from locustfiles.new.cli import main
from tests.locustfiles.locust_process import ROOT, Ended, ended, environment
from tests.locustfiles.run_files import RunFiles, runs_in
from tests.mock_service.service import Service, running

pytestmark = pytest.mark.service
SHORT = ("--headless", "-u", "3", "--rounds", "1", "--warmup-rounds", "0", "--requests", "30")


@pytest.fixture(scope="module")
def mock() -> Iterator[Service]:
    """A quick mock service with TLS."""
    with running("--no-network", "--service-time-factor", "0.1") as service:
        yield service


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which this process is in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def play(folder: Path, service: Service, *words: str) -> tuple[Ended, RunFiles | None]:
    """A run of the locustfile in a folder, from the checkout's environment."""
    (folder / "results").mkdir()
    where = ("--results", str(folder / "results"), "--sla", str(folder / "sla.toml"))
    command = ("-f", str(folder / "shop.py"), *SHORT, *where, *words)
    played = ended(folder / "locust", *command, env=environment(service, PYTHONPATH=str(ROOT)))
    return played, next(iter(runs_in(folder / "results")), None)


def test_the_starting_point_plays_its_own_arms(folder: Path, mock: Service) -> None:
    assert main(["new", "shop"], prog="new") == 0
    played, run = play(folder, mock)
    assert run is not None, played.err
    assert run.arms == ["before", "after"]
    assert [arm["user_class"] for arm in run.manifest["arms"]] == ["Before", "After"]
    assert {len(run.rows(arm)) for arm in run.arms} == {30}
    assert not any(row.error for row in run.all_rows())
    assert {objective["arm"] for objective in run.manifest["objectives"]} == {"after"}
    report = json.loads((run.path / "comparison_report.json").read_text())
    assert report["request_semantics"]["identical"] is True


def test_requests_of_a_description_are_asked_by_their_weights(folder: Path, mock: Service) -> None:
    (folder / "openapi.json").write_bytes(mock.ask("/openapi.json").body)
    assert main(["new", "shop", "--from-openapi", "openapi.json"], prog="new") == 0
    text = (folder / "shop.py").read_text()
    never = text.replace(
        '        1,\n        LogicalRequest(\n            name="GET /health"',
        '        0,\n        LogicalRequest(\n            name="GET /health"',
    )
    assert never != text
    (folder / "shop.py").write_text(never)
    _, run = play(folder, mock)
    assert run is not None
    asked = Counter(row.name for row in run.all_rows())
    assert set(asked) == {"GET /items/{item_id}", "GET /items", "POST /orders"}
    assert not any(row.error for row in run.all_rows())


@pytest.mark.parametrize(
    ("arms", "played"),
    [
        ("after,after", ["after", "after2"]),
        ("After,Before", ["after", "before"]),
        ("baseline,after", ["baseline", "after"]),
    ],
)
def test_arms_of_the_file_and_those_that_come_along(
    folder: Path, mock: Service, arms: str, played: list[str]
) -> None:
    assert main(["new", "shop"], prog="new") == 0
    (folder / "sla.toml").write_text(
        '[[objective]]\nname = "P50"\narm = "optimized"\nmetric = "p50_ms"\nat_most = 1\n'
    )
    _, run = play(folder, mock, "--arms", arms)
    assert run is not None
    assert run.arms == played
    assert {len(run.rows(arm)) for arm in run.arms} == {30}


def test_the_first_arm_that_is_defined_is_the_baseline(folder: Path, mock: Service) -> None:
    """Whatever it derives from."""
    (folder / "shop.py").write_text(
        "from swarmgate.comparison import *\n"
        "class Lean(OptimizedUser):\n    arm = 'lean'\n"
        "class Plain(BaselineUser):\n    arm = 'plain'\n"
    )
    (folder / "sla.toml").write_text(
        '[[objective]]\nname = "P50"\narm = "plain"\nmetric = "p50_ms"\nat_most = 1\n'
    )
    _, run = play(folder, mock)
    assert run is not None
    assert run.arms == ["lean", "plain"]


def test_an_arm_with_a_name_of_ours_takes_its_place(folder: Path, mock: Service) -> None:
    (folder / "shop.py").write_text(
        "from swarmgate.comparison import *\nclass Mine(OptimizedUser):\n    arm = 'optimized'\n"
    )
    (folder / "sla.toml").write_text((ROOT / "sla.toml").read_text())
    _, run = play(folder, mock, "--arms", "baseline,optimized")
    assert run is not None
    assert [arm["user_class"] for arm in run.manifest["arms"]] == ["BaselineUser", "Mine"]


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("old", "New", "Two.arm = 'New': expected lower-case letters"),
        ("old", "old", "One.arm = 'old': another class of the locustfile has the same name"),
    ],
)
def test_names_that_no_arm_can_have(
    folder: Path, mock: Service, first: str, second: str, message: str
) -> None:
    (folder / "shop.py").write_text(
        "from swarmgate.comparison import *\n"
        f"class One(BaselineUser):\n    arm = '{first}'\n"
        f"class Two(OptimizedUser):\n    arm = '{second}'\n"
    )
    played, run = play(folder, mock)
    assert (played.code, run) == (2, None)
    assert message in played.err


def test_a_plan_with_a_mistake_is_refused_before_the_run(folder: Path, mock: Service) -> None:
    """It was called a defect of swarmgate, or the run waited for users that had died of it."""
    (folder / "shop.py").write_text(
        "from swarmgate.comparison import *\n"
        "class Mine(SeededPlan):\n"
        "    def draw(self, source):\n"
        "        return LogicalRequest(name='a', method='GET', path=nowhere)\n"
        "class Arm(OptimizedUser):\n    arm = 'mine'\n"
        "PlanUser.plan_class = Mine\n"
    )
    played, run = play(folder, mock)
    assert (played.code, run) == (2, None)
    assert "Mine: NameError: name 'nowhere' is not defined" in played.err
    assert "shop.py:4)" in played.err
