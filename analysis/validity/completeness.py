"""Is everything there that the verdict needs?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.errors import nearest
from analysis.report import Check
from analysis.statistics.looks import LEAST_ROUNDS
from analysis.statistics.quantiles import least_samples
from analysis.validity.evidence import Evidence, no_evidence, outcome
from analysis.wording import counted

_REPEAT = "Run the comparison again."


def run_complete(evidence: Evidence) -> Check:
    """The run came to its end, and measured something."""
    name, state = "the run is complete", evidence.manifest.state
    rounds = len(evidence.recording.rounds)
    if rounds == 0:
        return outcome(
            False, name, f"the run is {state} and has no judged round: no data", observed=0, remedy=_REPEAT
        )
    remedy = "Wait until it has ended." if state == "running" else _REPEAT
    message = f"the run is {state} with {counted(rounds, 'judged round')}"
    return outcome(state == "complete", name, message, observed=state, expected="complete", remedy=remedy)


def every_request_accounted_for(evidence: Evidence) -> Check | None:
    """Each judged round of each arm holds the planned number of requests, the same numbers in every arm."""
    name = "every planned request accounted for"
    counts = pd.DataFrame(
        {arm: record.requests["round"].value_counts() for arm, record in evidence.recording.arms.items()}
    ).fillna(0)
    if counts.empty:
        return None
    planned = _planned(evidence, counts)
    observed = int(counts.to_numpy().sum())
    fault = _unsettled(evidence) or _other_numbers(evidence)
    if planned is None and fault is None:
        return no_evidence(name, "run.json has neither requests_per_block nor blocks")
    if planned is not None:
        fault = next(_miscounts(counts, planned), None) or fault
    return outcome(
        fault is None,
        name,
        fault or _all_there(evidence, observed),
        observed=observed,
        expected=None if planned is None else int(planned.to_numpy().sum()),
        remedy=f"{_REPEAT} If it happens again, look for lost workers in the log.",
    )


def run_ended_as_planned(evidence: Evidence) -> Check | None:
    """The run ended at a planned look, and its maximum was not raised after the start."""
    name, rounds, plan = "the run ended at a planned look", len(evidence.recording.rounds), evidence.manifest
    if rounds == 0 or plan.state != "complete":
        return None
    looks = sorted({*plan.planned_looks, *([plan.rounds] if plan.rounds else [])})
    if not looks:
        return no_evidence(name, "run.json has neither planned_looks nor rounds")
    if rounds > looks[-1]:
        message = (
            f"{rounds} rounds were played, at most {looks[-1]} were planned: the plan changed after the start"
        )
        remedy = (
            "Plan the most rounds before the run; more of them after a look at the result bias the verdict."
        )
        return outcome(False, name, message, observed=rounds, limit=looks[-1], remedy=remedy)
    passed = True if rounds in looks else None
    planned = ", ".join(str(look) for look in looks)
    message = f"it ended after {rounds} rounds; looks were planned after {planned}"
    return outcome(
        passed, name, message, observed=rounds, expected=looks, remedy="Let runs end by themselves."
    )


def enough_rounds(evidence: Evidence) -> Check | None:
    """There are rounds enough for intervals."""
    rounds = len(evidence.recording.rounds)
    if rounds == 0:
        return None
    passed = True if rounds >= LEAST_ROUNDS else None
    message = counted(rounds, "judged round")
    if passed is None:
        message += f", fewer than {LEAST_ROUNDS}: verdicts are on point estimates, whose error is not known"
    return outcome(
        passed,
        "enough rounds for intervals",
        message,
        observed=rounds,
        limit=LEAST_ROUNDS,
        remedy=f"Play at least {LEAST_ROUNDS} rounds.",
    )


def enough_requests(evidence: Evidence) -> Check | None:
    """Each quantile that an objective speaks of has the requests that a finite 95 % interval needs."""
    name, fault, gates = "enough requests for each quantile", None, False
    for objective in evidence.objectives:
        arms = [objective.arm, evidence.arms[0]] if objective.relative else [objective.arm]
        least = least_samples(objective.metric.quantile) if objective.metric.quantile else 1
        for arm in arms:
            sample = evidence.figures.sample(arm, objective.endpoint)
            count = 0 if sample is None else len(sample.rounds)
            if count < least and not gates:
                fault = (objective, arm, count, least)
                gates = not objective.optional
    if fault is None:
        return outcome(True, name, "every objective has requests enough")
    objective, arm, count, least = fault
    place = f"{objective.endpoint} of {arm}" if objective.endpoint else arm
    message = (
        f"{objective.name}: {objective.metric.name} of {place} needs {least:,} requests and has {count:,}"
    )
    remedy = "Play more rounds, or more requests per block."
    if count == 0 and objective.endpoint:
        remedy = f"Was the endpoint called? {nearest(objective.endpoint, evidence.figures.endpoints(arm))}"
    return outcome(False if gates else None, name, message, observed=count, limit=least, remedy=remedy)


def _planned(evidence: Evidence, counts: pd.DataFrame) -> pd.DataFrame | None:
    """Planned requests by round and arm: of the blocks where the manifest lists them, else of the plan."""
    # Of k different numbers those of 1 to k that are missing show a gap, however high the last one is.
    rounds = range(1, len(counts) + 1)
    measured = [block for block in evidence.manifest.blocks if block.phase == "measured"]
    if evidence.manifest.state != "complete":
        measured = [block for block in measured if block.round in counts.index]
        rounds = range(0)
    if measured:
        numbers = sorted({*rounds, *(block.round for block in measured)})
        planned = pd.DataFrame(0, index=numbers, columns=counts.columns)
        for block in measured:
            if block.arm in planned.columns:
                planned.loc[block.round, block.arm] = block.requests
        return planned
    if evidence.manifest.requests_per_block is None:
        return None
    return pd.DataFrame(
        evidence.manifest.requests_per_block, index=sorted({*rounds, *counts.index}), columns=counts.columns
    )


def _miscounts(counts: pd.DataFrame, planned: pd.DataFrame) -> Iterator[str]:
    found = counts.reindex(planned.index.union(counts.index), fill_value=0)
    wanted = planned.reindex(found.index, fill_value=0)
    for arm in (str(column) for column in found.columns):
        for number, has, needs in zip(found.index, found[arm], wanted[arm], strict=True):
            if has != needs:
                yield f"round {number} of {arm} has {int(has)} of {int(needs)} requests"


def _unsettled(evidence: Evidence) -> str | None:
    """The first kept block of tasks that did not settle as many as were planned."""
    for block in evidence.manifest.blocks:
        if block.state == "kept" and block.tasks and block.tasks.returned != block.tasks.planned:
            tasks = f"{block.tasks.returned} of {block.tasks.planned} tasks"
            return f"round {block.round} of {block.arm} has {tasks}"
    return None


def _all_there(evidence: Evidence, requests: int) -> str:
    blocks = [
        block for block in evidence.manifest.blocks if block.phase == "measured" and block.state == "kept"
    ]
    tasks = sum(block.tasks.returned for block in blocks if block.tasks)
    if not tasks:
        return f"{requests:,} requests were planned and measured"
    return f"{tasks:,} tasks were planned and played, {requests:,} requests measured"


def _other_numbers(evidence: Evidence) -> str | None:
    """The first plan number that one arm played and another did not."""
    if not evidence.recording.has_rows or evidence.free_form:
        return None
    frames = {arm: record.requests[["round", "request"]] for arm, record in evidence.recording.arms.items()}
    first, *others = frames
    for other in others:
        if np.array_equal(frames[first], frames[other]):
            continue
        merged = frames[first].merge(frames[other], how="outer", indicator="side")
        alone = merged[merged["side"] != "both"]
        if not alone.empty:
            number, request, side = alone.iloc[0]
            arm = first if side == "left_only" else other
            return (
                f"round {number}: request {request} was played by {arm} alone ({len(alone):,} such requests)"
            )
    return None
