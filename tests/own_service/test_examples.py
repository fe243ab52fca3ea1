"""The examples, as their first lines say."""

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.distributed.processes import swarm, warnings
from tests.locustfiles.locust_process import ROOT
from tests.locustfiles.run_files import Comparison, compare
from tests.mock_service.service import Service, running

pytestmark = pytest.mark.service

EXAMPLES = ROOT / "locustfiles" / "examples"
SHAPE = ("-u", "4", "--rounds", "2", "--requests", "40", "--warmup-rounds", "0")
JUDGED = {0, 1, 3, 4}


def play(folder: Path, name: str, *arguments: str, service: Service | None, **env: str) -> Comparison:
    """An example, played to its end and judged."""
    words = ("-f", str(EXAMPLES / name), *SHAPE, *arguments)
    run = compare(folder, *words, service=service, PYTHONPATH=str(ROOT), **env)
    assert run.ended.code in JUDGED, run.ended.err
    assert (run.files.path / "comparison_report.json").exists()
    kept = [block["tasks"] for block in run.files.manifest["blocks"] if block["state"] == "kept"]
    assert kept == [{"planned": 40, "returned": 40}] * 4
    return run


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running("--no-tls", "--no-network", "--service-time-factor", "0.1") as service:
        yield service


def test_logins_and_data_from_a_csv_file(service: Service, tmp_path: Path) -> None:
    run = play(tmp_path, "login_and_csv.py", service=service)
    assert {row.name for row in run.files.all_rows() if row.part == "measured"} == {"/items", "/orders"}
    assert not [row.error for row in run.files.all_rows() if row.error]
    logins = [row for row in run.files.unmeasured() if row.name == "login"]
    assert len(logins) == 8
    assert {row.part for row in logins} == {"outside"}


def test_two_processes_play_free_form_arms_too(service: Service, tmp_path: Path) -> None:
    run = play(tmp_path, "two_classes.py", "--processes", "2", service=service)
    assert len(run.files.manifest["workers"]) == 2
    for block in run.files.manifest["blocks"]:
        rows = [row for row in run.files.rows(block["arm"]) if row.round == block["round"]]
        assert [row.request for row in rows] == list(range(1, 41))  # a request per task


def test_a_worker_with_another_locustfile_is_refused(service: Service, tmp_path: Path) -> None:
    with swarm(tmp_path, service=service) as several:
        several.start_master("-f", str(EXAMPLES / "two_classes.py"), *SHAPE, PYTHONPATH=str(ROOT))
        other = several.add_worker("-f", str(EXAMPLES / "login_and_csv.py"), PYTHONPATH=str(ROOT))
        ended = other.end()
        assert ended.code == 2, ended.err
        assert "the master refused this worker" in ended.err
        several.add_worker("-f", str(EXAMPLES / "two_classes.py"), PYTHONPATH=str(ROOT))
        assert several.end().code in JUDGED
        assert len(several.run.manifest["workers"]) == 1
        assert warnings(several.run, "worker-refused")


class Echo(socketserver.StreamRequestHandler):
    """Answers each line with the line."""

    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(line)


class EchoServer(socketserver.ThreadingTCPServer):
    """Drops its connections when it ends."""

    daemon_threads = True


def test_users_of_another_protocol(tmp_path: Path) -> None:
    with EchoServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            address = f"127.0.0.1:{server.server_address[1]}"
            run = play(tmp_path, "tcp_echo.py", service=None, ECHO_ADDRESS=address)
        finally:
            server.shutdown()
    assert {row.method for row in run.files.all_rows()} == {"ECHO"}
    assert not [row.error for row in run.files.all_rows() if row.error]
