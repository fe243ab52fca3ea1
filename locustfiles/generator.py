"""How busy the load generator is: the CPU of this process and the lag of its event loop. Worker side."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NoReturn

import gevent
import psutil

from locustfiles.alarm import Alarm

LAG_INTERVAL_S = 0.05
CPU_INTERVAL_S = 1.0


class GeneratorMonitor:
    """Samples while it is switched on, that is while a block is open.

    CPU is sampled over whole seconds, as the share of one core. The lag is how much later than asked the
    event loop wakes a sleeper: the delay that this process adds to what it measures. The sleeper is woken by
    a file, as those are that wait for an answer: the loop's own timers are late even where nothing delays it.
    """

    def __init__(self) -> None:
        self.on = False
        self._process = psutil.Process()
        self._cpu_ratios: list[float] = []
        self._lags_ms: list[float] = []

    def start(self) -> None:
        """Begin to sample, for the life of the process."""
        gevent.spawn(self._sample_cpu)
        gevent.spawn(self._sample_lag)

    def take(self) -> Mapping[str, list[float]]:
        """The samples since the last call: `cpu_ratio` (1 is a whole core) and `lag_ms`."""
        taken = {"cpu_ratio": self._cpu_ratios, "lag_ms": self._lags_ms}
        self._cpu_ratios, self._lags_ms = [], []
        return taken

    def _sample_cpu(self) -> NoReturn:
        self._process.cpu_percent()
        while True:
            gevent.sleep(CPU_INTERVAL_S)
            busy = self._process.cpu_percent() / 100
            if self.on:
                self._cpu_ratios.append(round(busy, 4))

    def _sample_lag(self) -> NoReturn:
        alarm = Alarm()
        while True:
            due_s = time.perf_counter() + LAG_INTERVAL_S
            alarm.sleep_until(due_s)
            lag_ms = (time.perf_counter() - due_s) * 1000
            if self.on:
                self._lags_ms.append(round(max(lag_ms, 0.0), 3))
