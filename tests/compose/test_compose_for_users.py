"""docs/compose-user.yml: somebody's folder with a locustfile, in the image that a checkout builds."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose.stack import ANYBODY, Stack, engine_missing
from tests.distributed.processes import assert_exact
from tests.locustfiles.locust_process import ROOT
from tests.locustfiles.run_files import RunFiles

MISSING = engine_missing()
pytestmark = [
    pytest.mark.service,
    pytest.mark.timeout(900),
    pytest.mark.skipif(bool(MISSING), reason=f"needs a Docker Engine with Compose: {MISSING}"),
]

REQUESTS = 72
SHORT = f"--rounds 1 --warmup-rounds 0 --requests {REQUESTS} -u 18 --request-timeout 30"
MOCK = """\
services:
  mock:
    image: swarmgate-mock
    command: [python, -m, mock_service, serve, --host, 0.0.0.0, --no-tls, --rtt-ms, "500"]
    healthcheck:
      test: [CMD, python, -c, "import urllib.request as web; web.urlopen('http://127.0.0.1:8443/health')"]
      interval: 2s
      timeout: 30s
      retries: 15
  master:
    depends_on: {mock: {condition: service_healthy}}
"""
SLA = '[[objective]]\nname = "P95"\narm = "new"\nmetric = "p95_ms"\nat_most = 60000\n'


@pytest.fixture
def theirs(tmp_path: Path) -> Iterator[Stack]:
    """A folder of somebody's own."""
    folder = tmp_path / "theirs"
    (folder / "results").mkdir(parents=True)
    shutil.copy2(ROOT / "docs" / "compose-user.yml", folder / "compose.yml")
    (folder / "compose.override.yml").write_text(MOCK)
    (folder / "sla.toml").write_text(SLA)
    (folder / "helper.py").write_text("NAME = 'GET /items/{id}'\n")
    text = (ROOT / "docs" / "your-own-service.md").read_text()
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found
    own = found[1].replace('name="GET /items/{id}"', "name=helper.NAME")
    assert "helper" in own
    (folder / "shop.py").write_text(f"import helper\n{own}")
    uid = ANYBODY if os.geteuid() == 0 else os.getuid()
    if os.geteuid() == 0:
        os.chown(folder / "results", ANYBODY, ANYBODY)
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("LOCUST", "SWARMGATE_"))
    }
    stack = Stack(
        folder=folder,
        env={
            **clean,
            "LOCUSTFILE": "shop.py",
            "LOCUST_HOST": "http://mock:8443",
            "SWARMGATE_UID": str(uid),
            "SWARMGATE_GID": str(uid),
            "SWARMGATE_ARGS": SHORT,
        },
    )
    yield stack
    stack.run("docker", "compose", "down", "--volumes", "--timeout", "5")


def test_a_folder_with_a_locustfile_is_all_that_it_takes(theirs: Stack, tmp_path: Path) -> None:
    (tmp_path / "checkout").mkdir()
    Stack.copied(tmp_path / "checkout").compose("build", "master", "mock")
    theirs.compose("-f", "compose.yml", "config", "--quiet")
    played = theirs.run("docker", "compose", "up", "--exit-code-from", "master")
    run = RunFiles(path=theirs.folder / "results" / "latest")
    report = json.loads((run.path / "comparison_report.json").read_text())
    codes = {"passed": 0, "failed": 1, "inconclusive": 3, "invalid": 4}
    assert played.returncode == codes[report["verdict"]], played.stdout[-4000:]
    assert run.arms == ["old", "new"]
    assert len(run.manifest["workers"]) == 2
    assert_exact(run, rounds=1, requests=REQUESTS)


def test_what_must_be_named_is_asked_for(theirs: Stack) -> None:
    for name in ("LOCUSTFILE", "LOCUST_HOST"):
        without = Stack(folder=theirs.folder, env={**theirs.env, name: ""})
        asked = without.run("docker", "compose", "config", "--quiet")
        assert asked.returncode != 0
        assert name in asked.stderr
