"""`python -m locustfiles new`: what it writes, what it tells, and what it never overwrites."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.locustfiles.locust_process import ROOT, Ended, environment
from tests.new.described import SHELTER


def new(folder: Path, *words: str) -> Ended:
    ended = subprocess.run(
        [sys.executable, "-m", "locustfiles", "new", *words],
        cwd=folder,
        env=environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Ended(code=ended.returncode, out=ended.stdout, err=ended.stderr)


def test_it_writes_a_locustfile_and_objectives(tmp_path: Path) -> None:
    ended = new(tmp_path, "checkout")
    assert (ended.code, ended.err) == (0, "")
    assert (
        ended.out == "wrote checkout.py\nwrote sla.toml\nnext: locust -f checkout.py --headless --host URL\n"
    )
    assert {path.name for path in tmp_path.iterdir()} == {"checkout.py", "sla.toml"}


def test_it_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "checkout.py").write_text("mine")
    ended = new(tmp_path, "checkout.py")
    assert (ended.code, ended.out) == (2, "")
    assert "checkout.py is there already and stays as it is" in ended.err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_objectives_that_are_there_stay(tmp_path: Path) -> None:
    (tmp_path / "sla.toml").write_text("mine")
    ended = new(tmp_path, "checkout")
    assert ended.code == 0
    assert "sla.toml is there already" in ended.out
    assert (tmp_path / "sla.toml").read_text() == "mine"


@pytest.mark.parametrize("name", ["json", "locust", "swarmgate", "analysis", "1st", "a b", "a.b", "_hidden"])
def test_names_that_cannot_be(tmp_path: Path, name: str) -> None:
    ended = new(tmp_path, name)
    assert ended.code == 2
    assert name in ended.err
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    ended = new(tmp_path, "nowhere/checkout")
    assert ended.code == 2
    assert "nowhere/checkout.py: No such file or directory" in ended.err


def test_a_description_that_cannot_be_read_writes_nothing(tmp_path: Path) -> None:
    ended = new(tmp_path, "checkout", "--from-openapi", "nowhere.json")
    assert (ended.code, ended.out) == (2, "")
    assert "nowhere.json" in ended.err
    assert not list(tmp_path.iterdir())


def test_a_description_without_a_request_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.har").write_text('{"log": {"entries": []}}')
    ended = new(tmp_path, "checkout", "--from-har", "empty.har")
    assert ended.code == 2
    assert "no request that a plan can ask" in ended.err
    assert not (tmp_path / "checkout.py").exists()


def test_what_was_left_out_is_told_and_stands_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(SHELTER)
    ended = new(tmp_path, "shelter", "--from-openapi", "api.yaml")
    note = "POST /pictures is left out: its body is multipart/form-data; a plan carries JSON"
    assert ended.code == 0
    assert f"  {note}\n" in ended.out
    assert f"#    {note}\n" in (tmp_path / "shelter.py").read_text()
    assert ended.out.endswith("next: locust -f shelter.py --headless --host https://eu.example.com\n")


@pytest.mark.parametrize("words", [["checkout"], ["checkout", "--from-openapi", "api.yaml"]])
def test_what_is_written_is_formatted_and_clean(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "api.yaml").write_text(SHELTER)
    assert new(tmp_path, *words).code == 0
    ruff = str(Path(sys.executable).with_name("ruff"))
    settings = ["--no-cache", "--config", str(ROOT / "pyproject.toml"), "checkout.py"]
    for command in (["format", "--check"], ["check"]):
        checked = subprocess.run(
            [ruff, *command, *settings], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stdout
