"""What the manifest says about how a run was made: versions, sources, machine, command."""

from __future__ import annotations

import hashlib
import inspect
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from locustfiles import __version__


def versions() -> dict[str, str]:
    """The versions that results may depend on."""
    packages = {name: version(name) for name in ("locust", "gevent", "geventhttpclient", "requests")}
    return {"swarmgate": __version__, "python": platform.python_version(), **packages}


def machine() -> dict[str, str | int]:
    """The machine that makes the load."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    }


def command() -> list[str]:
    """The command line that repeats the run, without folders of this machine in its first word."""
    return [Path(sys.argv[0]).name, *sys.argv[1:]]


def source_sha256(user_class: type) -> str | None:
    """The digest of the file that defines a user class; None where there is no file."""
    source = inspect.getsourcefile(_defining(user_class))
    return hashlib.sha256(Path(source).read_bytes()).hexdigest() if source else None


def pinned_sha256(user_class: type) -> str | None:
    """The digest that a file beside the source, `NAME.sha256`, pins it to; None where nothing is pinned."""
    source = inspect.getsourcefile(_defining(user_class))
    pin = Path(source).with_suffix(".sha256") if source else None
    return pin.read_text().split()[0] if pin and pin.exists() else None


def _defining(user_class: type) -> type:
    """The class itself, or the arm that a second arm of the same kind repeats."""
    return getattr(user_class, "repeats", None) or user_class
