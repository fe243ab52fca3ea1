"""The live view on a terminal, and one plain line per round elsewhere. On stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from locustfiles.schedule import Round
from locustfiles.scoreboard import Scoreboard
from locustfiles.wording import clock, contest, filled, interval, milliseconds, percent

if TYPE_CHECKING:
    from locustfiles.recorder import Row  # it imports Locust

REFRESH_S = 0.2
WIDTH = 80


class _Stderr:
    """Stderr, whose loss costs the view and not the run: its reader or terminal may go, its disk be full."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write it, if that can be."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """As `write`."""
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Progress:
    """Keeps the scoreboard and shows it: round, arm at work, both arms' P95, the change, the time left."""

    def __init__(self, board: Scoreboard, *, console: Console | None = None) -> None:
        self.board = board
        stderr: Any = _Stderr(sys.stderr) if sys.stderr else None  # a closed one is None
        self._console = console or Console(file=stderr, stderr=True, highlight=False)
        self._drawn = 0.0
        self._live: Live | None = None
        if self._console.is_terminal:
            self._live = Live(console=self._console, auto_refresh=False, transient=True)
            self._live.start()
        else:
            self._console.print(self._headline(), soft_wrap=True)

    def block_started(self, played: Round, arm: str) -> None:
        """The turn goes to `arm`."""
        self.board.block_started(played, arm)
        self._draw()

    def requests_done(self, requests: int) -> None:
        """So many measured requests of the block are done."""
        self.board.requests_done = requests
        if time.monotonic() - self._drawn >= REFRESH_S:
            self._draw()

    def round_done(self, played: Round, rows: Mapping[str, Sequence[Row]]) -> None:
        """A round is stored: its P95s join the view, or make a line."""
        self.board.round_done(played, rows)
        if self._live is None:
            self._console.print(self._round_line(played), soft_wrap=True)

    def looked(self, look: Mapping[str, Any]) -> None:
        """`analysis` has judged the rounds so far, at a planned look."""
        self.board.looked(look)
        if self._live is None and not look["settled"]:
            self._console.print(self._look_line(), soft_wrap=True, markup=False)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self.board.end()
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        if self._live is None or self.board.turn is None:
            return
        lines = [self._headline(), self._turn_line(*self.board.turn), self._arms_table()]
        lines += [_line(self._change_text()), _line(self._look_line()), Text(self._time_text(), style="dim")]
        self._live.update(Group(*(line for line in lines if line)), refresh=True)

    def _headline(self) -> Text:
        settings = self.board.settings
        arms = contest(settings.arms, attribute=settings.attribute)
        return _line(f"swarmgate: {arms}, {settings.load.words(settings.users)}, {self.board.host}")

    def _turn_line(self, played: Round, arm: str) -> Table:
        line = Table.grid(padding=(0, 2))
        planned = self.board.settings.requests
        bar = ProgressBar(total=planned, completed=self.board.requests_done, width=20)
        name = arm.ljust(max(map(len, self.board.settings.arms)))  # the bar stays where it is
        line.add_row(self._round_name(played), name, bar, f"{self.board.requests_done} of {planned} requests")
        return line

    def _arms_table(self) -> Table | None:
        if not self.board.rounds:
            return None
        if len(self.board.arms) > 2:
            return self._many_arms_table()
        table = Table.grid(padding=(0, 2))
        for arm, sample in self.board.arms.items():
            p50, p95 = (milliseconds(sample.quantile_ms(quantile)) for quantile in (0.5, 0.95))
            failed = f"{sample.failures:,} failed" if sample.failures else ""
            table.add_row(f"  {arm}", f"P50 {p50:>9}", f"P95 {p95:>9}", failed, style="bold")
        return table

    def _many_arms_table(self) -> Table:
        table = Table(box=None, padding=(0, 1), header_style="dim", show_edge=False)
        table.add_column("")
        for title in ("P50", "P95", "change of P95", "failed"):
            table.add_column(title, justify="right", no_wrap=True)
        for arm, sample in self.board.arms.items():
            change = self.board.p95_changes.get(arm)
            words = [percent(change.ratio, signed=True), interval(change.interval)] if change else []
            figures = [milliseconds(sample.quantile_ms(quantile)) for quantile in (0.5, 0.95)]
            table.add_row(arm, *figures, " ".join(filter(None, words)), f"{sample.failures or ''}")
        return table

    def _change_text(self) -> str:
        change = self.board.p95_change
        if change is None:
            return ""
        bounds = f" {interval(change.interval)}" if change.interval else ""
        look = self.board.next_look
        note = f"provisional; judged after round {look}" if look else "provisional"
        if len(self.board.arms) > 2:
            return f"  {note}"
        return f"  P95 change  {percent(change.ratio, signed=True)}{bounds}, {note}"

    def _look_line(self) -> str:
        look = self.board.look
        return f"  after round {look['rounds']}: {look['reason']}" if look else ""

    def _time_text(self) -> str:
        text = f"  {clock(self.board.elapsed_s)} elapsed"
        left_s = self.board.left_s
        return text if left_s is None else f"{text}, at most {clock(left_s)} left"

    def _round_line(self, played: Round) -> str:
        words = [self._round_name(played)]
        if played.phase == "measured" and len(self.board.arms) > 2:
            return self._many_arms_line(played)
        if played.phase == "measured":
            stored = self.board.rounds[-1]
            words += [f"{arm} P95 {milliseconds(p95_ms)}" for arm, p95_ms in sorted(stored.p95_ms.items())]
            failed = sum(stored.failures.values())
            words += [f"{failed} failed"] if failed else []
            change = self.board.p95_change
            words += (
                [f"so far {percent(change.ratio, signed=True)} {interval(change.interval)}"] if change else []
            )
        return "  ".join([*(word.rstrip() for word in words), clock(self.board.elapsed_s)])

    def _many_arms_line(self, played: Round) -> str:
        """One line where all arms fit into it, else the round and lines of arms below."""
        stored = self.board.rounds[-1]
        failed = sum(stored.failures.values())
        name = f"{self._round_name(played)}  P95 in ms"
        ending = "  ".join([*([f"{failed} failed"] if failed else []), clock(self.board.elapsed_s)])
        figures = [f"{arm} {milliseconds(stored.p95_ms[arm]).removesuffix(' ms')}" for arm in self.board.arms]
        line = f"{name}: {'  '.join([*figures, ending])}"
        return line if len(line) <= WIDTH else "\n".join([f"{name}  {ending}", *filled(figures, width=WIDTH)])

    def _round_name(self, played: Round) -> str:
        return f"round {played.number} of {self.board.settings.rounds}" if played.number else "warm-up"


def _line(text: str) -> Text:
    return Text(text, overflow="ellipsis", no_wrap=True)
