"""What is in the wheel: one name, three rooms, all that they need and nothing else."""

import zipfile
from pathlib import Path

import pytest

from tests.locustfiles.locust_process import ROOT
from tests.wheel.installed import Installed

ROOMS = {"locustfiles": "load", "analysis": "judge", "mock_service": "service"}
NOT_SHIPPED = {"Dockerfile", "requirements.txt"}


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as file:
        return set(file.namelist())


def test_site_packages_gets_no_name_but_swarmgate(installed: Installed) -> None:
    first = {name.partition("/")[0] for name in names(installed.wheel)}
    assert {name for name in first if not name.endswith(".dist-info")} == {"swarmgate"}


@pytest.mark.parametrize("package", ROOMS)
def test_every_file_of_a_room_is_there(installed: Installed, package: str) -> None:
    room = f"swarmgate/rooms/{ROOMS[package]}/"
    wanted = {
        room + path.relative_to(ROOT).as_posix()
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name not in NOT_SHIPPED
    }
    found = {name for name in names(installed.wheel) if name.startswith(room)}
    assert found - {"swarmgate/rooms/judge/sla.toml"} == wanted


def test_the_default_objectives_come_along(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as file:
        assert file.read("swarmgate/rooms/judge/sla.toml") == (ROOT / "sla.toml").read_bytes()


@pytest.mark.parametrize("package", ROOMS)
def test_a_room_is_not_importable_until_it_is_entered(
    installed: Installed, empty: Path, package: str
) -> None:
    asked = installed.python(
        empty,
        f"from importlib.util import find_spec\n"
        f"assert find_spec('{package}') is None\n"
        f"from swarmgate import layout\n"
        f"layout.enter('{ROOMS[package]}')\n"
        f"import {package}, sys\n"
        f"print({package}.__file__)\n"
        f"assert [room for room in {list(ROOMS)} if find_spec(room)] == ['{package}']",
    )
    assert asked.code == 0, asked.err
    assert Path(asked.out.strip()).is_relative_to(installed.packages)
