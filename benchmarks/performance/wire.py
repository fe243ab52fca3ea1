"""The bytes that one of h2load's requests and its answer put on the wire, with TLS 1.3 around them."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
from dataclasses import dataclass
from math import ceil
from urllib.parse import urlsplit

from benchmarks.performance.h2load import Paced

RECORD_BYTES, RECORD_OVERHEAD_BYTES = 16_384, 22
"""RFC 8446, 5.2: header, content type and tag of AES-GCM or ChaCha20-Poly1305."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """`wire_bytes` of both ways together, `body_bytes` of the answer's body before compression."""

    wire_bytes: int
    body_bytes: int


def exchange(load: Paced) -> Exchange:
    """What one request of a load moves: it is sent once, as h2load has it, to its https URL."""
    request = _request(load)
    where = urlsplit(load.url)
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((where.hostname, where.port), timeout=30) as plain,
        trust.wrap_socket(plain) as secured,
    ):
        secured.sendall(request)
        answer = secured.makefile("rb")
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += answer.readline()
        fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:-2])
        body = answer.read(int(fields[b"content-length"]))
    whole = gzip.decompress(body) if fields.get(b"content-encoding") == b"gzip" else body
    # uvicorn writes head and body apart, and h2load a request in one.
    wire_bytes = sum(len(part) + _overhead_bytes(len(part)) for part in (request, head, body))
    return Exchange(wire_bytes=wire_bytes, body_bytes=len(whole))


def _overhead_bytes(length: int) -> int:
    return ceil(length / RECORD_BYTES) * RECORD_OVERHEAD_BYTES


def _request(load: Paced) -> bytes:
    """The bytes of h2load's request, taken from the wire by a listener, with the port of the load's URL."""
    where = urlsplit(load.url)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        own = f"127.0.0.1:{listener.getsockname()[1]}"
        target = load.url.partition(where.netloc)[2]
        words = ["h2load", "--h1", "-n", "1", "-c", "1", *load.words, f"http://{own}{target}"]
        client = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        listener.settimeout(10)
        taken, _ = listener.accept()
        with taken:
            taken.settimeout(10)
            seen = b""
            while not _complete(seen):
                seen += taken.recv(65_536)
            taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            client.wait(timeout=10)
    return seen.replace(own.encode(), where.netloc.encode())


def _complete(seen: bytes) -> bool:
    head, end, body = seen.lower().partition(b"\r\n\r\n")
    return bool(end) and len(body) >= int(head.partition(b"content-length: ")[2].partition(b"\r")[0] or 0)
