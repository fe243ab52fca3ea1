"""The table of endpoints as text, the same in every output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.report import Endpoint, Report
from analysis.report_endpoints import ClaimedChange, EndpointChange
from analysis.tables import signed_ms
from analysis.wording import bounds_text, number, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """One endpoint in one further arm against the baseline; in a run of one arm without any change."""

    endpoint: str
    arm: str
    requests: str
    p95s_ms: Sequence[str]
    change: str = ""
    interval: str = ""
    claim: str = ""
    part: str = ""
    share: str = ""


def endpoint_rows(report: Report) -> list[list[EndpointRow]]:
    """The rows of each endpoint, a row per further arm; those endpoints first that changed a mean most."""
    return [_rows(report, endpoint) for endpoint in by_contribution(report.endpoints)]


def by_contribution(endpoints: Sequence[Endpoint]) -> list[Endpoint]:
    """The endpoints, those first that changed the mean of any arm most."""

    def weight_ms(row: Endpoint) -> float:
        return max((abs(change.contribution_ms or 0.0) for change in row.changes), default=0.0)

    return sorted(endpoints, key=lambda row: (-weight_ms(row), row.endpoint))


def claim_text(change: EndpointChange) -> str:
    """What may be claimed of an endpoint: `better`, `P50 better, P95 worse`, `no claim`."""
    if change.p50.changed == change.p95.changed:
        return change.p50.changed
    claims = (("P50", change.p50.changed), ("P95", change.p95.changed))
    return ", ".join(f"{name} {changed}" for name, changed in claims if changed != "no claim")


Worse = tuple[Endpoint, EndpointChange, list[tuple[str, ClaimedChange]]]


def got_worse(report: Report) -> list[Worse]:
    """The endpoints that got worse in an arm, with the latencies that did, the clearest first."""
    found: list[Worse] = []
    for endpoint in report.endpoints:
        for change in endpoint.changes:
            both = (("P50", change.p50), ("P95", change.p95))
            claims = [(name, claim) for name, claim in both if claim.changed == "worse"]
            if claims:
                found.append((endpoint, change, claims))
    return sorted(found, key=lambda row: -max(claim.paired_change_ratio or 0.0 for _, claim in row[2]))


def changed_text(change: ClaimedChange) -> str:
    """The change that the interval surrounds, else that of the two figures."""
    paired = change.paired_change_ratio
    return percent(change.change_ratio if paired is None else paired, signed=True)


def _rows(report: Report, endpoint: Endpoint) -> list[EndpointRow]:
    first, *others = report.arms
    changes = {change.arm: change for change in endpoint.changes}
    return [_row(endpoint, first, arm, changes.get(arm)) for arm in others or [first]]


def _row(endpoint: Endpoint, first: str, arm: str, change: EndpointChange | None) -> EndpointRow:
    own = endpoint.arms.get(arm)
    row = EndpointRow(
        endpoint=endpoint.endpoint,
        arm=arm,
        requests=f"{own.requests:,}" if own else "0",
        p95s_ms=[_p95_ms(endpoint, name) for name in dict.fromkeys((first, arm))],
    )
    if change is None:
        return row
    return EndpointRow(
        endpoint=row.endpoint,
        arm=row.arm,
        requests=row.requests,
        p95s_ms=row.p95s_ms,
        change=changed_text(change.p95),
        interval=bounds_text(change.p95.interval, "", signed=True),
        claim=claim_text(change),
        part=signed_ms(change.contribution_ms),
        share=percent(change.contribution_ratio),
    )


def _p95_ms(endpoint: Endpoint, arm: str) -> str:
    return number(endpoint.arms[arm].latency_ms.p95) if arm in endpoint.arms else "-"
