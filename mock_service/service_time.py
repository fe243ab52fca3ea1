"""How long the service works on a request."""

import random
from collections.abc import Mapping


class ServiceTime:
    """Seeded service times per route: (median + growth with the body) times a lognormal of median 1."""

    def __init__(
        self,
        *,
        median_ms: Mapping[str, float],
        body_ms_per_kb: float,
        jitter_sigma: float,
        factor: float,
        seed: int,
    ) -> None:
        self._median_ms = median_ms
        self._ms_per_byte = body_ms_per_kb / 1000
        self._sigma = jitter_sigma
        self._factor = factor
        self._random = random.Random(f"{seed}:service_time")

    def draw_s(self, route: str | None, body_bytes: int) -> float:
        """The next service time in seconds; 0 where there is no such route, or the factor is 0."""
        if route is None or route not in self._median_ms or not self._factor:
            return 0.0
        median_ms = self._median_ms[route] + self._ms_per_byte * body_bytes
        return median_ms * self._factor * self._random.lognormvariate(0, self._sigma) / 1000
