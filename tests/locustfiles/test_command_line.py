"""What the command line refuses before any load, and the settings that Locust finds in the project."""

import tomllib
from pathlib import Path

import pytest

from mock_service.settings import Settings
from tests.locustfiles.locust_process import ROOT, Ended, ended, environment

UNKNOWN_ARM = """
[[objective]]
name = "P95"
arm = "fastest"
metric = "p95_ms"
at_most = 800
"""


def locust_settings() -> dict[str, object]:
    found: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["locust"]
    return found


def test_locust_alone_finds_the_comparison_the_mock_and_20_users_in_the_project() -> None:
    found = locust_settings()
    port = Settings.model_fields["port"].default
    assert (found["locustfile"], found["users"]) == ("locustfiles/comparison.py", 20)
    assert found["host"] == f"https://127.0.0.1:{port}"


def test_master_and_web_ui_listen_on_the_loopback_interface_unless_told_otherwise() -> None:
    found = locust_settings()
    assert found["web-host"] == found["master-bind-host"] == "127.0.0.1"


def test_locusts_own_tables_are_off() -> None:
    assert locust_settings()["only-summary"] is True


def refused(folder: Path, *arguments: str) -> Ended:
    """What Locust says to bad arguments; there is no service, and none is asked for."""
    results = folder / "results"
    found = ended(folder, "--headless", "--results", str(results), *arguments, env=environment())
    assert not results.exists()
    assert found.code == 2
    assert "Traceback" not in found.err
    return found


@pytest.mark.service
def test_a_bad_argument_is_named_with_what_was_expected(tmp_path: Path) -> None:
    found = refused(tmp_path, "--rounds", "many")
    assert "swarmgate: --rounds many: expected a whole number from 1 up or auto" in found.err


@pytest.mark.service
def test_user_classes_are_not_chosen_past_the_arms(tmp_path: Path) -> None:
    assert "leave out OptimizedUser; expected none: --arms chooses" in refused(tmp_path, "BaselineUser").err


@pytest.mark.service
def test_a_missing_file_of_objectives_is_named(tmp_path: Path) -> None:
    found = refused(tmp_path, "--sla", str(tmp_path / "missing.toml"))
    assert "missing.toml" in found.err
    assert "--sla" in found.err


@pytest.mark.service
def test_an_objective_on_an_arm_that_is_not_played_is_refused_before_the_load(tmp_path: Path) -> None:
    (tmp_path / "sla.toml").write_text(UNKNOWN_ARM)
    assert "fastest" in refused(tmp_path, "--sla", str(tmp_path / "sla.toml")).err


@pytest.mark.service
def test_a_host_without_a_scheme_is_refused(tmp_path: Path) -> None:
    assert "--host 127.0.0.1:8443: expected a URL" in refused(tmp_path, "--host", "127.0.0.1:8443").err


@pytest.mark.service
def test_a_results_folder_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = ended(tmp_path, "--headless", "--results", str(tmp_path / "file"), env=environment())
    assert found.code == 2
    assert "--results" in found.err
    assert "expected a folder to write to" in found.err
    assert "Traceback" not in found.err
