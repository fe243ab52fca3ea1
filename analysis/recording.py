"""What a run recorded, in memory: the same form whether it was stored as rows or as histograms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.manifest import Manifest
from analysis.statistics.quantiles import by_round, starts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Requests of one arm, of all endpoints or of one, as the statistics take them.

    `rounds` and `latencies_ms` have an entry per request, in order of the rounds; a failed request is inf:
    never answered in time.
    `durations_s` has one per round, in order of the rounds: from a block's first start to its last end, NaN
    where it is not known.
    """

    rounds: NDArray[np.int64]
    latencies_ms: NDArray[np.float64]
    durations_s: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ArmRecord:
    """The measured requests of one arm over the judged rounds.

    `requests` has a row per request with `round`, `endpoint` (category), `latency_ms` (inf where the request
    failed) and, when the run kept rows, `request` (its plan number), `started_at` (seconds since 1970) and
    `error` (category, empty when it was answered). `durations_s` is indexed by round.

    In the open model rows also have `service_time_ms` (inf where the request failed), and there is a
    `schedule` (see schedule.py). `protocols` counts the requests by the protocol of their answer.
    """

    requests: pd.DataFrame
    durations_s: pd.Series
    schedule: pd.DataFrame | None = None
    protocols: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def rounds(self) -> list[int]:
        """The judged rounds that this arm has requests of, in order."""
        return sorted(int(number) for number in self.requests["round"].unique())

    def sample(self) -> Sample:
        """All requests of the arm."""
        return self._sample(self.requests["round"].to_numpy(), self.requests["latency_ms"].to_numpy())

    def service_sample(self) -> Sample | None:
        """All requests of the arm with their service times for latencies; None in the closed model."""
        if "service_time_ms" not in self.requests:
            return None
        return self._sample(self.requests["round"].to_numpy(), self.requests["service_time_ms"].to_numpy())

    @property
    def endpoints(self) -> list[str]:
        """The endpoints that this arm called, in order of their names."""
        return list(self._places)

    def endpoint_sample(self, endpoint: str) -> Sample:
        """The requests of one endpoint. Raises KeyError for one that was not called."""
        own = self._by_endpoint[self._places[endpoint]]
        return self._sample(
            self.requests["round"].to_numpy()[own], self.requests["latency_ms"].to_numpy()[own]
        )

    @cached_property
    def _by_endpoint(self) -> NDArray[np.int32]:
        """The places of the requests, those of an endpoint together and in their order."""
        return np.argsort(self.requests["endpoint"].cat.codes.to_numpy(), kind="stable").astype(np.int32)

    @cached_property
    def _places(self) -> dict[str, slice]:
        """Where each endpoint has its part of `_by_endpoint`."""
        endpoints = self.requests["endpoint"].cat
        counts = np.bincount(endpoints.codes, minlength=len(endpoints.categories))
        ends = np.cumsum(counts)
        return {
            str(name): slice(end - count, end)
            for name, count, end in zip(endpoints.categories, counts, ends, strict=True)
            if count
        }

    def _sample(self, rounds: NDArray[np.int64], latencies_ms: NDArray[np.float64]) -> Sample:
        latencies_ms, rounds = by_round(latencies_ms, rounds)
        durations_s = self.durations_s.reindex(rounds[starts_of(rounds)]).to_numpy(dtype=np.float64)
        return Sample(rounds=rounds, latencies_ms=latencies_ms, durations_s=durations_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A run directory, read; `unmeasured` where the load model or a stage makes it worth reading."""

    directory: Path
    manifest: Manifest
    arms: Mapping[str, ArmRecord]
    has_rows: bool
    unmeasured: pd.DataFrame | None = None

    @property
    def rounds(self) -> list[int]:
        """The judged rounds: those that any arm has requests of, in order."""
        return sorted({number for record in self.arms.values() for number in record.rounds})

    @property
    def paired_rounds(self) -> list[int]:
        """The judged rounds that every arm has requests of, in order."""
        return sorted(set.intersection(*(set(record.rounds) for record in self.arms.values())))


def protocols_of(recording: Recording, arm: str) -> dict[str, int]:
    """Answered requests of an arm by protocol, of run.json or else of its rows; empty where neither says."""
    told = next((one.protocols for one in recording.manifest.arms if one.name == arm), {})
    known = {protocol: count for protocol, count in told.items() if protocol and count}
    return known or dict(recording.arms[arm].protocols)


def endpoint_name(method: str, name: str) -> str:
    """How reports and objectives call an endpoint: `GET /items`; a name that begins with its method stays."""
    return name if not method or name.startswith(f"{method} ") else f"{method} {name}"
