"""What the manifest says of a block: who played how much of it, and when."""

from __future__ import annotations

from typing import Any

from locustfiles.blocks import BlockResult
from locustfiles.punctuality import punctuality
from locustfiles.schedule import Round


def block_entry(
    played: Round, block: BlockResult, *, state: str, attempt: int, opened: bool
) -> dict[str, Any]:
    """An entry of `blocks` in run.json; `opened` says that arrivals are those of the open model."""
    return {
        "round": played.number,
        "arm": block.arm,
        "phase": played.phase,
        "first_request": played.first_request,
        **_counts(played, block),
        "users": sum(block.users.values()),
        "started_at": block.started_at,
        "ended_at": block.ended_at,
        "workers": [
            {
                "id": worker,
                "planned": planned,
                "returned": planned - block.missing.get(worker, 0),
                "users": block.users.get(worker),
            }
            for worker, planned in block.planned.items()
        ],
        **({"arrivals": punctuality(block.rows)} if opened else {}),
        "state": state,
        "attempt": attempt,
    }


def _counts(played: Round, block: BlockResult) -> dict[str, Any]:
    """Planned and returned: of a plan its requests, of a free-form block its tasks and their rows."""
    rows = len(block.rows)
    if block.tasks is None:
        return {"requests": played.requests, "returned": rows}
    return {
        "requests": rows,
        "returned": rows,
        "tasks": {"planned": played.requests, "returned": block.tasks},
    }
