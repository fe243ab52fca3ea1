"""The parts of the load side that import Locust, tested in a process of their own.

Locust patches the process that imports it, and the tests of the service would hang. So the files
`in_locust/check_*.py` hold ordinary tests that one child pytest runs; each file is one test here.
"""

import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.locustfiles.locust_process import ROOT

FOLDER = Path(__file__).parent / "in_locust"
FILES = sorted(path.stem for path in FOLDER.glob("check_*.py"))
# Locust patches the standard library and must come before all that uses it.
PYTEST = "import locust, pytest, sys; sys.exit(pytest.main(sys.argv[1:]))"
OPTIONS = (
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
    *("-o", "python_files=check_*.py"),
    *("-p", "no:cacheprovider"),
    # The fixtures beside this file import the service, which does not work on a patched standard library.
    f"--confcutdir={FOLDER}",
)


@pytest.fixture(scope="session")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Sequence[tuple[str, str]]]:
    """For each file, its tests by name with what went wrong (empty when nothing did)."""
    results = tmp_path_factory.mktemp("in_locust") / "results.xml"
    command = [sys.executable, "-c", PYTEST, *OPTIONS, f"--junit-xml={results}", str(FOLDER)]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert child.returncode in {0, 1}, child.stdout + child.stderr  # all was collected, and run to the end
    found = defaultdict(list)
    for case in ET.parse(results).iter("testcase"):  # noqa: S314  # our own pytest wrote it
        wrong = "\n".join(child.text or "" for child in case if child.tag in {"failure", "error"})
        found[(case.get("classname") or "").split(".")[-1]].append((case.get("name") or "", wrong))
    return found


@pytest.mark.parametrize("file", FILES)
def test_in_locust(file: str, outcomes: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    failed = [f"{name}\n{wrong}" for name, wrong in outcomes[file] if wrong]
    assert not failed, "\n\n".join(failed)
    assert outcomes[file], f"{file} was not run"


def test_this_process_has_not_imported_locust() -> None:
    assert "locust" not in sys.modules
