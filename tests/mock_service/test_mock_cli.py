import os
import runpy
import sys
from pathlib import Path

import pytest

from mock_service import cli
from mock_service.settings import Settings, flag, variable


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("MOCK_SERVICE_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["serve", "--rt-ms", "5"], "unknown argument --rt-ms: did you mean --rtt-ms?"),
        (["serve", "--no-gzp"], "unknown argument --no-gzp: did you mean --gzip?"),
        (["serve", "--rtt", "5"], "unknown argument --rtt: did you mean --rtt-ms?"),
        (["exec", "--xyzzy=1", "--", "true"], "unknown argument --xyzzy: docs/mock-service.md lists"),
        (["serve", "extra"], "unknown argument extra"),
        (["serve", "--rtt-ms"], "argument --rtt-ms: expected one argument"),
        (["serve", "--rtt-ms", "soon"], "--rtt-ms: found 'soon': input should be a valid number"),
        (["serve", "--", "true"], "serve: takes no command, found -- true"),
        (["exec", "--port", "0"], "exec: nothing to run; write it behind --"),
        (["exec", "--port", "0", "--"], "exec: nothing to run; write it behind --"),
        (["start"], "argument serve | exec: invalid choice: 'start'"),
        ([], "the following arguments are required: serve | exec"),
    ],
)
def test_wrong_usage_is_one_message_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert cli.main(arguments) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.startswith(f"mock_service: {message}")
    assert errors.count("\n") == 1


def test_an_unknown_variable_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCK_SERVICE_RTT", "5")
    assert cli.main(["serve"]) == 2
    assert "MOCK_SERVICE_RTT names no setting: did you mean MOCK_SERVICE_RTT_MS?" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["serve", "exec"])
def test_help_lists_every_setting(capsys: pytest.CaptureFixture[str], action: str) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main([action, "--help"])
    assert end.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for name in Settings.model_fields:
        assert flag(name) in text
        assert variable(name) in text


def test_the_module_runs_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(Path("mock_service")), "serve", "--nonsense"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("mock_service", run_name="__main__")
    assert end.value.code == 2
