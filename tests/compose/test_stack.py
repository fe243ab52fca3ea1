"""The real stack: docker-compose.yml on a real engine, and the command that gives the verdict's exit code."""

import http.cookiejar
import json
import os
import signal
import subprocess
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose.stack import ANYBODY, Stack, engine_missing, health_of, service_of
from tests.distributed.processes import assert_exact, free_port, kept_blocks
from tests.locustfiles.run_files import runs_in

MISSING = engine_missing()
pytestmark = [
    pytest.mark.service,
    pytest.mark.timeout(900),
    pytest.mark.skipif(bool(MISSING), reason=f"needs a Docker Engine with Compose: {MISSING}"),
]

# A far service: whatever else this machine does disturbs seconds less than milliseconds.
FAR = {"MOCK_SERVICE_RTT_MS": "2000"}
REQUESTS = 72
SHORT = f"--rounds 1 --warmup-rounds 0 --requests {REQUESTS} -u 18 --request-timeout 30"
LENIENT = '[[objective]]\nname = "P95"\narm = "optimized"\nmetric = "p95_ms"\nat_most = 60000\n'


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """A stack that is taken down at the end. Its results folder belongs to whom its containers run as."""
    stack = Stack.copied(tmp_path, **FAR)
    results = stack.folder / "results"
    results.mkdir()
    if os.geteuid() == 0:
        os.chown(results, ANYBODY, ANYBODY)
        (stack.folder / ".env").write_text(f"SWARMGATE_UID={ANYBODY}\nSWARMGATE_GID={ANYBODY}\n")
    yield stack
    stack.down()


def healthy(stack: Stack) -> Counter[str]:
    """How many containers of each service are healthy."""
    return Counter(service_of(each) for each in stack.containers() if health_of(each) == "healthy")


def test_one_command_plays_a_comparison_over_three_workers_and_exits_with_the_verdict(stack: Stack) -> None:
    (stack.folder / "sla.toml").write_text(LENIENT)
    command = stack.start("./swarm", "--workers", "3", *SHORT.split())
    there = Counter(mock=1, master=1, worker=3)
    stack.wait_until(lambda: healthy(stack) == there, "health", command=command)
    for container in stack.containers():
        host = container["HostConfig"]
        assert container["Config"]["User"].split(":")[0] not in {"", "0", "root"}
        assert host["ReadonlyRootfs"] is True
        assert host["Memory"] > 0
        assert host["NanoCpus"] > 0
        assert not host["PortBindings"]
    assert command.wait(timeout=300) == 0, stack.output
    assert stack.containers() == []

    (run,) = runs_in(stack.folder / "results")
    assert_exact(run, rounds=1, requests=REQUESTS)
    assert len(run.manifest["workers"]) == 3
    assert all(len(block["workers"]) == 3 for block in kept_blocks(run))
    owner = ANYBODY if os.geteuid() == 0 else os.geteuid()
    assert {path.stat().st_uid for path in (run.path, *run.path.rglob("*"))} == {owner}
    assert json.loads((run.path / "comparison_report.json").read_text())["verdict"] == "passed"
    secret = next(line for line in (stack.folder / ".env").read_text().split() if "TOKEN" in line)
    assert (stack.folder / ".env").stat().st_mode & 0o077 == 0
    assert not any(secret.split("=")[1].encode() in path.read_bytes() for path in run.path.glob("*.*"))


def test_plain_compose_up_works_too_and_its_master_ends_with_a_failed_verdict(stack: Stack) -> None:
    env = {**stack.env, "SWARMGATE_WORKERS": "1", "SWARMGATE_ARGS": SHORT}
    plain = Stack(folder=stack.folder, env=env)
    plain.compose("up", "--build", "--detach")
    master = plain.compose("ps", "--all", "--quiet", "master").strip()
    assert plain.run("docker", "wait", master).stdout.strip() == "1", plain.compose("logs")
    (run,) = runs_in(stack.folder / "results")
    assert_exact(run, rounds=1, requests=REQUESTS)


def test_a_usage_error_is_the_commands_exit_code(stack: Stack) -> None:
    ran = stack.run("./swarm", "--requests", "many")
    assert ran.returncode == 2, ran.stderr
    assert "--requests many" in ran.stdout + ran.stderr
    assert stack.containers() == []


