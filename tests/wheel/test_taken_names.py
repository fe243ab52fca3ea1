"""A package `locustfiles` of one's own: harmless until somebody imports it, and then a clear message."""

from pathlib import Path

import pytest

from tests.wheel.installed import Installed

OURS_FIRST = "import swarmgate.comparison\nimport locustfiles.shared\n"
THEIRS_FIRST = "import locustfiles.shared\nimport swarmgate.comparison\n"


@pytest.fixture
def theirs(empty: Path) -> Path:
    """The folder of a team that keeps its locustfiles in one of that name."""
    (empty / "locustfiles").mkdir()
    (empty / "locustfiles" / "shared.py").write_text("")
    return empty


def make_regular(folder: Path) -> None:
    (folder / "locustfiles" / "__init__.py").write_text("")


@pytest.mark.parametrize("regular", [True, False])
@pytest.mark.parametrize("code", [OURS_FIRST, THEIRS_FIRST])
def test_whoever_imports_both_is_told_what_to_do(
    installed: Installed, theirs: Path, code: str, regular: bool
) -> None:
    if regular:
        make_regular(theirs)
    asked = installed.python(theirs, code)
    assert asked.code == 1
    last = asked.err.strip().splitlines()[-1]
    assert last.startswith("swarmgate.layout.NameTakenError: ")
    assert str(theirs / "locustfiles") in last
    assert "rename yours" in last


@pytest.mark.parametrize("regular", [True, False])
def test_a_folder_that_nobody_imports_does_no_harm(installed: Installed, theirs: Path, regular: bool) -> None:
    if regular:
        make_regular(theirs)
    asked = installed.python(theirs, "import swarmgate.comparison, locustfiles; print(locustfiles.__file__)")
    assert asked.code == 0, asked.err
    assert Path(asked.out.strip()).is_relative_to(installed.packages)


def test_a_module_that_nobody_has_is_missing_as_ever(installed: Installed, theirs: Path) -> None:
    asked = installed.python(theirs, "import swarmgate.comparison\nimport locustfiles.nowhere")
    assert asked.err.strip().splitlines()[-1].startswith("ModuleNotFoundError: No module named")
