"""What one worker can make: requests per second of each arm against nginx, and what a whole core would give.

nginx answers every request at once with the same small JSON, over TLS, so that the worker is what is
measured. Where the two share cores, the figure per core goes by the worker's own CPU.

    python -m benchmarks.worker_rps [--users 20 100] [--requests 60000]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import trustme

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr; master_process off;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000; client_body_temp_path {folder}/body;
  server {{
    listen 127.0.0.1:{port} ssl backlog=1024;
    ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/key.pem;
    location / {{ default_type application/json; return 200 '{{"text": "{text}"}}'; }}
  }}
}}
"""
LOCUST = str(Path(sys.executable).with_name("locust"))


@contextmanager
def nginx(folder: Path) -> Iterator[dict[str, str]]:
    """What Locust needs to know of an nginx that runs while this context does."""
    binary = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if binary is None:
        sys.exit("worker_rps: needs nginx")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    authority = trustme.CA()
    leaf = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    leaf.private_key_pem.write_to_path(folder / "key.pem")
    (folder / "server.pem").write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, text="x" * 1000))
    server = subprocess.Popen(
        [binary, "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL
    )
    try:
        time.sleep(1)
        trust = str(folder / "ca.pem")
        yield {
            "LOCUST_HOST": f"https://127.0.0.1:{port}",
            "SSL_CERT_FILE": trust,
            "REQUESTS_CA_BUNDLE": trust,
        }
    finally:
        server.terminate()
        server.wait()


def measure(arm: str, users: int, requests: int, folder: Path, env: dict[str, str]) -> dict[str, Any]:
    """One run of one arm by one worker process."""
    results = folder / f"{arm}-{users}"
    words = ["--headless", "--processes", "1", "--arms", arm, "-u", str(users), "--rounds", "2"]
    words += ["--warmup-rounds", "1", "--requests", str(requests), "--results", str(results)]
    subprocess.run([LOCUST, *words], env={**os.environ, **env}, capture_output=True, check=False)
    run = results / "latest"
    found = json.loads((run / "comparison_report.json").read_text())["arms"][arm]
    (generator,) = json.loads((run / "run.json").read_text())["generator"]
    rps, cpu_ratio = found["throughput_rps"], generator["cpu_ratio"]["mean"]
    return {
        "arm": arm,
        "users": users,
        "failures": found["failures"],
        "rps": round(rps),
        "cpu_ratio": cpu_ratio,
        "rps_per_core": round(rps / cpu_ratio) if cpu_ratio else None,
        "lag_p95_ms": generator["lag_ms"]["p95"],
    }


def main() -> None:
    """Print a line per arm and number of users."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--users", type=int, nargs="+", default=[20, 100])
    parser.add_argument("--requests", type=int, default=60_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, nginx(Path(name)) as env:
        for users in options.users:
            for arm, share in (("baseline", 20), ("optimized", 1)):
                print(json.dumps(measure(arm, users, options.requests // share, Path(name), env)), flush=True)


if __name__ == "__main__":
    main()
