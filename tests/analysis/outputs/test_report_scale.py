"""A report of a very large run."""

import subprocess
import sys

import pytest

from tests.analysis.synthetic import ROOT


@pytest.mark.soak
def test_a_million_requests_to_500_endpoints_take_20_seconds_and_1_gib_at_most() -> None:
    command = [sys.executable, "benchmarks/report_scale.py"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=250)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1,000,000 requests were planned and measured" in done.stdout
