"""`exec`: environment, exit codes, signals, and nothing left behind."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.mock_service.service import FAST, clean_environment

pytestmark = pytest.mark.service

# Says so when it runs, asks the service after each signal, and ends with the number of signals + 10.
COMMAND = """
import os, signal, ssl, sys, time, urllib.request

def healthy():
    trust = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    url = os.environ["LOCUST_HOST"] + "/health"
    return urllib.request.urlopen(url, context=trust, timeout=10).status == 200

signals = []
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, _: signals.append(number))
print("running", flush=True)
while not signals:
    time.sleep(0.05)
time.sleep(1)
print("signals", *map(int, signals), "healthy", healthy(), flush=True)
sys.exit(10 + len(signals))
"""
PTY = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"


def command_line(*command: str, flags: tuple[str, ...] = FAST) -> list[str]:
    return [sys.executable, "-m", "mock_service", "exec", *flags, "--", *command]


def execute(*command: str, flags: tuple[str, ...] = FAST) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command_line(*command, flags=flags),
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def python(code: str) -> tuple[str, str, str]:
    return sys.executable, "-c", code


@pytest.fixture(autouse=True)
def nothing_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test has a directory for temporary files of its own, which is empty at the end."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.fixture
def command() -> Iterator[subprocess.Popen[str]]:
    """`exec` with COMMAND, which is running, in a process group of its own and without a terminal."""
    process = subprocess.Popen(
        command_line(*python(COMMAND)),
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "running\n"
    family = psutil.Process(process.pid).children(recursive=True)
    yield process
    process.kill()
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    process.communicate()


@pytest.mark.parametrize("code", [0, 1, 3, 70])
def test_the_commands_exit_code_is_passed_on(code: int) -> None:
    assert execute(*python(f"raise SystemExit({code})")).returncode == code


def test_a_command_that_a_signal_ended_gives_128_and_its_number() -> None:
    assert execute(*python("import os; os.kill(os.getpid(), 15)")).returncode == 128 + 15


def test_the_command_finds_a_healthy_service_and_whom_to_trust_in_its_environment() -> None:
    result = execute(
        *python(
            "import os, ssl, urllib.request as u\n"
            "bundle = open(os.environ['REQUESTS_CA_BUNDLE']).read()\n"
            "print(os.environ['SSL_CERT_FILE'] == os.environ['REQUESTS_CA_BUNDLE'], bundle.count('BEGIN'))\n"
            "trust = ssl.create_default_context()\n"  # takes SSL_CERT_FILE
            "print(u.urlopen(os.environ['LOCUST_HOST'] + '/health', context=trust).read())"
        )
    )
    assert result.stdout == 'True 1\nb\'{"status":"ok"}\'\n'
    assert (result.returncode, result.stderr) == (0, "")


def test_without_tls_nobody_needs_to_be_trusted() -> None:
    code = "import os; print(os.environ['LOCUST_HOST'][:7], 'REQUESTS_CA_BUNDLE' in os.environ)"
    outside = {"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"} & os.environ.keys()
    result = execute(*python(code), flags=(*FAST, "--no-tls"))
    assert result.stdout == f"http:// {'REQUESTS_CA_BUNDLE' in outside}\n"


def test_flags_reach_the_service() -> None:
    code = (
        "import os, urllib.request as u; print(len(u.urlopen(os.environ['LOCUST_HOST'] + '/items/1').read()))"
    )
    assert execute(*python(code), flags=(*FAST, "--no-tls", "--items", "1")).stdout == "200\n"


def test_two_can_run_at_once() -> None:
    inner = command_line(*python("print('both')"))
    assert execute(*inner).stdout == "both\n"


@pytest.mark.parametrize(("command", "code"), [("no-such-command", 127), (__file__, 126)])
def test_a_command_that_cannot_be_run_is_named(command: str, code: int) -> None:
    result = execute(command)
    assert result.returncode == code
    assert result.stderr.startswith(f"mock_service: exec: command '{command}' ")


def test_a_service_that_cannot_start_says_why_and_the_command_is_not_run() -> None:
    result = execute(*python("print('ran')"), flags=("--ca-file", "/nowhere/ca.pem"))
    assert (result.returncode, result.stdout) == (2, "")
    assert "--ca-file /nowhere/ca.pem: No such file or directory" in result.stderr
    assert "the mock service did not start" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_service_that_dies_on_the_way_leaves_the_commands_code_and_no_file() -> None:
    code = (
        "import os, urllib.request as u\n"
        "try: u.urlopen(os.environ['LOCUST_HOST'] + '/items/1')\n"
        "except OSError: raise SystemExit(9)"
    )
    result = execute(*python(code), flags=(*FAST, "--exit-after-requests", "0"))
    assert result.returncode == 9
    assert "dies on purpose" in result.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("to_group", [False, True])
def test_a_signal_reaches_the_command_once_and_the_service_outlives_it(
    command: subprocess.Popen[str], number: signal.Signals, to_group: bool
) -> None:
    (os.killpg if to_group else os.kill)(command.pid, number)
    output, _ = command.communicate(timeout=30)
    assert output == f"signals {int(number)} healthy True\n"
    assert command.returncode == 11


def test_ctrl_c_in_a_terminal_reaches_the_command_once_and_the_service_outlives_it() -> None:
    process = subprocess.Popen(
        [*python(PTY), *command_line(*python(COMMAND))],
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdin
    assert process.stdout.readline() == "running\n"
    process.stdin.write("\x03")
    process.stdin.flush()
    assert process.stdout.readline() == "^Csignals 2 healthy True\n"
    process.communicate(timeout=30)
    assert process.returncode == 11


def test_the_service_ends_by_itself_when_exec_is_killed(command: subprocess.Popen[str]) -> None:
    services = [child for child in psutil.Process(command.pid).children() if "serve" in child.cmdline()]
    assert len(services) == 1
    command.kill()
    gone, _ = psutil.wait_procs(services, timeout=20)
    assert gone == services
