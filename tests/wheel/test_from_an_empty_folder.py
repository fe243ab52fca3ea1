"""From another repository: the wheel, a locustfile of at most twenty lines, one command, a verdict."""

import json
import re
import socket
from pathlib import Path

import pytest

from tests.distributed.processes import free_port
from tests.locustfiles.locust_process import ROOT, Ended
from tests.locustfiles.run_files import RunFiles
from tests.mock_service.service import Service
from tests.wheel.installed import Installed

pytestmark = pytest.mark.service

CODES = {"passed": 0, "failed": 1, "inconclusive": 3, "invalid": 4}
QUICK = ("--no-network", "--service-time-factor", "0.2")
SHORT = ("-u", "4", "--rounds", "6", "--requests", "12")
SHORTER = ("-u", "4", "--rounds", "1", "--requests", "12")
OWN_SLA = "there is no sla.toml in this folder"


def example() -> str:
    """The locustfile that docs/your-own-service.md begins with."""
    text = (ROOT / "docs" / "your-own-service.md").read_text()
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1]


def judged(folder: Path, ended: Ended) -> RunFiles:
    """The run that a folder holds, whose verdict the exit code tells."""
    run = RunFiles(path=folder / "results" / "latest")
    report = json.loads((run.path / "comparison_report.json").read_text())
    assert ended.code == CODES[report["verdict"]], ended.err
    kept = {check["check"]: check["passed"] for check in report["validity"]}
    assert kept["every planned request accounted for"] is True
    assert kept["the arms asked for the same"] is True
    return run


def test_twenty_lines_and_one_command_give_a_verdict(installed: Installed, empty: Path) -> None:
    (empty / "shop.py").write_text(example())
    assert len(example().splitlines()) <= 20
    command = ["mock", "exec", *QUICK, "--", "locust", "-f", "shop.py", "--headless", *SHORT]
    ended = installed.run(empty, "swarmgate", *command)
    run = judged(empty, ended)
    assert run.arms == ["old", "new"]
    assert {arm: len(run.rows(arm)) for arm in run.arms} == {"old": 72, "new": 72}
    assert not any(row.error for row in run.all_rows())
    assert OWN_SLA in ended.err
    assert {objective["name"] for objective in run.manifest["objectives"]} == {
        "P95 latency",
        "No failed requests",
        "P95 no worse than baseline",
    }
    assert {path.name for path in empty.iterdir()} == {"shop.py", "results"}
    again = installed.run(empty, "swarmgate", "report", "results/latest")
    assert (again.code, again.out.splitlines()[0]) == (ended.code, ended.out.splitlines()[0])


def test_an_analysis_and_a_mock_service_of_ones_own_stay_ones_own(
    installed: Installed, mock: Service, empty: Path
) -> None:
    """They are found by the locustfile, and not by the child processes that judge."""
    for package in ("analysis", "mock_service"):
        (empty / package).mkdir()
        (empty / package / "__init__.py").write_text("OWNER = 'you'\n")
    mine = "import analysis, mock_service\nassert analysis.OWNER == mock_service.OWNER == 'you'\n"
    (empty / "shop.py").write_text(mine + example())
    (empty / "sla.toml").write_text((ROOT / "sla.toml").read_text())
    command = ["mock", "exec", *QUICK, "--", "locust", "-f", "shop.py", "--headless", *SHORTER]
    ended = installed.run(empty, "swarmgate", *command)
    judged(empty, ended)
    assert OWN_SLA not in ended.err


def test_run_plays_what_comes_along_over_several_processes(
    installed: Installed, mock: Service, empty: Path
) -> None:
    env = installed.env(
        LOCUST_HOST=mock.address.url,
        SSL_CERT_FILE=str(mock.address.ca_file),
        REQUESTS_CA_BUNDLE=str(mock.address.ca_file),
        SWARMGATE_TOKEN="t" * 32,
    )
    ended = installed.run(empty, "swarmgate", "run", "--processes", "2", *SHORTER, env=env)
    run = judged(empty, ended)
    assert run.arms == ["baseline", "optimized"]
    assert len(run.manifest["workers"]) == 2


def test_run_plays_the_locustfile_that_is_named(installed: Installed, empty: Path) -> None:
    (empty / "shop.py").write_text("raise SystemExit('it is this one')\n")
    for words, env in (
        (["-f", "shop.py"], {}),
        ([], {"LOCUST_LOCUSTFILE": "shop.py"}),
    ):
        ended = installed.run(empty, "swarmgate", "run", *words, env=installed.env(**env))
        assert "it is this one" in ended.err
    (empty / "pyproject.toml").write_text('[tool.locust]\nlocustfile = "shop.py"\n')
    assert "it is this one" in installed.run(empty, "swarmgate", "run").err


def test_web_ui_and_master_listen_on_loopback_alone(installed: Installed, mock: Service, empty: Path) -> None:
    """127.0.0.2 is reached by who listens on every interface, and not by who listens on 127.0.0.1."""
    (empty / "shop.py").write_text(example() + LISTENING)
    ports = free_port(), free_port()
    words = ["-f", "shop.py", "--master", "--web-port", str(ports[0]), "--master-bind-port", str(ports[1])]
    ended = installed.run(empty, "locust", *words, env=installed.env(SWARMGATE_TOKEN="t" * 32))
    assert json.loads(ended.out.splitlines()[-1]) == {
        "web": {"127.0.0.1": True, "127.0.0.2": False},
        "master": {"127.0.0.1": True, "127.0.0.2": False},
    }, ended.err


LISTENING = """

import json
import socket
import gevent
from locust import events


def reached(address, port):
    try:
        socket.create_connection((address, port), timeout=5).close()
    except OSError:
        return False
    return True


def look(environment):
    options = environment.parsed_options
    ports = {"web": options.web_port, "master": options.master_bind_port}
    while not all(reached("127.0.0.1", port) for port in ports.values()):
        gevent.sleep(0.05)
    addresses = ("127.0.0.1", "127.0.0.2")
    found = {name: {each: reached(each, port) for each in addresses} for name, port in ports.items()}
    print(json.dumps(found))
    environment.runner.quit()
    environment.web_ui.stop()


@events.init.add_listener
def start(environment, **_):
    gevent.spawn(look, environment)
"""


def test_loopback_can_tell_its_addresses_apart() -> None:
    """What the test above relies on."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("", 0)) as every:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", one.getsockname()[1]), timeout=5)
        socket.create_connection(("127.0.0.2", every.getsockname()[1]), timeout=5).close()
