"""A free port for `--processes`, so that several runs on one machine do not meet on Locust's 5557."""

from __future__ import annotations

import os
import socket
import sys
from typing import Any


def choose_for_processes(parser: Any) -> None:
    """Let the processes of one command meet on a free port, unless a port is given.

    It must be chosen here, while arguments are being declared: Locust forks before it fires `init`. With
    `--worker` the processes are workers of a master elsewhere, which is where it says.
    """
    words = {word.split("=")[0] for word in sys.argv}
    processes = "--processes" in words or os.environ.get("LOCUST_PROCESSES")
    if processes and not ("--worker" in words or os.environ.get("LOCUST_MODE_WORKER")):
        port = free_port()
        parser.set_defaults(master_port=port, master_bind_port=port)


def free_port() -> int:
    """A TCP port of the loopback interface that nobody holds right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
