"""What a run leaves behind: rows, statistics and the manifest, complete at the end of every round."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from locustfiles import attribution, evidence, run_warnings
from locustfiles.block_entry import block_entry
from locustfiles.blocks import BlockResult
from locustfiles.exact_stats import bucket
from locustfiles.free_form import is_free_form
from locustfiles.generator_summary import GeneratorSummary
from locustfiles.options import Settings
from locustfiles.own_arms import own_host
from locustfiles.run_directory import RunDirectory
from locustfiles.schedule import Round, order_name
from locustfiles.semantics import Semantics
from locustfiles.tally import Tally, exact


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
        self._generator = GeneratorSummary()
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
        self._warn(run_warnings.of_plan(settings))
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
        before = self._manifest["workers"]
        self._warn(run_warnings.of_workers(workers, before=before, settings=self._settings))
        self._manifest["workers"] = [dict(worker) for worker in workers]

    def note_strangers(self, refused: Mapping[str, str], stray_samples: int) -> None:
        """Warn of workers that were refused, and of what they sent."""
        self._warn(run_warnings.of_strangers(refused, stray_samples))

    def keep(self, played: Round, blocks: Sequence[BlockResult], *, attempt: int) -> None:
        """Store a complete round: afterwards its files are valid on disk."""
        for block in blocks:
            block.rows.sort(key=lambda row: row.request)
            self._keep_unmeasured(played, block)
            self._generator.add(block.generator)
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
        self._warn(run_warnings.of_lost_requests(played.number, attempt, lost))
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

    def _warn(self, warnings: Iterable[run_warnings.Warning]) -> None:
        entries = ({"code": code, "message": message, "hint": hint} for code, message, hint in warnings)
        self._manifest["warnings"].extend(entries)

    def _note(self, played: Round, blocks: Sequence[BlockResult], *, state: str, attempt: int) -> None:
        opened = self._settings.load.model == "open"
        self._manifest["blocks"].extend(
            block_entry(played, block, state=state, attempt=attempt, opened=opened) for block in blocks
        )
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
        found = {"arms": arms, "semantics": self._semantics.summary(), "generator": self._generator.entries()}
        self.directory.write_manifest({**self._manifest, **found})


def _own_host(user_class: type) -> dict[str, str]:
    host = own_host(user_class)
    return {} if host is None else {"host": host}


def _expected_protocol(user_class: type) -> dict[str, str]:
    """The protocol that a user class says it speaks; nothing where it says none."""
    stated = getattr(user_class, "protocol", None)
    return {} if stated is None else {"expected_protocol": stated}
