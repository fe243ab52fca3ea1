"""Are the arms comparable: the same requests, the same load?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.recording import protocols_of
from analysis.report import Check
from analysis.validity.evidence import Evidence, no_evidence, outcome
from analysis.wording import number

RATE_RATIO = 1.01
"""Rates within 1 % are one: blocks of one schedule end at other arrivals where a request was missed."""


def same_requests(evidence: Evidence) -> Check | None:
    """Every arm asked for the same, number by number."""
    name = "the arms asked for the same"
    if len(evidence.arms) == 1:
        return None
    if evidence.free_form:
        return no_evidence(name, "free-form tasks: not proven; the mix of endpoints is in the report")
    fault = _recorded_difference(evidence) or _difference_in_rows(evidence)
    digests = [arm.asked_sha256 for arm in evidence.manifest.arms]
    complete = None not in digests
    if fault is None and complete and len(set(digests)) > 1:
        fault = f"the digests of what was asked differ: {_odd_ones(evidence, digests)}"
    if fault is None and not complete and not evidence.recording.has_rows:
        return no_evidence(name, "run.json has no asked_sha256 for each arm, and there are no rows")
    how = "method, target and body" if complete else "method and name (run.json has no asked_sha256)"
    remedy = "Give every arm the same request plan: compare clients, not workloads."
    return outcome(
        fault is None, name, fault or f"equal by {how}", observed=fault is None, expected=True, remedy=remedy
    )


def same_endpoints(evidence: Evidence) -> Check | None:
    """No endpoint was called by one arm alone."""
    if len(evidence.arms) == 1 or not evidence.recording.rounds:
        return None
    called = {arm: set(evidence.figures.endpoints(arm)) for arm in evidence.arms}
    everywhere = set.intersection(*called.values())
    alone = [
        f"{endpoint} only by {arm}"
        for arm, names in called.items()
        for endpoint in sorted(names - everywhere)
    ]
    message = f"called {'; '.join(alone[:5])}" if alone else f"{len(everywhere)} endpoints in every arm"
    remedy = "Give every arm the same request plan, and the same names."
    passed = not alone or (None if evidence.free_form else False)  # a rare one can be missed by chance
    return outcome(
        passed, "the arms called the same endpoints", message, observed=len(alone), limit=0, remedy=remedy
    )


def same_answers(evidence: Evidence) -> Check | None:
    """The service answered every arm alike; a difference counts only where sla.toml says so."""
    name = "the arms were answered alike"
    if len(evidence.arms) == 1:
        return None
    semantics = evidence.manifest.semantics
    differences = semantics.answered_differences if semantics else 0
    digests = [arm.answered_sha256 for arm in evidence.manifest.arms]
    if evidence.free_form:
        return None
    if not differences and None in digests:
        return no_evidence(name, "run.json has no answered_sha256 for each arm")
    differ = differences > 0 or len(set(digests)) > 1
    first = (
        next((d for d in semantics.first_differences if d.kind == "answered"), None) if semantics else None
    )
    where = f", first request {first.request} of round {first.round} ({first.name})" if first else ""
    message = f"{differences:,} answers differ{where}" if differ else "equal by status and decoded body"
    if differ and not differences:
        message = "some requests were answered in one arm alone"
    passed = not differ if evidence.answers_identical else (None if differ else True)
    remedy = "Answers with ids or times differ by nature; if not, one arm may be served something else."
    return outcome(passed, name, message, observed=differences, limit=0, remedy=remedy)


def same_load(evidence: Evidence) -> Check | None:
    """Every arm had the planned number of users at work and, in the open model, the same rate of arrivals."""
    name = "the arms had the same load"
    if len(evidence.arms) == 1:
        return None
    remedy = "Start the run with all workers present, and leave the number of users alone while it runs."
    rates_rps = _rates_rps(evidence)
    told = ""
    if rates_rps:
        told = ", ".join(f"{arm} {number(rate)} requests/s" for arm, rate in rates_rps.items())
        if max(rates_rps.values()) > RATE_RATIO * min(rates_rps.values()):
            why = "Give every arm the same schedule of arrivals: compare answers, not rates."
            observed = {arm: round(rate, 3) for arm, rate in rates_rps.items()}
            return outcome(False, name, told, observed=observed, remedy=why)
    workers = evidence.manifest.workers
    if not any(worker.users for worker in workers):
        return no_evidence(name, "run.json lists no workers with their users")
    users = {arm: sum(worker.users.get(arm, 0) for worker in workers) for arm in evidence.arms}
    expected = evidence.manifest.users or max(users.values())
    message = ", ".join(f"{arm} {count} users" for arm, count in users.items())
    message += f"; {told}" if told else ""
    passed = set(users.values()) == {expected}
    return outcome(passed, name, message, observed=users, expected=expected, remedy=remedy)


def _rates_rps(evidence: Evidence) -> dict[str, float]:
    """The intended rate of each arm; empty in the closed model, and where one is not known."""
    known = {arm: a.target_rps for arm, a in evidence.arrivals.items() if a.target_rps is not None}
    return known if len(known) == len(evidence.arms) else {}


def spoke_its_protocol(evidence: Evidence) -> Check | None:
    """Every arm that is meant to speak a protocol was answered in it, request by request."""
    name = "every arm spoke its protocol"
    expected = {arm.name: arm.expected_protocol for arm in evidence.manifest.arms if arm.expected_protocol}
    if not expected:
        return None
    spoken = {arm: protocols_of(evidence.recording, arm) for arm in expected}
    silent = [arm for arm, counts in spoken.items() if not counts]
    others = {
        arm: sum(count for protocol, count in counts.items() if protocol != expected[arm])
        for arm, counts in spoken.items()
    }
    wrong = next((arm for arm, count in others.items() if count), None)
    if wrong is not None:
        told = ", ".join(f"{count:,} in {protocol}" for protocol, count in spoken[wrong].items())
        message = f"{wrong} was meant to speak {expected[wrong]} and was answered {told}"
        remedy = "Does the service, or a proxy before it, offer the protocol (ALPN)?"
        return outcome(False, name, message, observed=others[wrong], limit=0, remedy=remedy)
    if silent:
        return no_evidence(name, f"neither run.json nor rows say what {', '.join(silent)} spoke")
    message = ", ".join(f"{arm} {protocol}" for arm, protocol in expected.items())
    return outcome(True, name, message, observed=0, limit=0)


def baseline_as_pinned(evidence: Evidence) -> Check | None:
    """The baseline's source is the pinned one; another source is worth a warning."""
    arm = evidence.manifest.arms[0]
    if arm.pinned_sha256 is None:
        return None
    passed = True if arm.source_sha256 == arm.pinned_sha256 else None
    message = (
        "unchanged" if passed else "the source differs from the pinned one: earlier runs had another baseline"
    )
    return outcome(
        passed,
        f"the source of {arm.name} is the pinned one",
        message,
        observed=arm.source_sha256 or "unknown",
        expected=arm.pinned_sha256,
        remedy="Keep the baseline as it was at first, or pin the new one.",
    )