@pytest.mark.parametrize("workers", [(), ("0",), ("many",), ("-1",)])
def test_a_number_of_workers_that_is_none_is_wrong_usage(workers: tuple[str, ...], stack: Stack) -> None:
    ran = stack.run("./swarm", "--workers", *workers)
    assert ran.returncode == 2
    assert ran.stderr == f"swarm: --workers {''.join(workers)}: expected a number from 1\n"


def interrupt(command: subprocess.Popen[str], number: signal.Signals) -> None:
    """Send a signal as it comes: Ctrl-C reaches all that run in the terminal."""
    if number == signal.SIGINT:
        os.killpg(command.pid, number)
    else:
        command.send_signal(number)


@pytest.mark.parametrize("words", [("--workers", "1", *SHORT.split()), ("ui",)], ids=["compare", "ui"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_command_interrupted_while_it_brings_the_stack_up_leaves_nothing_behind(
    number: signal.Signals, code: int, words: tuple[str, ...], stack: Stack
) -> None:
    command = stack.start("./swarm", *words)
    stack.wait_until(lambda: "mock-1 Started" in stack.output, "the mock's start", command=command)
    interrupt(command, number)
    assert command.wait(timeout=60) == code, stack.output
    assert stack.containers() == []
    assert "the master did not start" not in stack.output


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_command_ends_the_run_and_takes_the_stack_down(
    number: signal.Signals, code: int, stack: Stack
) -> None:
    command = stack.start("./swarm", "--workers", "1", *SHORT.split())
    stack.wait_until(lambda: "users at work" in stack.output, "the run", command=command)
    interrupt(command, number)
    assert command.wait(timeout=60) == code, stack.output
    assert stack.containers() == []
    (run,) = runs_in(stack.folder / "results")
    assert run.manifest["state"] == "interrupted"


def test_the_ui_profile_opens_the_web_ui_on_loopback_behind_a_login(stack: Stack) -> None:
    port, password = free_port(), "open sesame"
    env = {**stack.env, "SWARMGATE_WEB_PORT": str(port), "SWARMGATE_WEB_PASSWORD": password}
    opened = Stack(folder=stack.folder, env=env)
    opened.compose("up", "--build", "--detach", "ui")
    there = Counter({"mock": 1, "ui": 1, "ui-worker": 2})
    stack.wait_until(lambda: healthy(stack) == there, "health")
    published = {
        (service_of(each), binding["HostIp"], binding["HostPort"])
        for each in stack.containers()
        for bindings in (each["HostConfig"]["PortBindings"] or {}).values()
        for binding in bindings
    }
    assert published == {("ui", "127.0.0.1", str(port))}

    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    address = f"http://127.0.0.1:{port}"
    assert urllib.parse.urlsplit(browser.open(address, timeout=10).url).path == "/login"
    for given, page in (("wrong", "/login"), (password, "/")):
        form = urllib.parse.urlencode({"username": "swarmgate", "password": given}).encode()
        answer = browser.open(f"{address}/login_submit", form, timeout=10)
        assert urllib.parse.urlsplit(answer.url).path == page
    count = json.load(browser.open(f"{address}/worker-count", timeout=10))
    assert count == {"worker_count": 2}


def test_compose_accepts_the_file_with_and_without_the_profile(stack: Stack) -> None:
    stack.compose("config", "--quiet")
    stack.compose("--profile", "ui", "config", "--quiet")


def test_checkouts_in_folders_of_one_name_are_two_stacks(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / "other" / tmp_path.name).mkdir(parents=True)
    other = Stack.copied(tmp_path / "other" / tmp_path.name)
    names = []
    for each in (stack, other):
        assert each.run("./swarm", "env").returncode == 0
        names.append(json.loads(each.compose("config", "--format", "json"))["name"])
    assert names[0] != names[1]


def test_a_name_that_the_caller_has_set_is_the_stacks(stack: Stack) -> None:
    named = Stack(folder=stack.folder, env={**stack.env, "COMPOSE_PROJECT_NAME": "ours"})
    assert named.run("./swarm", "env").returncode == 0
    assert json.loads(named.compose("config", "--format", "json"))["name"] == "ours"
