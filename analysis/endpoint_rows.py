"""The report's row on each endpoint: its figures in every arm, its changes, its part in that of the mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analysis.figures import change_ratio
from analysis.report import Arm, Endpoint, Figures
from analysis.report_endpoints import ClaimedChange, EndpointChange

# By arm, endpoint and latency (p50, p95).
Claims = Mapping[tuple[str, str, str], ClaimedChange]


def endpoint_row(name: str, figures: Mapping[str, Figures], claims: Claims | None = None) -> Endpoint:
    """An endpoint in the arms that called it, and how its latencies changed from the first to each other."""
    against, *others = figures
    known = claims or {}
    changes = []
    for arm in others:
        found = {}
        for latency in ("p50", "p95"):
            before, after = (getattr(figures[one].latency_ms, latency) for one in (against, arm))
            claim = known.get((arm, name, latency), ClaimedChange())
            found[latency] = claim.model_copy(update={"change_ratio": change_ratio(before, after)})
        changes.append(EndpointChange(arm=arm, against=against, p50=found["p50"], p95=found["p95"]))
    return Endpoint(
        endpoint=name,
        arms=dict(figures),
        changes=changes,
        p50_change_ratio=changes[-1].p50.change_ratio if changes else None,
        p95_change_ratio=changes[-1].p95.change_ratio if changes else None,
    )


def with_contributions(
    endpoints: Sequence[Endpoint], arms: Mapping[str, Arm], *, failures_count: bool = False
) -> list[Endpoint]:
    """The endpoints with their contributions; without them where a run has one arm, or an arm no answer.

    An arm's mean is the sum over endpoints of (the endpoint's share of the answers) x (its mean). An
    endpoint's contribution is how much its own term changed, so that all contributions sum to the change of
    the mean exactly; its ratio is its part of that change. No other figure of latency splits like this.
    `failures_count` says that the means are over failed requests too, as Locust has them.
    """
    if len(arms) < 2:
        return list(endpoints)
    last = list(arms)[-1]
    found = []
    for endpoint in endpoints:
        parts = {arm: _part_ms(endpoint, arms, arm, failures_count=failures_count) for arm in list(arms)[1:]}
        changes = [
            row.model_copy(
                update={"contribution_ms": parts[row.arm][0], "contribution_ratio": parts[row.arm][1]}
            )
            for row in endpoint.changes
        ]
        update = {
            "changes": changes,
            "contribution_ms": parts[last][0],
            "contribution_ratio": parts[last][1],
        }
        found.append(endpoint.model_copy(update=update))
    return found


def _part_ms(
    endpoint: Endpoint, arms: Mapping[str, Arm], arm: str, *, failures_count: bool
) -> tuple[float | None, float | None]:
    """The change of an endpoint's term from the baseline to an arm in ms, and its share of the whole."""
    first = next(iter(arms))
    before, after = arms[first].latency_ms.mean, arms[arm].latency_ms.mean
    if before is None or after is None:
        return None, None

    def weight(figures: Figures) -> int:
        return figures.requests if failures_count else figures.requests - figures.failures

    def term_ms(name: str) -> float:
        own = endpoint.arms.get(name)
        if own is None or own.latency_ms.mean is None:
            return 0.0
        return own.latency_ms.mean * weight(own) / weight(arms[name])

    own_ms, whole_ms = term_ms(arm) - term_ms(first), after - before
    return own_ms, own_ms / whole_ms if whole_ms else None
