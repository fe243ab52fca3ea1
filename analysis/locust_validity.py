"""The checks that plain Locust runs allow."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from analysis.locust_arms import LocustArm
from analysis.locust_changes import Arms, several
from analysis.locust_runs import LocustRun
from analysis.objectives import Objective
from analysis.report import Check
from analysis.statistics.quantiles import least_samples
from analysis.validity.evidence import no_evidence, outcome
from analysis.wording import percent

# One more slow request in a hundred moves a P95 by 6.6 % (docs/methodology.md).
MIX_RATIO = 0.01
_SAME = "Give both locustfiles the same requests under the same names, or run locustfiles/comparison.py."
_IN_TURN = "Run them in turn (baseline, optimized, baseline, optimized ...), and give them in that order."
LONGEST_ORDER = 60


def check_runs(arms: Arms, objectives: Sequence[Objective]) -> list[Check]:
    """Every check, in the order of the report; when the runs were made only where there are several."""
    checks = [_same_endpoints(arms), _same_mix(arms), _enough_requests(arms, objectives)]
    return [*checks, _in_turn(arms), _one_at_a_time(arms)] if several(arms) else checks


def _same_endpoints(arms: Arms) -> Check:
    called = {name: set(arm.endpoints) for name, arm in arms.items()}
    everywhere = set.intersection(*called.values())
    alone = [
        f"{endpoint} only by {arm}"
        for arm, names in called.items()
        for endpoint in sorted(names - everywhere)
    ]
    message = f"called {'; '.join(alone[:5])}" if alone else f"{len(everywhere)} endpoints in every arm"
    name = "the arms called the same endpoints"
    return outcome(not alone, name, message, observed=len(alone), limit=0, remedy=_SAME)


def _same_mix(arms: Arms) -> Check:
    """Stats CSVs do not say what was asked: shares that differ are a warning, and equal ones no proof."""
    name = "the arms asked for the same"
    left, right = arms.values()
    endpoints = {*left.endpoints, *right.endpoints}
    shift, endpoint = max((abs(left.share(name) - right.share(name)), name) for name in endpoints)
    message = "stats CSVs do not say what was asked"
    if shift > MIX_RATIO:
        message += f", and the share of {endpoint} among all requests differs by {percent(shift)}"
    return outcome(None, name, message, observed=round(shift, 4), limit=MIX_RATIO, remedy=_SAME)


def _enough_requests(arms: Arms, objectives: Sequence[Objective]) -> Check:
    """Each run must hold the quantile that is taken from it."""
    name, remedy = "enough requests for each quantile", "Run Locust longer."
    for objective in objectives:
        least = least_samples(objective.metric.quantile) if objective.metric.quantile else 1
        for arm in dict.fromkeys(
            [next(iter(arms)), objective.arm] if objective.relative else [objective.arm]
        ):
            count, run = _fewest(arms[arm], objective.endpoint)
            if count < least and not objective.optional:
                figure = f"{objective.metric.name} of {arm}"
                where = f" in {run}" if len(arms[arm].runs) > 1 else ""
                message = f"{objective.name}: {figure} needs {least:,} requests and has {count:,}{where}"
                return outcome(False, name, message, observed=count, limit=least, remedy=remedy)
    return outcome(True, name, "every objective has requests enough")


def _fewest(arm: LocustArm, endpoint: str | None) -> tuple[int, str]:
    """The requests of the shortest run, and its name."""
    return min((row.requests if (row := run.row(endpoint)) else 0, run.name) for run in arm.runs)


def _in_turn(arms: Arms) -> Check:
    """Whether the runs of a pair were neighbours in time: what they share cancels only then."""
    name = "the runs were made in turn"
    numbered = [
        (run.table.started_at, letter, place)
        for letter, arm in zip("AB", arms.values(), strict=True)
        for place, run in enumerate(arm.runs)
    ]
    if any(started is None for started, _, _ in numbered):
        return no_evidence(name, "a run has no PREFIX_stats_history.csv beside it")
    played = sorted(numbered, key=lambda one: (one[0] or 0.0, one[1]))
    order = "".join(letter for _, letter, _ in played)
    shown = order if len(order) <= LONGEST_ORDER else f"{order[:LONGEST_ORDER]}…"
    places = [place for _, _, place in played]
    pairs = list(zip(order[::2], order[1::2], places[::2], places[1::2], strict=False))
    equal = len({len(arm.runs) for arm in arms.values()}) == 1
    if equal and all(first != second and one == other for first, second, one, other in pairs):
        return outcome(True, name, f"in the order {shown}", observed=shown)
    message = f"they were made in the order {shown} (A baseline, B optimized)"
    if order in (
        "A" * order.count("A") + "B" * order.count("B"),
        "B" * order.count("B") + "A" * order.count("A"),
    ):
        message += ": what changed between the first half and the second is taken for a change of the arms"
    else:
        message += ": the pairs, as given, are not neighbours in time"
    return outcome(None, name, message, observed=shown, remedy=_IN_TURN)


def _one_at_a_time(arms: Arms) -> Check:
    """Whether runs overlapped: on one machine they take capacity from each other."""
    name = "one run at a time"
    runs = [run for arm in arms.values() for run in arm.runs]
    timed = sorted(
        (run.table.started_at, _end(run), run.name) for run in runs if run.table.started_at is not None
    )
    if len(timed) < len(runs):
        return no_evidence(name, "a run has no PREFIX_stats_history.csv beside it")
    together = [
        f"{later[2]} began while {earlier[2]} ran"
        for earlier, later in pairwise(timed)
        if later[0] < earlier[1]
    ]
    message = "; ".join(together[:3]) or "no two runs overlap"
    remedy = "Run one after the other: what shares a machine slows each other down."
    return outcome(None if together else True, name, message, observed=len(together), limit=0, remedy=remedy)


def _end(run: LocustRun) -> float:
    """About when a run ended; Locust tells starts by the whole second, so a second is given away."""
    assert run.table.started_at is not None  # noqa: S101  # asked of runs that say when they began
    return run.table.started_at + max(0.0, run.duration_s - 1.0)
