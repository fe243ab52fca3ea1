"""What a run recorded, in memory: the same form whether it was stored as rows or as histograms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.manifest import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Requests of one arm, of all endpoints or of one, as the statistics take them.

    `rounds` and `latencies_ms` have an entry per request; a failed request is inf: never answered in time.
    `durations_s` has one per round, in order of the rounds: from a block's first start to its last end, NaN
    where it is not known.
    """

    rounds: NDArray[np.int64]
    latencies_ms: NDArray[np.float64]
    durations_s: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
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

    @property
    def rounds(self) -> list[int]:
        """The judged rounds that this arm has requests of, in order."""
        return sorted(int(number) for number in self.requests["round"].unique())

    def sample(self) -> Sample:
        """All requests of the arm."""
        return self._sample(self.requests)

    def service_sample(self) -> Sample | None:
        """All requests of the arm with their service times for latencies; None in the closed model."""
        if "service_time_ms" not in self.requests:
            return None
        return self._sample(self.requests.assign(latency_ms=self.requests["service_time_ms"]))

    def endpoint_samples(self) -> dict[str, Sample]:
        """The requests of each endpoint, in order of the endpoints' names."""
        parts = self.requests.groupby("endpoint", observed=True)
        return {str(name): self._sample(part) for name, part in parts}

    def _sample(self, requests: pd.DataFrame) -> Sample:
        rounds = requests["round"].to_numpy(dtype=np.int64)
        return Sample(
            rounds=rounds,
            latencies_ms=requests["latency_ms"].to_numpy(dtype=np.float64),
            durations_s=self.durations_s.reindex(np.unique(rounds)).to_numpy(dtype=np.float64),
        )


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
