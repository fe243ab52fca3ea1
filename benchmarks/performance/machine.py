"""The machine and the versions that a measurement was made with."""

from __future__ import annotations

import platform
import re
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

PACKAGES = (
    "locust",
    "gevent",
    "geventhttpclient",
    "requests",
    "pandas",
    "numpy",
    "uvicorn",
    "fastapi",
    "bzt",
)
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "nginx": ("nginx", "-v"),
    "wrk": ("wrk", "-v"),
    "hey": ("dpkg-query", "-W", "-f=${Version}", "hey"),
    "h2load": ("h2load", "--version"),
    "ab": ("ab", "-V"),
    "autocannon": ("autocannon", "--version"),
    "artillery": ("artillery", "--version"),
}


def describe() -> dict[str, str]:
    """What there is: processor, cores, memory, system, and the version of every tool that is installed."""
    found = {
        "processor": _processor(),
        "cores": str(psutil.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
    }
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return {**found, **{name: text for name, command in COMMANDS.items() if (text := _said(command))}}


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _said(command: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except OSError:
        return ""
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    words = lines[0].split() if lines else []
    return next((word.strip(",") for word in words if re.search(r"\d\.\d", word)), "")
