"""The server that is not measured: nginx, which answers every request at once with the same small JSON."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme

from benchmarks.performance.cores import on_core

CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr; master_process off;
worker_rlimit_nofile 20000;
events {{ worker_connections 16000; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_temp_path {folder}/body;
  server {{
    listen 127.0.0.1:{port}{tls} backlog=4096;
    location / {{ default_type application/json; return 200 '{{"text": "{text}"}}'; }}
  }}
}}
"""
START_LIMIT_S = 10.0


class NoNginxError(RuntimeError):
    """nginx is not installed, or does not start."""


@contextmanager
def nginx(
    folder: Path, *, core: int | None = None, tls: bool = False, body_bytes: int = 100
) -> Iterator[dict[str, str]]:
    """What Locust needs to know of an nginx that runs while this context does. Raises NoNginxError."""
    binary = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if binary is None:
        raise NoNginxError("found no nginx; expected it on the path (Debian: nginx-light)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    leaf.private_key_pem.write_to_path(folder / "key.pem")
    (folder / "server.pem").write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    settings = CONFIGURATION.format(
        folder=folder, port=port, tls=" ssl" if tls else "", text="x" * (body_bytes - 12)
    )
    if tls:
        pair = f"ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/key.pem;"
        settings = settings.replace("  server {", f"  {pair}\n  server {{")
    (folder / "nginx.conf").write_text(settings)
    command = [*on_core(core), binary, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_until_open(port, server)
        trust = str(folder / "ca.pem")
        scheme = "https" if tls else "http"
        yield {
            "LOCUST_HOST": f"{scheme}://127.0.0.1:{port}",
            "SSL_CERT_FILE": trust,
            "REQUESTS_CA_BUNDLE": trust,
        }
    finally:
        server.terminate()
        server.wait()


def _wait_until_open(port: int, server: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise NoNginxError(f"nginx did not open port {port} within {START_LIMIT_S:g} s")
