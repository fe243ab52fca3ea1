"""What one master can take in: the reports of a synthetic swarm, fed to its receiving code without processes.

Every message is what a worker would send, as bytes; the master reads it, acts on it, and answers into the
void. Measured is the CPU of the master: per worker and second (heartbeats, Locust's statistics, the messages
around a block) and per request (rows taken in and stored). From these follows where one core is full.

    python -m benchmarks.master_intake [--workers 100 1000] [--requests-per-worker 50]
"""

from __future__ import annotations

import argparse
import io
import json
import random
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gevent
from locust import __version__, events
from locust.env import Environment
from locust.rpc import Message
from locust.runners import STATE_RUNNING, MasterRunner, WorkerNode
from locust.stats import RequestStats
from rich.console import Console

from locustfiles import exact_stats, player
from locustfiles.baseline import BaselineUser
from locustfiles.blocks import BlockPlayer, BlockResult
from locustfiles.load import Load
from locustfiles.logbook import Logbook
from locustfiles.optimized import OptimizedUser
from locustfiles.options import Settings
from locustfiles.plan import ShopPlan
from locustfiles.progress import Progress
from locustfiles.recorder import Row
from locustfiles.schedule import Round, planned_rounds
from locustfiles.scoreboard import Scoreboard
from locustfiles.swarm import Swarm

ARMS = {"baseline": BaselineUser, "optimized": OptimizedUser}
USERS_PER_WORKER = 10
HEARTBEAT_S, REPORT_S = 1.0, 3.0
"""How often each worker sends these, as Locust has it."""
BLOCK_S = 5.0
"""How long a block is taken to last, for the figures per second."""
LAG_SAMPLES = int(BLOCK_S / 0.05)


class SyntheticSwarm:
    """A master with workers that exist as messages alone."""

    def __init__(self, *, workers: int, requests_per_worker: int, results: Path) -> None:
        exact_stats.install()
        environment = Environment(user_classes=[BaselineUser, OptimizedUser], events=events)
        runner = environment.create_master_runner("127.0.0.1", 0)
        assert isinstance(runner, MasterRunner)
        self.runner = runner
        self.names = [f"worker-{number:04d}_{'0' * 32}" for number in range(workers)]
        self.swarm = Swarm(environment, runner)
        for name in self.names:
            runner.clients[name] = WorkerNode(name, state=STATE_RUNNING, heartbeat_liveness=10**9)
            self.swarm.admission.admitted[name] = {}
        settings = _settings(workers * USERS_PER_WORKER, workers * requests_per_worker, results)
        rounds = planned_rounds(arms=2, rounds=3, warmup_rounds=0, requests=settings.requests, seed=1)
        self.rounds = rounds
        self.logbook = Logbook(settings, arms=ARMS, host="https://example.com", rounds=rounds, objectives={})
        board = Scoreboard(settings, host="https://example.com")
        self.progress = Progress(board, console=Console(file=io.StringIO()))
        self.player = BlockPlayer(self.swarm, settings=settings, progress=self.progress)
        runner.register_message(player.ROWS, lambda msg, **_: self.player.on_rows(msg))
        runner.register_message(player.REST, lambda msg, **_: self.player.on_rest(msg))
        self.opened: dict[str, Mapping[str, Any]] = {}
        send = self.swarm.send

        def note(worker: str, message: str, data: Mapping[str, Any]) -> None:
            if message == player.OPEN:
                self.opened[worker] = data
            send(worker, message, data)

        setattr(self.swarm, "send", note)  # noqa: B010  # a method to mypy

    def take(self, messages: list[tuple[str, bytes]]) -> float:
        """CPU seconds of the master for these messages; other greenlets get their turn as after a wait."""
        started = time.process_time()
        for worker, data in messages:
            self.runner.handle_message(worker, Message.unserialize(data))
            gevent.sleep(0)
        return time.process_time() - started

    def heartbeats(self) -> list[tuple[str, bytes]]:
        """One heartbeat of every worker."""
        data = {"state": "running", "current_cpu_usage": 42.0, "current_memory_usage": 80_000_000}
        return [(name, Message("heartbeat", data, name).serialize()) for name in self.names]

    def reports(self, requests: int) -> list[tuple[str, bytes]]:
        """Locust's statistics of every worker over so many requests."""
        return [(name, Message("stats", _report(requests, seed), name).serialize()) for seed, name in
                enumerate(self.names)]  # fmt: skip

    def play(self, played: Round, arm: str) -> tuple[BlockResult, float]:
        """Play a block, all answers at once. Its result, and the CPU seconds of the master."""
        users = dict.fromkeys(self.names, USERS_PER_WORKER)
        started = time.process_time()
        block = gevent.spawn(self.player.play, played, arm, users=users)
        gevent.sleep(0)
        spent = time.process_time() - started
        spent += self.take([(name, _rows(name, self.opened[name])) for name in self.names])
        spent += self.take([(name, _rest(name, self.opened[name])) for name in self.names])
        started = time.process_time()
        result: BlockResult = block.get(timeout=60)
        assert not result.missing
        return result, spent + time.process_time() - started

    def store(self, played: Round, blocks: list[BlockResult]) -> float:
        """CPU seconds to store a round."""
        started = time.process_time()
        self.logbook.keep(played, blocks, attempt=1)
        self.progress.round_done(played, {block.arm: block.rows for block in blocks})
        return time.process_time() - started


