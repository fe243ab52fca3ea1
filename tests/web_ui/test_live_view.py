"""The live view at 80 columns, and its lines where there is no terminal."""

import errno
import io
import os
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from fcntl import ioctl
from pathlib import Path

import pytest
from rich.console import Console

from locustfiles.progress import Progress
from locustfiles.scoreboard import Scoreboard
from tests.locustfiles.locust_process import LOCUST, ROOT, environment
from tests.mock_service.service import Service
from tests.web_ui.rounds import SETTINGS, WARM_UP, judged, rows

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CURSOR = re.compile(r"\x1b\[[0-9;?]*[A-Za-ln-z]|\r")


def played(*, terminal: bool, rounds: int = 8, colour: Mapping[str, str] | None = None) -> str:
    """All that the view writes while a run goes on."""
    screen = io.StringIO()
    console = Console(
        file=screen,
        force_terminal=terminal,
        width=80,
        height=24,
        _environ={"TERM": "xterm"} | dict(colour or {}),
    )
    progress = Progress(Scoreboard(SETTINGS, host="https://127.0.0.1:8443"), console=console)
    progress.block_started(WARM_UP, "baseline")
    progress.round_done(WARM_UP, rows(baseline=[2.0] * 20, optimized=[1.0] * 20))
    for number in range(1, rounds + 1):
        progress.block_started(judged(number), "optimized")
        slow, quick = [1000.0 + number] * 20, [400.0 - 2 * number] * 20
        progress.round_done(judged(number), rows(baseline=slow, optimized=quick))
        if number == 6:
            progress.looked({"rounds": 6, "settled": False, "reason": "P95 latency is still open"})
    progress.block_started(judged(rounds + 1), "baseline")
    progress.requests_done(57)
    progress.close()
    return screen.getvalue()


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in CURSOR.sub("\n", COLOUR.sub("", text)).splitlines()]


def test_the_terminal_shows_round_arm_requests_both_p95s_change_and_time_left() -> None:
    shown = lines(played(terminal=True))

    assert any(re.match(r"round 9 of 30  baseline   ━+  0 of 100 requests", line) for line in shown)
    assert "  baseline   P50  1,005 ms  P95  1,008 ms" in shown
    assert "  optimized  P50    392 ms  P95    398 ms" in shown
    assert any(re.match(r"  P95 change  -61.. % \[-6..., -6...\] %, provisional", line) for line in shown)
    assert "  after round 6: P95 latency is still open" in shown
    assert any(re.match(r"  0:0\d elapsed, at most \d:\d\d left", line) for line in shown)


class Gone(io.StringIO):
    """A stderr that takes so many texts and then none."""

    def __init__(self, left: int, error: OSError) -> None:
        super().__init__()
        self.left, self.error = left, error

    def write(self, text: str) -> int:
        self.left -= 1
        if self.left < 0:
            raise self.error
        return super().write(text)


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("left", [0, 1, 4])
@pytest.mark.parametrize("error", [BrokenPipeError(), OSError(errno.EIO, "no terminal")])
def test_a_run_goes_on_when_nobody_can_see_it_any_more(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, left: int, error: OSError
) -> None:
    screen = Gone(left, error)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(screen, "isatty", lambda: terminal)
    progress = Progress(Scoreboard(SETTINGS, host="https://127.0.0.1:8443"))
    for number in range(1, 8):
        progress.block_started(judged(number), "optimized")
        progress.requests_done(50)
        progress.round_done(judged(number), rows(baseline=[2.0] * 20, optimized=[1.0] * 20))
        progress.looked({"rounds": number, "settled": False, "reason": "open"})
    progress.close()
    assert screen.left < 0
    assert progress.board.rounds_stored == 7


def test_no_line_is_wider_than_the_terminal() -> None:
    assert max(len(line) for line in lines(played(terminal=True))) <= 80


def test_the_interval_narrows_from_round_to_round() -> None:
    text = played(terminal=True, rounds=12)
    widths = [
        float(high) - float(low)
        for low, high in re.findall(r"P95 change  -[\d.]+ % \[(-[\d.]+), (-[\d.]+)\]", text)
    ]

    assert len(widths) >= 9
    assert widths[-1] < widths[0]


def test_no_color_leaves_no_colour() -> None:
    colours = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-9]|4[0-9]|9[0-7])(?:;\d+)*m")

    assert colours.search(played(terminal=True))
    assert not colours.search(played(terminal=True, colour={"NO_COLOR": "1"}))


def test_without_a_terminal_each_round_is_one_plain_line() -> None:
    shown = played(terminal=False)

    assert "\x1b" not in shown
    assert shown.splitlines()[:4] == [
        "swarmgate: optimized against baseline, 20 users at work, https://127.0.0.1:8443",
        "warm-up  0:00",
        "round 1 of 30  baseline P95 1,001 ms  optimized P95 398 ms  so far -60.2 %  0:00",
        "round 2 of 30  baseline P95 1,002 ms  optimized P95 396 ms  so far -60.4 %  0:00",
    ]
    assert "after round 6: P95 latency is still open" in shown


@pytest.mark.service
def test_a_real_terminal_of_80_columns_shows_the_view_and_the_final_table(
    mock: Service, tmp_path: Path
) -> None:
    ours, theirs = os.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    arguments = ("--headless", "-u", "3", "--rounds", "6", "--requests", "20", "--results", str(tmp_path))
    env = environment(mock, TERM="xterm-256color")
    env.pop("NO_COLOR", None)
    process = subprocess.Popen(
        [LOCUST, *arguments], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    written = b""
    try:
        while select.select([ours], [], [], 60)[0]:
            written += os.read(ours, 65536)
    except OSError:  # the other side has hung up
        pass
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    shown = lines(written.decode())
    assert any(re.match(r"round \d of 6  (baseline |optimized)  ━", line) for line in shown)
    assert any("P95 change" in line for line in shown)
    assert any(line.startswith("  throughput") for line in shown)
