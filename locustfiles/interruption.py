"""Ctrl-C and SIGTERM at any moment, and the exit code that names them.

Headless, Locust waits for its shape before it listens for SIGTERM, so until then the signal would end the
process without a word. Here both signals take Locust's own way out, that of KeyboardInterrupt, which it
expects from the moment that a test runs. Before that the process ends at once; once it is about to end with a
verdict, the verdict's code stays.
"""

from __future__ import annotations

import atexit
import signal
from time import monotonic
from types import FrameType
from typing import Any

import gevent

BY_SIGNAL = 128
PATIENCE_S = 1.0
"""So long a signal may take to have its effect; one that comes again later ends the process on the spot."""


class Interruption:
    """Which signal asked the process to end.

    `begun` says whether Locust has something to bring to an end, `over` whether the process ends by itself:
    Locust takes its leave of workers for a second, and a signal in that time would end it with a traceback.
    """

    def __init__(self) -> None:
        self.begun = self.over = False
        self._signal: int | None = None
        self._since = 0.0
        self._raising: Any = None

    def install(self) -> None:
        """Take over SIGINT and SIGTERM of this process, to its very end."""
        self._handle_by(self._on_signal)
        # Python, as it ends, gives signals their own effect back unless they are ignored.
        atexit.register(self._handle_by, signal.SIG_IGN)

    def _handle_by(self, handler: Any) -> None:
        signal.signal(signal.SIGINT, handler)
        signal.signal(signal.SIGTERM, handler)

    @property
    def exit_code(self) -> int:
        """130 or 143. With a web UI Locust handles SIGTERM itself, so what is not SIGINT is that."""
        return BY_SIGNAL + (self._signal or signal.SIGTERM)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self._signal is not None:
            if monotonic() - self._since > PATIENCE_S:
                if self._raising is not None:
                    self._raising.stop()
                raise SystemExit(self.exit_code)
            return
        self._signal, self._since = number, monotonic()
        if self.over:
            return
        error = KeyboardInterrupt() if self.begun else SystemExit(self.exit_code)
        # Raised by the hub in the main greenlet: raised here, it would end whichever user is running.
        hub = gevent.get_hub()
        self._raising = hub.loop.run_callback_threadsafe(hub.handle_system_error, type(error), error)
