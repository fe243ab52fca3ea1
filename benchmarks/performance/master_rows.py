"""The memory of a master that receives and stores rows; its own process, since importing Locust patches it.

    python -m benchmarks.performance.master_rows 100000 1000000

Plays blocks of 10,000 requests, as the messages of ten workers, and prints as JSON its peak resident memory
in MiB after each number of rows.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import gevent
from locust.rpc import Message

from benchmarks.master_intake import ARMS, USERS_PER_WORKER, SyntheticSwarm, _rest, _row
from locustfiles import player
from locustfiles.blocks import BlockResult
from locustfiles.plan import ShopPlan
from locustfiles.recorder import Row
from locustfiles.schedule import Round, planned_rounds

WORKERS, REQUESTS_PER_WORKER = 10, 1_000
BATCH_ROWS = 1_000


def main() -> None:
    """Print the memory after each number of rows."""
    marks = [int(word) for word in sys.argv[1:]]
    per_round = WORKERS * REQUESTS_PER_WORKER * len(ARMS)
    rounds = planned_rounds(
        arms=len(ARMS), rounds=-(-max(marks) // per_round), warmup_rounds=0, requests=per_round // 2, seed=1
    )
    plan = ShopPlan(seed=1)
    # Drawn once: what is measured is who takes them in.
    rows = [_row(number, plan) for number in range(20_000)]
    found: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        swarm = SyntheticSwarm(workers=WORKERS, requests_per_worker=REQUESTS_PER_WORKER, results=Path(folder))
        for played in rounds:
            swarm.store(played, [_played(swarm, played, arm, rows) for arm in ARMS])
            done = played.number * per_round
            found |= {mark: _peak_mib() for mark in marks if done >= mark and mark not in found}
        swarm.runner.greenlet.kill(block=True)
        swarm.runner.server.close(linger=0)
    print(json.dumps(found))


def _played(swarm: SyntheticSwarm, played: Round, arm: str, rows: list[Row]) -> BlockResult:
    """A block whose rows come as workers send them, BATCH_ROWS at a time."""
    block = gevent.spawn(swarm.player.play, played, arm, users=dict.fromkeys(swarm.names, USERS_PER_WORKER))
    gevent.sleep(0)
    for name in swarm.names:
        opened: Any = swarm.opened[name]
        numbers = [number for _, each, _ in opened["legs"] for number in range(*each)]
        for start in range(0, len(numbers), BATCH_ROWS):
            batch = numbers[start : start + BATCH_ROWS]
            drawn = [
                rows[number % len(rows)]._replace(request=number, started_at=time.time()) for number in batch
            ]
            data = {"block": opened["block"], "rows": drawn, "played": batch[-1] == numbers[-1]}
            swarm.take([(name, Message(player.ROWS, data, name).serialize())])
    swarm.take([(name, _rest(name, swarm.opened[name])) for name in swarm.names])
    result: BlockResult = block.get(timeout=60)
    assert not result.missing
    return result


def _peak_mib() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
