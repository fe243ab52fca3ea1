"""nginx from the system's packages, in a process of its own with a configuration of the test."""

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import gevent

from tests.http2.peer import AUTHORITY, LIMIT_S

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
LARGE_BYTES = 5_000_000
# `listen ... http2` is what nginx understands before 1.25 and, with a warning, after.
CONFIGURATION = """
daemon off; worker_processes 1; user {user}; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  log_format used '$server_protocol $connection $request_method $uri $status';
  access_log {folder}/access.log used; client_body_temp_path {folder}/body;
  ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/key.pem;
  types {{ application/json json; }}
  gzip on; gzip_types application/json; gzip_min_length 100;
  {settings}
  server {{
    listen 127.0.0.1:{port} ssl{http2};
    root {folder}/files;
    location /small {{ default_type application/json; return 200 '{{"text": "small"}}'; }}
    location /slow {{ alias {folder}/files/; limit_rate 2m; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nginx:
    """A running nginx."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]

    def log(self) -> list[list[str]]:
        """The requests that it has served: protocol, number of the connection, method, path, status."""
        return [line.split() for line in (self.folder / "access.log").read_text().splitlines()]


@contextmanager
def nginx(folder: Path, *, settings: str = "", http2: bool = True) -> Iterator[Nginx]:
    """nginx on a free port, ended in the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    leaf = AUTHORITY.issue_cert("127.0.0.1")
    leaf.private_key_pem.write_to_path(str(folder / "key.pem"))
    AUTHORITY.cert_pem.write_to_path(str(folder / "ca.pem"))
    (folder / "server.pem").write_bytes(b"".join(each.bytes() for each in leaf.cert_chain_pems))
    (folder / "files").mkdir()
    (folder / "files" / "large.bin").write_bytes(os.urandom(LARGE_BYTES))
    (folder / "files" / "words.json").write_bytes(b'{"words": "' + b"word " * 50_000 + b'"}')
    configuration = CONFIGURATION.format(
        folder=folder, user=getpass.getuser(), port=port, settings=settings, http2=" http2" if http2 else ""
    )
    (folder / "nginx.conf").write_text(configuration)
    command = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        while not _listens(port):
            assert process.poll() is None, process.stderr and process.stderr.read()
            gevent.sleep(0.01)
        yield Nginx(url=f"https://127.0.0.1:{port}", folder=folder, process=process)
    finally:
        process.terminate()
        process.communicate(timeout=LIMIT_S)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
