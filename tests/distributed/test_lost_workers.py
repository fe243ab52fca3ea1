"""Workers that die, hang, leave or come late: nothing is lost in silence, and the run goes on."""

import os
import random
import re
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import zmq

from tests.distributed.processes import (
    ACCOUNTED,
    STABLE,
    VERDICTS,
    Swarm,
    assert_exact,
    check,
    kept_blocks,
    players,
    report,
    swarm,
    warnings,
)
from tests.locustfiles.locust_process import environment, locust
from tests.mock_service.service import Service

pytestmark = pytest.mark.service

REQUESTS = 200
ROUNDS = 2
SHAPE = ("-u", "24", "--rounds", str(ROUNDS), "--requests", str(REQUESTS), "--warmup-rounds", "0")
ACKNOWLEDGED = b"\x93\xa3ack\xc0\xc0"
"""Locust's answer to a worker that connects, as it travels: ("ack", None, None) in msgpack."""
LOST = re.compile(r"round (\d+), attempt 1: worker (\S+) left (\d+) requests unaccounted for")


def start(several: Swarm, *arguments: str, workers: int = 3) -> None:
    """A run by so many workers, in the middle of its first block."""
    several.start_master("--expect-workers", str(workers), *SHAPE, *arguments)
    for _ in range(workers):
        several.add_worker()
    several.master.wait_until(lambda: several.master.err.count("swarmgate:"), "the run")
    several.master.wait_until(lambda: several.run_started, "the first request")
    time.sleep(0.3)


def discarded(blocks: Sequence[Any]) -> list[Any]:
    """The blocks of rounds that lost a worker."""
    return [block for block in blocks if block["state"] == "discarded"]


def assert_judged_without(several: Swarm, code: int, *, left: int, rounds: int = ROUNDS) -> None:
    """The run is complete and judged, and its report names who was lost, with how much."""
    run = several.run
    assert code in VERDICTS, several.master.err
    assert_exact(run, rounds=rounds, requests=REQUESTS)
    assert check(run, ACCOUNTED) is True
    assert check(run, STABLE) is not False
    (lost,) = [found for text in warnings(run, "requests-lost") if (found := LOST.match(text))]
    assert any(lost[2] in each["message"] and lost[3] in each["message"] for each in report(run)["warnings"])
    lost_blocks = discarded(run.manifest["blocks"])
    owed = sum(worker["planned"] - worker["returned"] for block in lost_blocks for worker in block["workers"])
    assert owed == int(lost[3])
    # What the others had delivered of the round is kept, marked, and judged nowhere.
    assert any(row.part == "discarded" for row in run.unmeasured())
    again = [block for block in kept_blocks(run) if block["round"] == int(lost[1])]
    assert [block["attempt"] for block in again] == [2, 2]
    assert all(len(players(block)) == left and lost[2] not in players(block) for block in again)


def test_a_killed_workers_round_is_played_again_without_it(steady: Service, tmp_path: Path) -> None:
    with swarm(tmp_path, service=steady) as several:
        start(several)
        several.workers[1].process.kill()
        assert_judged_without(several, several.end().code, left=2)


def test_a_hanging_worker_is_left_behind_and_taken_back_when_it_wakes(
    steady: Service, tmp_path: Path
) -> None:
    with swarm(tmp_path, service=steady) as several:
        start(several, "--rounds", "5")
        sleeper = several.workers[0].process
        sleeper.send_signal(signal.SIGSTOP)
        several.master.wait_until(lambda: discarded(several.blocks), "the round to be discarded")
        several.wait_for_blocks(len(several.blocks) + 2)
        sleeper.send_signal(signal.SIGCONT)
        assert_judged_without(several, several.end().code, rounds=5, left=2)
        assert len(players(kept_blocks(several.run)[-1])) == 3
        assert several.workers[0].end().code == 0


