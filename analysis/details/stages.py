"""The stages that are not judged: what a ramp or a spike did to each arm."""

from __future__ import annotations

import numpy as np

from analysis.figures import Figures, finite
from analysis.report_load import StageFigures
from analysis.statistics.quantiles import quantile
from analysis.unmeasured_rows import STAGE


def stages_of(figures: Figures) -> list[StageFigures]:
    """A row per stage that is not judged and arm, over the judged rounds, in order of the profile."""
    recording = figures.recording
    rows = recording.unmeasured
    if rows is None:
        return []
    stages = [f"{STAGE}{stage.name}" for stage in recording.manifest.stages if not stage.judged]
    known = rows[rows["part"].isin(stages) & rows["round"].isin(recording.rounds)]
    found = []
    for part in stages:
        for arm in recording.arms:
            own = known[(known["part"] == part) & (known["arm"] == arm)]
            if own.empty:
                continue
            failed = (own["error"] != "").to_numpy(dtype=np.bool_)
            latencies_ms = np.where(failed, np.inf, own["latency_ms"].to_numpy(dtype=np.float64))
            found.append(
                StageFigures(
                    stage=part.removeprefix(STAGE),
                    arm=arm,
                    requests=len(own),
                    failures=int(failed.sum()),
                    p50_ms=finite(quantile(latencies_ms, 0.5)),
                    p95_ms=finite(quantile(latencies_ms, 0.95)),
                )
            )
    return found
