"""What a relay saw of an attribution."""

from typing import NamedTuple

from locustfiles.attribution import OPTIMIZATIONS
from tests.locustfiles.counting_proxy import CountingProxy
from tests.locustfiles.run_files import RunFiles

USERS, REQUESTS = 14, 20
"""More users than the ten connections of a pool that is not matched."""
ROUNDS = len(OPTIMIZATIONS)
"""What --attribute plays of itself: one complete set."""


class Watched(NamedTuple):
    """An attribution through a relay that counts connections."""

    files: RunFiles
    proxy: CountingProxy

    def opened(self, arm: str) -> list[int]:
        """How many connections were opened in each of the arm's turns, the warm-up's first."""
        turns = [block for block in self.files.manifest["blocks"] if block["arm"] == arm]
        return [self.proxy.opened(turn["started_at"], turn["ended_at"]) for turn in turns]
