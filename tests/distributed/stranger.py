"""A program that speaks Locust's protocol and is no worker of ours: `stranger.py PORT SAMPLES`.

It connects like a worker, claims to be others, hands in rows and reports samples of an endpoint that no plan
knows, sends garbage, and stays until it is killed.
"""

import sys
import time
from typing import Any

import zmq.green as zmq
from locust import __version__
from locust.rpc import Message
from locust.rpc.zmqrpc import Client
from locust.stats import StatsEntry

NAME = "GET /injected"


def samples(number: int) -> dict[str, object]:
    """A worker's report of so many requests of one millisecond."""
    nobody: Any = None
    entry: Any = StatsEntry(nobody, NAME, "GET")
    entry.num_requests, entry.response_times = number, {1: number}
    entry.start_time, entry.last_request_timestamp = time.time() - 1, time.time()
    report = entry.serialize()
    return {
        "stats": [report],
        "stats_total": report,
        "errors": {},
        "user_classes_count": {"BaselineUser": 99},
        "user_count": 99,
    }


def main(port: int, number: int) -> None:
    """Do all of it, over and over."""
    client = Client("127.0.0.1", port, "stranger")
    row = [1, time.time(), "GET", NAME, 1.0, 1.0, 1, 200, "", b"", b""]
    messages = [
        Message("client_ready", __version__, "stranger"),
        Message("stats", samples(number), "stranger"),
        Message("swarmgate_rows", {"block": "0" * 32, "rows": [row]}, "stranger"),
        Message("swarmgate_hello", None, "stranger"),
        Message("client_ready", 7, "stranger"),
        Message("heartbeat", None, "stranger"),
        Message("stats", None, "stranger"),
        Message("stats", samples(1), "another"),
        Message("quit", None, "another"),
        Message("client_ready", __version__, "stranger"),
    ]
    for message in messages:
        client.send(message)
    for garbage in (b"", b"\xc1", b"\xff\xfe", b"hello"):
        client.socket.send(garbage, zmq.NOBLOCK)
    while True:
        time.sleep(1)
        client.send(Message("heartbeat", {"state": "running", "current_cpu_usage": 1}, "stranger"))
        client.send(Message("swarmgate_hello", {"worker": "stranger", "mac": "0"}, "stranger"))


main(int(sys.argv[1]), int(sys.argv[2]))