def test_without_recovery_a_lost_worker_makes_the_run_invalid(steady: Service, tmp_path: Path) -> None:
    with swarm(tmp_path, service=steady) as several:
        start(several, "--recover", "off")
        several.workers[2].process.kill()
        assert several.end().code == 4
        assert report(several.run)["verdict"] == "invalid"
        assert len(warnings(several.run, "requests-lost")) == 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_loses_all_its_workers_is_invalid(
    number: signal.Signals, steady: Service, tmp_path: Path
) -> None:
    with swarm(tmp_path, service=steady) as several:
        start(several, workers=1)
        several.workers[0].process.send_signal(number)
        ended = several.end()
        assert ended.code == 4, ended.err
        assert report(several.run)["verdict"] == "invalid"
        assert len(warnings(several.run, "requests-lost")) == 1


def test_a_late_worker_takes_part_from_the_next_round_on(steady: Service, tmp_path: Path) -> None:
    with swarm(tmp_path, service=steady) as several:
        start(several, "--rounds", "12", workers=1)
        for _ in range(2):
            several.add_worker()
        assert several.end().code in VERDICTS
        run = several.run
        assert_exact(run, rounds=12, requests=REQUESTS)
        swarms = [players(block) for block in kept_blocks(run)]
        assert swarms[::2] == swarms[1::2]
        assert [len(each) for each in swarms] == sorted(len(each) for each in swarms)
        assert len(swarms[0]) == 1
        assert len(swarms[-1]) == 3
        assert warnings(run, "workers-changed")
        assert check(run, STABLE) is None


def test_workers_that_come_while_users_are_spread_do_not_stop_the_run(quick: Service, tmp_path: Path) -> None:
    with swarm(tmp_path, service=quick) as several:
        several.start_master(*SHAPE)  # expects one worker
        for _ in range(4):
            several.add_worker()
        assert several.end().code in VERDICTS
        assert_exact(several.run, rounds=ROUNDS, requests=REQUESTS)


def test_a_killed_master_leaves_its_rounds_and_its_orphans_meet_a_new_master_in_vain(
    steady: Service, tmp_path: Path
) -> None:
    with swarm(tmp_path, service=steady) as several:
        start(several, workers=2)
        several.wait_for_blocks(2)
        several.master.process.kill()
        several.master.process.wait()
        killed_at = time.monotonic()
        left = several.run
        assert left.manifest["state"] == "running"
        assert_exact(left, rounds=1, requests=REQUESTS)
        orphans = list(several.workers)

        several.start_master(*SHAPE)
        several.add_worker()
        assert several.end().code in VERDICTS
        assert several.run.path != left.path
        assert_exact(several.run, rounds=ROUNDS, requests=REQUESTS)
        assert len(several.run.manifest["workers"]) == 1
        assert warnings(several.run, "stray-samples")
        for orphan in orphans:
            orphan.process.wait(timeout=60 - (time.monotonic() - killed_at))


def test_a_worker_whose_master_dies_before_its_first_heartbeat_ends_too(tmp_path: Path) -> None:
    with zmq.Context() as context, context.socket(zmq.ROUTER) as master:
        port = master.bind_to_random_port("tcp://127.0.0.1")
        with locust(tmp_path, "--worker", "--master-port", str(port), env=environment()) as worker:
            assert master.poll(timeout=60_000)
            address, _ = master.recv_multipart()
            master.send_multipart([address, ACKNOWLEDGED])
            assert worker.end().code == 1


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_ten_workers_killed_at_random_moments_leave_nothing_unaccounted_for(
    steady: Service, tmp_path: Path
) -> None:
    chance = random.Random(int(os.environ.get("SEED", "3")))
    for attempt in range(10):
        with swarm(tmp_path / str(attempt), service=steady) as several:
            start(several)
            time.sleep(chance.uniform(0, 8))
            several.workers[chance.randrange(3)].process.kill()
            assert several.end().code in VERDICTS
            run = several.run
            assert_exact(run, rounds=ROUNDS, requests=REQUESTS)
            assert check(run, ACCOUNTED) is True
            # Every discarded round is told of; a worker killed after the last block cost nothing.
            lost = {(block["round"], block["attempt"]) for block in discarded(run.manifest["blocks"])}
            assert len(warnings(run, "requests-lost")) == len(lost)
