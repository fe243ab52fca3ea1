"""Network namespaces as hosts: a master and three workers on addresses of their own, one of them cut off.

Needs root and `ip` (package iproute2). Everything happens inside namespaces that the test makes and removes.
"""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.distributed.processes import (
    ACCOUNTED,
    VERDICTS,
    assert_exact,
    check,
    kept_blocks,
    players,
    warnings,
)
from tests.locustfiles.locust_process import LOCUST, ROOT, Running, environment
from tests.locustfiles.run_files import RunFiles, runs_in

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("ip") is None,
        reason="network namespaces need root and the command ip (iproute2)",
    ),
]

WORKERS = 3
REQUESTS, ROUNDS = 400, 5


def ip(*words: str) -> None:
    """Run `ip`; its message stands in the failure."""
    ran = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"ip {' '.join(words)}: {ran.stderr}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """Namespaces on one bridge, which has a namespace of its own: host N has the address 10.91.0.N."""

    prefix: str
    folder: Path
    processes: ExitStack

    def name(self, number: int) -> str:
        """A namespace; number 0 is the switch."""
        return f"{self.prefix}{number}"

    def connect(self, number: int) -> None:
        """Make a host and plug it in."""
        host, switch = self.name(number), self.name(0)
        ip("netns", "add", host)
        self.processes.callback(ip, "netns", "delete", host)
        ip(
            "link",
            "add",
            "eth0",
            "netns",
            host,
            "type",
            "veth",
            "peer",
            "name",
            f"port{number}",
            "netns",
            switch,
        )
        ip("-n", host, "address", "add", f"10.91.0.{number}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            ip("-n", host, "link", "set", device, "up")
        ip("-n", switch, "link", "set", f"port{number}", "master", "bridge", "up")

    def plug(self, number: int, state: str) -> None:
        """Put the switch's end of a host's cable `up` or `down`."""
        ip("-n", self.name(0), "link", "set", f"port{number}", state)

    def start(self, number: int, name: str, *command: str, **env: str) -> Running:
        """Start a process on a host."""
        folder = self.folder / name
        folder.mkdir()
        with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
            process = subprocess.Popen(
                ["ip", "netns", "exec", self.name(number), *command],  # it becomes the command
                cwd=ROOT,
                env=environment(None, **env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )
        self.processes.callback(process.wait)
        self.processes.callback(process.kill)
        return Running(process=process, folder=folder)


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Hosts]:
    """A switch with nothing plugged in yet."""
    with ExitStack() as processes:
        hosts = Hosts(prefix=f"sg{secrets.token_hex(2)}-", folder=tmp_path, processes=processes)
        ip("netns", "add", hosts.name(0))
        processes.callback(ip, "netns", "delete", hosts.name(0))
        ip("-n", hosts.name(0), "link", "add", "bridge", "type", "bridge")
        ip("-n", hosts.name(0), "link", "set", "bridge", "up")
        yield hosts


def play(hosts: Hosts) -> tuple[Running, RunFiles]:
    """A service on host 9, a master on host 1, workers on hosts 2 to 4; the run has begun."""
    for number in (9, 1, *range(2, 2 + WORKERS)):
        hosts.connect(number)
    ca_file = hosts.folder / "ca.pem"
    flags = ["--host", "10.91.0.9", "--hostname", "10.91.0.9", "--ca-file", str(ca_file)]
    flags += ["--no-network", "--service-time-factor", "0.8"]
    service = hosts.start(9, "service", sys.executable, "-m", "mock_service", "serve", *flags)
    service.wait_until((service.folder / "out").read_text, "the service")
    env = {
        "SWARMGATE_TOKEN": secrets.token_hex(16),
        "LOCUST_HOST": "https://10.91.0.9:8443",
        "SSL_CERT_FILE": str(ca_file),
        "REQUESTS_CA_BUNDLE": str(ca_file),
    }
    results = hosts.folder / "results"
    words = ["--headless", "--master", "--master-bind-host", "10.91.0.1", "--expect-workers", str(WORKERS)]
    words += ["-u", "24", "--rounds", str(ROUNDS), "--requests", str(REQUESTS), "--warmup-rounds", "0"]
    master = hosts.start(1, "master", LOCUST, *words, "--results", str(results), **env)
    for number in range(2, 2 + WORKERS):
        words = ["--worker", "--master-host", "10.91.0.1"]
        hosts.start(number, f"worker-{number}", LOCUST, *words, **env)
    master.wait_until(lambda: results.exists() and runs_in(results), "the run")
    run = runs_in(results)[-1]
    master.wait_until(lambda: (run.path / "run.json").exists() and run.manifest["workers"], "the workers")
    return master, run


def test_a_worker_cut_off_in_mid_block_and_back_later_is_counted_once(hosts: Hosts) -> None:
    master, run = play(hosts)
    master.wait_until(lambda: len(run.manifest["blocks"]) >= 2, "the first round")
    hosts.plug(3, "down")
    master.wait_until(
        lambda: any(len(players(block)) < WORKERS for block in kept_blocks(run)), "the lost round, again"
    )
    hosts.plug(3, "up")
    code = master.end().code

    assert code in VERDICTS, master.err
    assert_exact(run, rounds=ROUNDS, requests=REQUESTS)
    assert check(run, ACCOUNTED) is True
    assert len(warnings(run, "requests-lost")) == 1
    swarms = [players(block) for block in kept_blocks(run)]
    assert all(one == other for one, other in zip(swarms[::2], swarms[1::2], strict=True))
    assert min(len(each) for each in swarms) == WORKERS - 1
    assert len(swarms[-1]) == WORKERS
