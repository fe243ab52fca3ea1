"""The plans that are measured."""

from dataclasses import dataclass

from analysis.statistics.looks import default_looks
from benchmarks.verdict.service import Load


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A load and the looks at it."""

    load: Load
    looks: tuple[int, ...]
    note: str = ""

    @property
    def name(self) -> str:
        played = f"{self.load.rounds} rounds of {self.load.requests}"
        ends = "one look" if len(self.looks) == 1 else f"{len(self.looks)} looks"
        return f"{played}, {ends}{self.note}"


def fixed(rounds: int, requests: int) -> Plan:
    """Return a plan that looks once, at its end."""
    return Plan(load=Load(rounds=rounds, requests=requests), looks=(rounds,))


def watched(rounds: int, requests: int) -> Plan:
    """Return a plan with the default looks."""
    return Plan(load=Load(rounds=rounds, requests=requests), looks=default_looks(max_rounds=rounds))


SIX = fixed(6, 100)
TWENTY = fixed(20, 200)
THIRTY = fixed(30, 100)
DEFAULT = watched(30, 100)
LONG_BLOCKS = watched(30, 1_000)
THREE_HUNDRED = fixed(300, 100)
WATCHED_300 = watched(300, 100)
REFERENCE = Plan(
    load=Load(rounds=30, requests=100, servers=20, sigma=0.38, slow_share=0.0, payload=0.8),
    looks=default_looks(max_rounds=30),
    note=", no queue, payload decides 80 %",
)
