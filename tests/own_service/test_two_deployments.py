"""Two deployments: each arm asks its own host, whatever --host says."""

import json
from pathlib import Path

import pytest

from mock_service.settings import PRESETS
from tests.locustfiles.locust_process import ROOT
from tests.locustfiles.run_files import compare
from tests.mock_service.service import running

pytestmark = pytest.mark.service

EXAMPLE = str(ROOT / "locustfiles" / "examples" / "two_deployments.py")


SERVICE = (
    *("--no-tls", "--no-network", "--jitter-sigma", "0.1", "--body-ms-per-kb", "0"),
    *(word for endpoint in ("item", "list", "order") for word in (f"--{endpoint}-ms", "700")),
)
"""Every answer takes about 700 ms times the factor of the preset: beside that other tests are no delay."""
SHAPE = ("-u", "16", "--rounds", "6", "--requests", "80")


def test_the_presets_reduction_is_found_and_passes(tmp_path: Path) -> None:
    with (
        running("--preset", "unoptimized", *SERVICE) as old,
        running("--preset", "optimized", *SERVICE) as new,
    ):
        hosts = {"OLD_HOST": old.address.url, "NEW_HOST": new.address.url, "PYTHONPATH": str(ROOT)}
        words = ("-f", EXAMPLE, *SHAPE, "--host", "http://127.0.0.1:1")
        run = compare(tmp_path, *words, service=None, **hosts)
    report = json.loads((run.files.path / "comparison_report.json").read_text())
    assert {arm["name"]: arm["host"] for arm in run.files.manifest["arms"]} == {
        "old": old.address.url,
        "new": new.address.url,
    }
    change = report["comparisons"][0]["p50"]
    implied = PRESETS["optimized"]["service_time_factor"] / PRESETS["unoptimized"]["service_time_factor"] - 1
    assert change["interval"][0] < implied + 0.05  # beside the service time there is the mock's own work
    assert change["interval"][1] > implied - 0.05
    assert report["verdict"] == "passed", run.ended.err
    assert report["request_semantics"]["identical"] is True
