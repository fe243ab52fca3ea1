"""What happens between the button Start and the first round."""

import json
from pathlib import Path

import pytest

from tests.mock_service.service import Service
from tests.web_ui.locust_ui import locust_ui

pytestmark = pytest.mark.service
FORM = {"user_count": 3, "spawn_rate": 1, "rounds": 1, "requests": 20}


def test_a_run_begins_with_the_objectives_that_its_form_was_checked_with(
    mock: Service, tmp_path: Path
) -> None:
    sla = tmp_path / "objectives.toml"
    sla.write_text('[[objective]]\nname = "P95"\narm = "optimized"\nmetric = "p95_ms"\nat_most = 60000\n')
    with locust_ui(tmp_path, "--sla", str(sla), service=mock) as ui:
        assert json.loads(ui.post("/swarm", **FORM).text)["success"]
        # To read them once more takes a second, in which Locust's page would show its form anew.
        sla.unlink()
        report = ui.results / "latest" / "comparison_report.json"
        ui.running.wait_until(report.exists, "the report")
        assert [row["name"] for row in json.loads(report.read_text())["objectives"]] == ["P95"]


def test_a_swarm_starts_once_all_its_workers_are_there(mock: Service, tmp_path: Path) -> None:
    with locust_ui(
        tmp_path, "--master", "--expect-workers", "2", "--master-bind-port", "0", service=mock
    ) as ui:
        answer = json.loads(ui.post("/swarm", **FORM).text)
        assert not answer["success"]
        assert answer["message"] == "0 of 2 workers are there: start when all have come"
        assert not ui.results.exists()
