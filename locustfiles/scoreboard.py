"""What is known of a run while it goes on, for the terminal and the web UI. Master side, free of Locust.

Figures follow the report's rules (a failed request stands above every limit), over latencies binned to four
digits. They are provisional: the report is made by `analysis` from the files.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, inf, log
from typing import TYPE_CHECKING, Any

from locustfiles.interval import Change, paired_change
from locustfiles.options import Settings
from locustfiles.schedule import Round

if TYPE_CHECKING:
    from locustfiles.recorder import Row  # it imports Locust


class Sample:
    """The measured requests of one arm or endpoint."""

    def __init__(self) -> None:
        self.requests = 0
        self.failures = 0
        self._busy_s = 0.0
        self._latency_sum_ms = 0.0
        self._bins: Counter[float] = Counter()
        self._values_ms: list[float] = []
        self._counts: list[int] = []

    def add(self, rows: Sequence[Row]) -> None:
        """Add the rows of one block."""
        if not rows:
            return
        answered = [row.latency_ms for row in rows if not row.error]
        self.requests += len(rows)
        self.failures += len(rows) - len(answered)
        ended_at = max(row.started_at + row.latency_ms / 1000 for row in rows)
        self._busy_s += ended_at - min(row.started_at for row in rows)
        self._latency_sum_ms += sum(answered)
        self._bins.update(float(f"{latency_ms:.4g}") for latency_ms in answered)
        # Sorted here, between two rounds: who asks for a quantile may ask while a block is measured.
        self._values_ms = sorted(self._bins)
        self._counts = list(accumulate(self._bins[value_ms] for value_ms in self._values_ms))

    def quantile_ms(self, quantile: float) -> float:
        """The latency of this rank (pandas' "higher"); infinite where it is that of a failed request."""
        place = bisect_right(self._counts, ceil((self.requests - 1) * quantile))
        return self._values_ms[place] if place < len(self._values_ms) else inf

    @property
    def mean_ms(self) -> float | None:
        """The mean latency of the answered requests."""
        answered = self.requests - self.failures
        return self._latency_sum_ms / answered if answered else None

    @property
    def failure_ratio(self) -> float | None:
        """The share of requests that failed."""
        return self.failures / self.requests if self.requests else None

    @property
    def throughput_rps(self) -> float | None:
        """Requests per second of the arm's own turns."""
        return self.requests / self._busy_s if self._busy_s else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedRound:
    """One judged round: the arms in the order of their turns, with P95 in ms and failures of each."""

    number: int
    p95_ms: Mapping[str, float]
    failures: Mapping[str, int]


class Scoreboard:
    """The standing of one run."""

    def __init__(
        self, settings: Settings, *, host: str, objectives: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        self.settings = settings
        self.host = host
        self.objectives = objectives
        self.arms = {arm: Sample() for arm in settings.arms}
        self.endpoints: dict[tuple[str, str], Sample] = {
            (arm, row["endpoint"]): Sample()
            for row in objectives
            if row.get("endpoint")
            for arm in settings.arms
        }
        self.rounds: list[PlayedRound] = []
        self.rounds_stored = 0
        self.turn: tuple[Round, str] | None = None
        self.requests_done = 0
        self.p95_changes: dict[str, Change | None] = dict.fromkeys(settings.arms[1:])
        """The change of P95 from the first arm to each other, over paired rounds; None where unknown."""
        self.look: Mapping[str, Any] | None = None
        self._started = time.monotonic()
        self._ended: float | None = None

    def block_started(self, played: Round, arm: str) -> None:
        """The turn goes to `arm`."""
        self.turn = (played, arm)
        self.requests_done = 0

    def round_done(self, played: Round, rows: Mapping[str, Sequence[Row]]) -> None:
        """A round is stored; the warm-up counts for the time only."""
        self.rounds_stored += 1
        if played.phase == "warmup":
            return
        blocks = {arm: Sample() for arm in rows}
        for arm, arm_rows in rows.items():
            blocks[arm].add(arm_rows)
            self.arms[arm].add(arm_rows)
        self._add_endpoints(rows)
        self.rounds.append(
            PlayedRound(
                number=played.number,
                p95_ms={arm: block.quantile_ms(0.95) for arm, block in blocks.items()},
                failures={arm: block.failures for arm, block in blocks.items()},
            )
        )
        self.p95_changes = {arm: self._p95_change(arm) for arm in self.p95_changes}

    def looked(self, look: Mapping[str, Any]) -> None:
        """What `analysis` said of the objectives at a planned look."""
        self.look = look

    def end(self) -> None:
        """The run is over: time stands still."""
        self.turn = None
        self._ended = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start."""
        return (self._ended or time.monotonic()) - self._started

    @property
    def left_s(self) -> float | None:
        """At most so many seconds are left; None before the first round is stored."""
        if not self.rounds_stored:
            return None
        planned = self.settings.rounds + self.settings.warmup_rounds
        return self.elapsed_s / self.rounds_stored * (planned - self.rounds_stored)

    @property
    def next_look(self) -> int | None:
        """The round after which the verdict may next end the run."""
        return next((look for look in self.settings.looks if look > len(self.rounds)), None)

    @property
    def p95_change(self) -> Change | None:
        """The change of P95 from the first arm to the last; None where it is unknown."""
        return self.p95_changes.get(self.settings.arms[-1])

    def _p95_change(self, arm: str) -> Change | None:
        first = self.settings.arms[0]
        pairs = [(played.p95_ms[first], played.p95_ms[arm]) for played in self.rounds]
        logs = [log(other / base) for base, other in pairs if 0 < base < inf and 0 < other < inf]
        # A round whose P95 is that of a failed request has no ratio, and leaving it out would flatter.
        return paired_change(logs) if len(logs) == len(pairs) else None

    def _add_endpoints(self, rows: Mapping[str, Sequence[Row]]) -> None:
        for (arm, endpoint), sample in self.endpoints.items():
            sample.add(
                [row for row in rows.get(arm, ()) if endpoint in (row.name, f"{row.method} {row.name}")]
            )
