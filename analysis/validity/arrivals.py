"""Was the load of an open model the one that was planned? Its requests come whatever the answers do."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.metrics import P95
from analysis.report import Check
from analysis.validity.evidence import Evidence, no_evidence, outcome
from analysis.wording import number, percent

LEAST_ACHIEVED_RATIO = 0.99
# A delay is in every latency from the intended start: the limits of the generator's lag hold for it too.
DELAY_RATIO = 0.01
DELAY_FLOOR_MS = 1.0
# Beyond this share P95 itself is that of arrivals that waited for a user, not for the service.
MOST_WAITED_RATIO = 0.05

_KEPT = "the load kept to its schedule"
_MORE_IN_FLIGHT = "Let more be in flight (--in-flight), or ask for a lower rate."
_MORE_WORKERS = "Use more workers (--processes) or more cores: users were free, the generator was late."


def every_arrival_sent(evidence: Evidence) -> Check | None:
    """No planned request was given up for want of a free user."""
    name = "every arrival was sent"
    if evidence.manifest.load_model != "open":
        return None
    arrivals = evidence.arrivals
    if not arrivals:
        return no_evidence(name, "run.json has no arrivals of its blocks, and there are no rows")
    missed = {arm: found.missed for arm, found in arrivals.items() if found.missed}
    total = sum(missed.values())
    planned = sum(found.planned for found in arrivals.values())
    told = ", ".join(f"{count:,} of {arm}" for arm, count in missed.items())
    message = f"{total:,} of {planned:,} arrivals were never sent: {told}" if total else f"all {planned:,}"
    remedy = f"No user was free within the request timeout. {_MORE_IN_FLIGHT}"
    return outcome(total == 0, name, message, observed=total, limit=0, remedy=remedy)


def kept_to_schedule(evidence: Evidence) -> Check | None:
    """Requests were sent when they were meant to be: at the rate, and not held up by the generator.

    A request is late for one of two reasons. The generator did not wake in time: that is its own delay, which
    only arrivals that found a user free can show. Or all users were waiting for answers: then the service is
    slower than its load, the wait belongs to the latency, and only what lies beyond the limit in flight is
    unknown.
    """
    if evidence.manifest.load_model != "open":
        return None
    ratios = {arm: a.achieved_ratio for arm, a in evidence.arrivals.items() if a.achieved_ratio is not None}
    if not ratios:
        return no_evidence(_KEPT, "neither run.json nor rows tell the rates of the blocks")
    faults = [
        row for row in (_held_up(evidence), _behind(evidence, ratios), _waiting(evidence)) if row is not None
    ]
    refused = [row for row in faults if row.passed is False]
    if faults:
        return (refused or faults)[0]
    slowest = min(ratios, key=lambda arm: ratios[arm])
    message = f"{slowest} was sent at {percent(ratios[slowest])} of its rate"
    return outcome(True, _KEPT, message, observed=round(ratios[slowest], 4), limit=LEAST_ACHIEVED_RATIO)


def _behind(evidence: Evidence, ratios: Mapping[str, float]) -> Check | None:
    """The row of an arm that was sent too slowly; None when none was."""
    slowest = min(ratios, key=lambda arm: ratios[arm])
    ratio, waited = ratios[slowest], evidence.arrivals[slowest].waited_ratio
    if ratio >= LEAST_ACHIEVED_RATIO:
        return None
    message = f"{slowest} was sent at {percent(ratio)} of its rate"
    if waited:
        message += f"; {percent(waited)} of its arrivals found {_all_users(evidence)} busy"
    remedy = _MORE_IN_FLIGHT if waited else f"{_MORE_IN_FLIGHT} If users were free: --processes."
    return outcome(False, _KEPT, message, observed=round(ratio, 4), limit=LEAST_ACHIEVED_RATIO, remedy=remedy)


def _waiting(evidence: Evidence) -> Check | None:
    """The row that warns of arrivals that waited for a user; None when few did."""
    shares = {arm: arrivals.waited_ratio or 0.0 for arm, arrivals in evidence.arrivals.items()}
    most = max(shares, key=lambda arm: shares[arm])
    if shares[most] <= MOST_WAITED_RATIO:
        return None
    message = (
        f"{percent(shares[most])} of the arrivals of {most} found {_all_users(evidence)} busy and waited"
    )
    return outcome(
        None,
        _KEPT,
        message,
        observed=round(shares[most], 4),
        limit=MOST_WAITED_RATIO,
        remedy=_MORE_IN_FLIGHT,
    )


def _all_users(evidence: Evidence) -> str:
    limit = evidence.manifest.arrivals.in_flight_limit if evidence.manifest.arrivals else None
    return f"all {limit:,} users" if limit else "all users"


def _held_up(evidence: Evidence) -> Check | None:
    """The row that says so when the generator's own delay is too long, or may be; None when it is not."""
    measured = [value for arm in evidence.arms if (value := evidence.figures.value(arm, P95)) is not None]
    limit_ms = round(max(DELAY_FLOOR_MS, DELAY_RATIO * min(measured, default=0.0)), 3)
    own = {arm: a.own_delay_p95_ms for arm, a in evidence.arrivals.items() if a.own_delay_p95_ms is not None}
    fastest = "fastest" if len(evidence.arms) > 2 else "faster"
    latest = max(own, key=lambda arm: own[arm], default=None)
    if latest is not None and own[latest] > limit_ms:
        message = (
            f"arrivals of {latest} that found a user free were sent {number(own[latest])} ms late (P95); "
            f"the limit is {number(limit_ms)} ms, 1 % of the {fastest} arm's P95"
        )
        return outcome(False, _KEPT, message, observed=own[latest], limit=limit_ms, remedy=_MORE_WORKERS)
    if own:
        return None
    every = {arm: a.delay_p95_ms for arm, a in evidence.arrivals.items() if a.delay_p95_ms is not None}
    latest = max(every, key=lambda arm: every[arm], default=None)
    if latest is None or every[latest] <= limit_ms:
        return None
    # Nothing tells whose delay it was but the lag of the generator's event loop.
    lags_ms = [g.lag_ms.p95 for g in evidence.manifest.generator if g.lag_ms and g.lag_ms.p95 is not None]
    punctual = bool(lags_ms) and max(lags_ms) <= limit_ms
    message = f"arrivals of {latest} were sent {number(every[latest])} ms late (P95)"
    message += ", while the generator woke in time" if punctual else " and nothing says why"
    return outcome(
        None if punctual else False,
        _KEPT,
        message,
        observed=every[latest],
        limit=limit_ms,
        remedy=_MORE_IN_FLIGHT if punctual else f"{_MORE_IN_FLIGHT} Or use more workers (--processes).",
    )
