"""Were the workers the same ones all along, and alike?"""

from __future__ import annotations

from analysis.report import Check
from analysis.validity.evidence import Evidence, no_evidence, outcome


def workers_stable(evidence: Evidence) -> Check:
    """Both blocks of each round were played by the same workers, and those of the last one are known.

    A swarm that changes between rounds is worth a warning: the arms of each round still met the same workers.
    """
    name, remedy = "the workers stayed the same", "Find out why a worker left or joined, and run it again."
    teams = _teams(evidence)
    if not teams:
        return no_evidence(name, "run.json lists no workers per block")
    split = [number for number, team in teams.items() if len(set(team)) > 1]
    if split:
        message = f"the arms of round {split[0]} were played by different workers"
        return outcome(False, name, message, observed=len(split), limit=0, remedy=remedy)
    first, last = next(iter(teams.values()))[0], teams[max(teams)][0]
    strangers = sorted(last - {worker.id for worker in evidence.manifest.workers})
    if evidence.manifest.workers and strangers:
        message = f"worker {strangers[0]} is not among the workers of run.json"
        return outcome(False, name, message, observed=len(strangers), limit=0, remedy=remedy)
    changed = sum(team[0] != first for team in teams.values())
    message = f"{len(first)} workers, others in {changed} of {len(teams)} rounds"
    return outcome(None if changed else True, name, message, observed=changed, limit=0, remedy=remedy)


def _teams(evidence: Evidence) -> dict[int, list[frozenset[str]]]:
    """The workers of each kept block, by round."""
    teams: dict[int, list[frozenset[str]]] = {}
    for block in evidence.manifest.blocks:
        if block.state == "kept" and block.phase == "measured" and block.workers:
            teams.setdefault(block.round, []).append(frozenset(worker.id for worker in block.workers))
    return teams


def same_versions(evidence: Evidence) -> Check:
    """All workers run the same versions and the same sources."""
    name, workers = "all workers run the same code", evidence.manifest.workers
    described = [worker for worker in workers if worker.versions or worker.source_sha256]
    if not described:
        return no_evidence(name, "run.json has no versions or sources of the workers")
    kinds: dict[str, list[str]] = {}
    for worker in workers:
        code = ", ".join(f"{key} {value}" for key, value in sorted(worker.versions.items()))
        kinds.setdefault(f"{code}; source {(worker.source_sha256 or 'unknown')[:12]}", []).append(worker.id)
    message = " against ".join(f"{code} ({len(ids)} workers)" for code, ids in kinds.items())
    remedy = "Install the same versions and the same files on every worker."
    return outcome(len(kinds) == 1, name, message, observed=len(kinds), expected=1, remedy=remedy)
