"""What each endpoint adds to the change of the mean latency, from the baseline to the last arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.report import Arm, Endpoint, Figures


def with_contributions(
    endpoints: Sequence[Endpoint], arms: Mapping[str, Arm], *, failures_count: bool = False
) -> list[Endpoint]:
    """The endpoints with their contributions; unchanged where a run has one arm, or an arm no answer.

    An arm's mean is the sum over endpoints of (the endpoint's share of the answers) x (its mean). An
    endpoint's contribution is how much its own term changed, so that all contributions sum to the change of
    the mean exactly; its ratio is its part of that change. No other figure of latency splits like this.
    `failures_count` says that the means are over failed requests too, as Locust has them.
    """
    first, *_, last = arms if len(arms) > 1 else (None, None)
    if first is None or last is None:
        return list(endpoints)
    before, after = arms[first].latency_ms.mean, arms[last].latency_ms.mean
    if before is None or after is None:
        return list(endpoints)

    def term_ms(endpoint: Endpoint, arm: str) -> float:
        own = endpoint.arms.get(arm)
        if own is None or own.latency_ms.mean is None:
            return 0.0
        return own.latency_ms.mean * weight(own) / weight(arms[arm])

    def weight(figures: Figures) -> int:
        return figures.requests if failures_count else figures.requests - figures.failures

    whole_ms = after - before
    found = []
    for endpoint in endpoints:
        own_ms = term_ms(endpoint, last) - term_ms(endpoint, first)
        ratio = own_ms / whole_ms if whole_ms else None
        found.append(endpoint.model_copy(update={"contribution_ms": own_ms, "contribution_ratio": ratio}))
    return found
