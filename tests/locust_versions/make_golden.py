"""Makes the golden files anew: `python -m tests.locust_versions.make_golden --venvs DIR [VERSION ...]`.

For each version of Locust a virtual environment in DIR, made from PyPI where it is missing, plays tiny.py
against the mock service: in one process, with --csv-full-history, with a worker, with percentiles of its own.
The last version plays three runs of each of two loads as well. Takes about a minute per version.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.mock_service.service import running

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
# Old versions of Locust allow versions of what they stand on that they do not work with.
OLD_FLASK = ("flask<2.3", "werkzeug<2.3", "setuptools<81")
VERSIONS: Mapping[str, Sequence[str]] = {
    "2.0.0": OLD_FLASK,
    "2.8.6": OLD_FLASK,
    "2.15.1": ("flask<3", "werkzeug<3", "setuptools<81"),
    "2.24.1": ("setuptools<81",),
    "2.32.10": ("setuptools<81",),
    "2.46.3": (),
    "2.47.0": (),
}
WITH_JSON_FILE = ("2.46.3", "2.47.0")
KEPT = ("stats", "stats_history", "failures")
LOAD = ("--headless", "-u", "5", "-r", "5", "-t", "6s")
PERCENTILES = "0.29,0.5,0.95,0.999,0.9999"
LIMIT_S = 120


def main() -> None:
    """Make the files of the versions that are named, or of all."""
    parser = argparse.ArgumentParser(description="Makes the golden files anew.")
    parser.add_argument(
        "--venvs", type=Path, required=True, metavar="DIR", help="where environments are kept"
    )
    parser.add_argument("versions", nargs="*", metavar="VERSION", help=f"of {', '.join(VERSIONS)}; all")
    options = parser.parse_args()
    slow = ("--no-tls", "--no-network", "--seed", "1")
    fast = (*slow, "--service-time-factor", "0.4", "--error-ratio", "0.02")
    with running(*slow) as before, running(*fast) as after:
        for version in options.versions or VERSIONS:
            locust = _installed(options.venvs / version, version)
            _play(version, locust, before.address.url, after.address.url)


def _play(version: str, locust: Path, before: str, after: str) -> None:
    folder = GOLDEN / version
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    json_file = ("--json-file", str(folder / "single")) if version in WITH_JSON_FILE else ()
    _run(locust, folder / "single", before, *json_file)
    _run(locust, folder / "history", after, "--csv-full-history")
    _run(locust, folder / "percentiles", before, TINY_PERCENTILES=PERCENTILES)
    _run_distributed(locust, folder / "distributed", after)
    if version == list(VERSIONS)[-1]:
        for number in (1, 2, 3):
            _run(locust, folder / f"before-{number}", before)
            _run(locust, folder / f"after-{number}", after)


def _run(locust: Path, prefix: Path, host: str, *more: str, **environment: str) -> None:
    process = _start(locust, "--csv", str(prefix), "--host", host, *LOAD, *more, **environment)
    _finish(process, prefix)


def _run_distributed(locust: Path, prefix: Path, host: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    master = _start(
        *(locust, "--master", "--master-bind-host", "127.0.0.1", "--master-bind-port", port),
        *("--expect-workers", "1", "--csv", str(prefix), "--host", host, *LOAD),
    )
    worker = _start(locust, "--worker", "--master-host", "127.0.0.1", "--master-port", port)
    try:
        _finish(master, prefix)
        worker.communicate(timeout=LIMIT_S)
    finally:
        worker.kill()


def _start(locust: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LOCUST_")}
    return subprocess.Popen(
        [str(locust), "-f", str(HERE / "tiny.py"), *arguments],
        cwd=GOLDEN,
        env=clean | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _finish(process: subprocess.Popen[str], prefix: Path) -> None:
    """Wait for the end of a run, and keep of its files those that are read."""
    shown, _ = process.communicate(timeout=LIMIT_S)
    stats = prefix.with_name(f"{prefix.name}_stats.csv")
    if not stats.exists():
        sys.exit(f"{stats} was not written:\n{shown}")
    for path in prefix.parent.glob(f"{prefix.name}_*.csv"):
        if path.stem.removeprefix(f"{prefix.name}_") not in KEPT:
            path.unlink()


def _installed(folder: Path, version: str) -> Path:
    """The `locust` of an environment that holds this version, made where there is none."""
    locust = folder / "bin" / "locust"
    if not locust.exists():
        venv.create(folder, with_pip=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, f"locust=={version}", *VERSIONS[version]], check=True)
    return locust


if __name__ == "__main__":
    main()