def _settings(users: int, requests: int, results: Path) -> Settings:
    values: dict[str, Any] = dict.fromkeys(Settings.__dataclass_fields__)
    values |= {"arms": tuple(ARMS), "users": users, "rounds": 3, "looks": (3,), "warmup_rounds": 0}
    values |= {"requests": requests, "lead_in": 1, "lead_out": True, "seed": 1, "request_timeout_s": 10.0}
    values |= {"load": Load(), "rows": True, "recover": True, "sla": Path("sla.toml"), "results": results}
    return Settings(**values)


def _row(number: int, plan: ShopPlan) -> Row:
    request, draw = plan.request(number), random.Random(number)
    took_ms = draw.lognormvariate(5, 0.5)
    digest = draw.randbytes(8)
    return Row(
        request=number,
        started_at=time.time(),
        method=request.method,
        name=request.name,
        latency_ms=took_ms,
        service_time_ms=took_ms,
        response_bytes=20_000,
        status=200,
        error="",
        asked=digest,
        answered=digest,
        protocol="HTTP/1.1",
    )


def _rows(name: str, opened: Mapping[str, Any]) -> bytes:
    plan = ShopPlan(seed=1)
    rows = [_row(number, plan) for _, numbers, _ in opened["legs"] for number in range(*numbers)]
    return bytes(
        Message(player.ROWS, {"block": opened["block"], "rows": rows, "played": True}, name).serialize()
    )


def _rest(name: str, opened: Mapping[str, Any]) -> bytes:
    plan = ShopPlan(seed=2)
    unmeasured = [_row(number, plan) for number in range(opened["users"])]
    data = {
        "block": opened["block"],
        "users": opened["users"],
        "unmeasured": {"lead-in": unmeasured, "lead-out": unmeasured},
        "exceptions": {},
        "generator": {"cpu_ratio": [0.4] * int(BLOCK_S), "lag_ms": [0.123] * LAG_SAMPLES},
    }
    return bytes(Message(player.REST, data, name).serialize())


def _report(requests: int, seed: int) -> dict[str, Any]:
    stats, plan = RequestStats(), ShopPlan(seed=seed)
    for number in range(requests):
        row = _row(number, plan)
        took_ms: Any = row.latency_ms
        stats.log_request(row.method, row.name, took_ms, row.response_bytes)
    return {
        "stats": stats.serialize_stats(),
        "stats_total": stats.total.get_stripped_report(),
        "errors": {},
        "user_classes_count": {"BaselineUser": USERS_PER_WORKER, "OptimizedUser": USERS_PER_WORKER},
        "user_count": 2 * USERS_PER_WORKER,
    }


def measure(workers: int, requests_per_worker: int) -> dict[str, float]:
    """CPU of the master, in microseconds per worker and second and per request."""
    with tempfile.TemporaryDirectory() as folder:
        synthetic = SyntheticSwarm(
            workers=workers, requests_per_worker=requests_per_worker, results=Path(folder)
        )
        heartbeat_s = synthetic.take(synthetic.heartbeats()) / workers
        report_s = synthetic.take(synthetic.reports(int(requests_per_worker * REPORT_S / BLOCK_S))) / workers
        spent: dict[str, list[float]] = {"intake": [], "store": []}
        for played in synthetic.rounds:
            plays = [synthetic.play(played, arm) for arm in ARMS]
            spent["intake"].append(sum(intake_s for _, intake_s in plays) / len(ARMS))
            spent["store"].append(synthetic.store(played, [block for block, _ in plays]) / len(ARMS))
        synthetic.runner.greenlet.kill(block=True)
        synthetic.runner.server.close(linger=0)
    intake_s, store_s = min(spent["intake"]), min(spent["store"])
    return {
        "workers": workers,
        "requests_per_block": workers * requests_per_worker,
        "heartbeat_us": heartbeat_s * 1e6,
        "report_us": report_s * 1e6,
        "block_intake_us_per_worker": intake_s / workers * 1e6,
        "block_store_us_per_worker": store_s / workers * 1e6,
    }


def solved(measurement: Callable[[int], dict[str, float]], few: int, many: int) -> dict[str, float]:
    """Two measurements with few and many requests per worker, taken apart: per worker and per request."""
    one, other = measurement(few), measurement(many)

    def slope(name: str) -> float:
        return (other[name] - one[name]) / (many - few)

    report_us = slope("report_us") / (REPORT_S / BLOCK_S)
    request_us = slope("block_intake_us_per_worker") + slope("block_store_us_per_worker") + report_us
    block_us = sum(one[f"block_{part}_us_per_worker"] for part in ("intake", "store"))
    block_us -= few * (slope("block_intake_us_per_worker") + slope("block_store_us_per_worker"))
    fixed_report_us = one["report_us"] - few * slope("report_us")
    worker_us = one["heartbeat_us"] / HEARTBEAT_S + fixed_report_us / REPORT_S + block_us / BLOCK_S
    return {
        "workers": one["workers"],
        "cpu_us_per_worker_and_second": round(worker_us, 1),
        "cpu_us_per_request": round(request_us, 1),
        "full_at_requests_per_s": round((1e6 - worker_us * one["workers"]) / request_us),
    }


def main() -> None:
    """Print a line per size of the swarm, and all of it as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--requests-per-worker", type=int, nargs=2, default=[20, 100])
    options = parser.parse_args()
    few, many = options.requests_per_worker
    found = []
    for workers in options.workers:
        found.append(solved(lambda requests, workers=workers: measure(workers, requests), few, many))  # type: ignore[misc]  # bound at once
        print(json.dumps(found[-1]), flush=True)
    print(json.dumps({"locust": __version__, "sizes": found}, indent=1))


if __name__ == "__main__":
    main()
