"""Services to be loaded, each in a process of its own, on a core of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.performance.cores import on_core

SLOW_ANSWER_MS = 20
SLOW = """
load_module {module};
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 10000000; client_body_temp_path {folder}/body;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ default_type application/json; echo_sleep {sleep_s}; echo '{{"status": "ok"}}'; }}
  }}
}}
"""
ECHO_MODULE = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")


@contextmanager
def mock_service(*flags: str, core: int | None) -> Iterator[str]:
    """The URL of a mock service."""
    words = ["-m", "mock_service", "serve", "--port", "0", *flags]
    with _announced(words, core=core, environment=_without_settings()) as line:
        yield next(word for word in line.split() if "://" in word)


@contextmanager
def bare_service(*, core: int | None) -> Iterator[str]:
    """The URL of the mock service's routes on FastAPI and uvicorn alone."""
    words = ["-m", "benchmarks.performance.bare_service"]
    with _announced(words, core=core, environment=_without_settings()) as line:
        yield line.split()[-1]


@contextmanager
def slow_server(folder: Path, *, core: int | None) -> Iterator[str]:
    """The URL of an nginx that answers everything after SLOW_ANSWER_MS.

    It sleeps by its event loop, whose clock ticks in milliseconds: an answer takes up to 1 ms more or less.
    """
    binary = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if binary is None or not ECHO_MODULE.exists():
        raise FileNotFoundError("nginx with its echo module is missing (Debian: libnginx-mod-http-echo)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    written = SLOW.format(module=ECHO_MODULE, folder=folder, port=port, sleep_s=SLOW_ANSWER_MS / 1000)
    (folder / "nginx.conf").write_text(written)
    server = subprocess.Popen(
        [*on_core(core), binary, "-p", str(folder), "-c", str(folder / "nginx.conf")],
        stderr=subprocess.DEVNULL,
    )
    try:
        await_port(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def await_port(port: int, *, timeout_s: float = 10) -> None:
    """Return once somebody listens. Raises OSError when nobody does in time."""
    for left in reversed(range(int(timeout_s * 50))):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.02).close()
        except OSError:
            if not left:
                raise
            time.sleep(0.02)
        else:
            return


@contextmanager
def _announced(words: Sequence[str], *, core: int | None, environment: dict[str, str]) -> Iterator[str]:
    process = subprocess.Popen(
        [*on_core(core), sys.executable, *words], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout
    try:
        yield process.stdout.readline()
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("MOCK_SERVICE_")}