def _odd_ones(evidence: Evidence, digests: Sequence[str | None]) -> str:
    """The digests of two arms, or of many the arms whose digest is not the baseline's."""
    if len(digests) == 2:
        return ", ".join(str(digest)[:12] for digest in digests)
    odd = [arm for arm, digest in zip(evidence.arms, digests, strict=True) if digest != digests[0]]
    return f"{', '.join(odd)} from {evidence.arms[0]}"


def _recorded_difference(evidence: Evidence) -> str | None:
    semantics = evidence.manifest.semantics
    if semantics is None or not semantics.asked_differences:
        return None
    first = next((d for d in semantics.first_differences if d.kind == "asked"), None)
    where = f", first request {first.request} of round {first.round} ({first.name})" if first else ""
    return f"{semantics.asked_differences:,} requests differ{where}"


def _difference_in_rows(evidence: Evidence) -> str | None:
    """The first request, by number, that the arms gave different methods or names."""
    if not evidence.recording.has_rows:
        return None
    first, *others = evidence.arms
    for other in others:
        if _same_in_order(evidence, first, other):
            continue
        left, right = (_called(evidence, arm) for arm in (first, other))
        both = left.merge(right, on=["round", "request"], suffixes=("_left", "_right"))
        differ = both[both["endpoint_left"] != both["endpoint_right"]]
        if not differ.empty:
            row = differ.iloc[0]
            asked = f"{first} asked {row['endpoint_left']}, {other} {row['endpoint_right']}"
            where = f"first request {row['request']} of round {row['round']}"
            return f"{len(differ):,} requests differ, {where}: {asked}"
    return None


def _same_in_order(evidence: Evidence, first: str, other: str) -> bool:
    """Whether both arms have the same requests in the same order, which takes no pairing to see."""
    left, right = (evidence.recording.arms[arm].requests for arm in (first, other))
    if len(left) != len(right):
        return False
    endpoints = right["endpoint"].cat.set_categories(left["endpoint"].cat.categories)
    return all(
        np.array_equal(one, two)
        for one, two in (
            (left["round"], right["round"]),
            (left["request"], right["request"]),
            (left["endpoint"].cat.codes, endpoints.cat.codes),
        )
    )


def _called(evidence: Evidence, arm: str) -> pd.DataFrame:
    requests = evidence.recording.arms[arm].requests
    return requests[["round", "request"]].assign(endpoint=requests["endpoint"].astype(object))
