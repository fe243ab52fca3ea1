"""What a run leaves behind: rows, statistics and the manifest, complete at the end of every round."""

from __future__ import annotations

import secrets
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from locustfiles import attribution, evidence
from locustfiles.blocks import BlockResult
from locustfiles.exact_stats import bucket
from locustfiles.free_form import is_free_form
from locustfiles.options import Settings
from locustfiles.own_arms import own_host
from locustfiles.punctuality import punctuality
from locustfiles.run_directory import RunDirectory
from locustfiles.schedule import Round, order_name
from locustfiles.semantics import Semantics
from locustfiles.tally import Tally, exact

CLOCK_LIMIT_S = 0.1
STRANGERS = 10
"""So many refused workers are named, the others are counted."""


class Logbook:
    """The record of one run."""

    def __init__(
        self,
        settings: Settings,
        *,
        arms: Mapping[str, type],
        host: str,
        rounds: Sequence[Round],
        objectives: Mapping[str, Any],
    ) -> None:
        self._settings = settings
        self._arms: list[dict[str, Any]] = [
            {
                "name": arm,
                "user_class": user_class.__name__,
                "source_sha256": evidence.source_sha256(user_class),
                "pinned_sha256": evidence.pinned_sha256(user_class),
                "tasks": "free-form" if is_free_form(user_class) else "plan",
                **_own_host(user_class),
                **_expected_protocol(user_class),
                **(attribution.of_arm(arm) if settings.attribute else {}),
            }
            for arm, user_class in arms.items()
        ]
        self.run_id = time.strftime("%Y%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(3)
        self.directory = RunDirectory(settings.results, self.run_id)
        self._tallies = {arm: Tally(bucket) for arm in arms}
        self._plan_arms = [arm for arm, user_class in arms.items() if not is_free_form(user_class)]
        self._semantics = Semantics(self._plan_arms)
        # Counted by value, of which there are few: samples never end.
        self._generator: dict[str, dict[str, Counter[float]]] = {}
        self._manifest: dict[str, Any] = {
            "schema_version": "1.0",
            "id": self.run_id,
            "state": "running",
            "stopped": None,
            "started_at": time.time(),
            "ended_at": None,
            "host": host,
            "users": settings.users,
            **settings.load.entries(in_flight_limit=settings.users),
            "seed": settings.seed,
            "requests_per_block": settings.requests,
            "warmup_rounds": settings.warmup_rounds,
            "rounds": settings.rounds,
            "planned_looks": list(settings.looks),
            "block_order": [order_name(each.order) for each in rounds if each.phase == "measured"],
            "lead_in": settings.lead_in,
            "lead_out": settings.lead_out,
            "rows": "on" if settings.rows else "off",
            "request_timeout_s": settings.request_timeout_s,
            **objectives,
            **({"attribution": attribution.of_run(settings.arms)} if settings.attribute else {}),
            "versions": evidence.versions(),
            "machine": evidence.machine(),
            "command": evidence.command(),
            "workers": [],
            "blocks": [],
            "warnings": [],
        }
        if len(arms) > 2 and settings.rounds % len(arms):
            self._warn(
                "unbalanced-order",
                f"the planned rounds ({settings.rounds}) are no multiple of the {len(arms)} arms: not every"
                " arm stands in every place equally often, so that a trend within the rounds favours some",
                f"choose --rounds as a multiple of {len(arms)}",
            )
        if settings.rows:
            for arm in arms:
                self.directory.append_rows(arm, 0, ())
        self.directory.vouch()
        self._write_manifest()

    @property
    def manifest(self) -> Mapping[str, Any]:
        """The manifest as it stands."""
        return self._manifest

    def set_workers(self, workers: Sequence[Mapping[str, Any]]) -> None:
        """Note who plays: id, users per arm, and what else is known of each worker."""
        before = {worker["id"] for worker in self._manifest["workers"]}
        after = {worker["id"] for worker in workers}
        if before and before != after:
            left, joined = ", ".join(sorted(before - after)), ", ".join(sorted(after - before))
            self._warn(
                "workers-changed",
                f"the swarm changed between rounds: left: {left or 'none'}; joined: {joined or 'none'}",
                "users were redistributed; both arms of each round still met the same swarm",
            )
        self._manifest["workers"] = [dict(worker) for worker in workers]
        for worker in workers:
            if worker["id"] not in before and abs(worker["clock_offset_s"]) > CLOCK_LIMIT_S:
                self._warn(
                    "clock-offset",
                    f"the clock of {worker['id']} is {worker['clock_offset_s']:+.1f} s from the master's",
                    "throughput and started_at are off by as much, latencies are not; synchronize the clocks",
                )
        held = sorted(users for worker in workers for users in list(worker["users"].values())[:1])
        # Arrivals are dealt out evenly, however many users wait for them.
        if held[0] != held[-1] and self._settings.load.model == "closed":
            self._warn(
                "uneven-spread",
                f"{sum(held)} users do not spread evenly over {len(held)} workers: {held[0]} to {held[-1]}",
                "both arms hold the same users on each worker; choose -u as a multiple of the workers",
            )

        if self._settings.attribute and held[-1] <= attribution.SMALL_POOL:
            self._warn(
                "pool-not-tried",
                f"no worker has more than {held[-1]} users: a pool of {attribution.SMALL_POOL} connections is"
                " as good as one matched to the concurrency, and the pool is worth nothing",
                f"choose -u above {attribution.SMALL_POOL} for each worker process",
            )

    def _warn(self, code: str, message: str, hint: str) -> None:
        """Add a warning, which the report repeats."""
        self._manifest["warnings"].append({"code": code, "message": message, "hint": hint})

    def note_strangers(self, refused: Mapping[str, str], stray_samples: int) -> None:
        """Warn of workers that were refused, and of what they sent."""
        for worker, reason in list(refused.items())[:STRANGERS]:
            self._warn("worker-refused", f"worker {worker} was refused: {reason}", "see docs/distributed.md")
        if len(refused) > STRANGERS:
            self._warn(
                "worker-refused", f"{len(refused)} workers were refused in all", "see the master's log"
            )
        if stray_samples:
            self._warn(
                "stray-samples",
                f"{stray_samples} samples came from workers that are not part of this run; none was counted",
                "look for workers of an earlier run, and who else reaches the master's port",
            )

    def keep(self, played: Round, blocks: Sequence[BlockResult], *, attempt: int) -> None:
        """Store a complete round: afterwards its files are valid on disk."""
        for block in blocks:
            block.rows.sort(key=lambda row: row.request)
            self._keep_unmeasured(played, block)
            self._add_generator_samples(block)
            if played.phase == "warmup":
                self.directory.append_unmeasured(block.arm, "warmup", 0, block.rows)
            else:
                self._keep_measured(played, block)
        planned = {block.arm: block.rows for block in blocks if block.arm in self._plan_arms}
        if played.phase == "measured" and planned:
            self._semantics.add(played.number, planned)
        self._note(played, blocks, state="kept", attempt=attempt)

    def discard(
        self, played: Round, blocks: Sequence[BlockResult], *, attempt: int, lost: Sequence[tuple[str, int]]
    ) -> None:
        """Store a round that lost requests: its rows are kept, marked, and never judged."""
        for worker, missing in lost:
            self._warn(
                "requests-lost",
                f"round {played.number}, attempt {attempt}: worker {worker} left {missing} requests"
                " unaccounted for; the round was discarded",
                "look at that worker's output and at its machine",
            )
        for block in blocks:
            self._keep_unmeasured(played, block)
            self.directory.append_unmeasured(block.arm, "discarded", played.number, block.rows)
        self._note(played, blocks, state="discarded", attempt=attempt)

    def finish(self, *, state: str, stopped: str) -> None:
        """Complete the manifest: `state` is complete or interrupted, `stopped` says why the run ended."""
        self._manifest.update(state=state, stopped=stopped, ended_at=time.time())
        self._write_manifest()

    def _keep_measured(self, played: Round, block: BlockResult) -> None:
        if self._settings.rows:
            self.directory.append_rows(block.arm, played.number, block.rows)
        tally = Tally(exact)
        tally.add(block.rows)
        self.directory.write_round(block.arm, played.number, tally, histogram=not self._settings.rows)
        total = self._tallies[block.arm]
        total.add(block.rows, exceptions=block.exceptions)
        self.directory.write_arm(block.arm, total)
        history = total.history_row(timestamp=int(block.ended_at), users=self._settings.users, block=tally)
        self.directory.append_history(block.arm, history)

    def _keep_unmeasured(self, played: Round, block: BlockResult) -> None:
        for part, rows in sorted(block.unmeasured.items()):
            self.directory.append_unmeasured(block.arm, part, played.number, rows)
        for arm, rows in sorted(block.outside.items()):
            self.directory.append_unmeasured(arm, "outside", played.number, rows)

    def _add_generator_samples(self, block: BlockResult) -> None:
        for worker, samples in block.generator.items():
            kept = self._generator.setdefault(worker, {"cpu_ratio": Counter(), "lag_ms": Counter()})
            for name, values in samples.items():
                kept[name].update(values)

    def _note(self, played: Round, blocks: Sequence[BlockResult], *, state: str, attempt: int) -> None:
        for block in blocks:
            entry = _block_entry(played, block)
            if self._settings.load.model == "open":
                entry["arrivals"] = punctuality(block.rows)
            self._manifest["blocks"].append({**entry, "state": state, "attempt": attempt})
        self.directory.vouch()
        self._write_manifest()

    def _digests(self, arm: str) -> dict[str, str | None]:
        if arm not in self._plan_arms:
            return {"asked_sha256": None, "answered_sha256": None}
        return {
            "asked_sha256": self._semantics.asked_sha256(arm),
            "answered_sha256": self._semantics.answered_sha256(arm),
        }

    def _write_manifest(self) -> None:
        arms = [
            {
                **arm,
                **self._digests(arm["name"]),
                "protocols": dict(sorted(self._tallies[arm["name"]].protocols.items())),
            }
            for arm in self._arms
        ]
        generator = [
            {"worker": worker, "cpu_ratio": _cpu(samples["cpu_ratio"]), "lag_ms": _lag(samples["lag_ms"])}
            for worker, samples in self._generator.items()
        ]
        found = {"arms": arms, "semantics": self._semantics.summary(), "generator": generator}
        self.directory.write_manifest({**self._manifest, **found})


def _block_entry(played: Round, block: BlockResult) -> dict[str, Any]:
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


def _own_host(user_class: type) -> dict[str, str]:
    host = own_host(user_class)
    return {} if host is None else {"host": host}


def _expected_protocol(user_class: type) -> dict[str, str]:
    """The protocol that a user class says it speaks; nothing where it says none."""
    stated = getattr(user_class, "protocol", None)
    return {} if stated is None else {"expected_protocol": stated}


def _cpu(ratios: Counter[float]) -> dict[str, float | int | None]:
    samples = ratios.total()
    mean = sum(ratio * count for ratio, count in ratios.items()) / samples if samples else None
    return {
        "samples": samples,
        "mean": None if mean is None else round(mean, 4),
        "max": max(ratios, default=None),
    }


def _lag(lags_ms: Counter[float]) -> dict[str, float | int | None]:
    samples, ordered = lags_ms.total(), sorted(lags_ms)
    counts = list(accumulate(lags_ms[lag] for lag in ordered))

    def at(quantile: float) -> float | None:
        place = min(int(samples * quantile), samples - 1)
        return ordered[bisect_right(counts, place)] if ordered else None

    return {"samples": samples, "p50": at(0.5), "p95": at(0.95), "max": at(1.0)}
