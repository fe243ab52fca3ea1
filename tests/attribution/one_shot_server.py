"""A server that ends kept connections at bad moments, and remembers every request that it was sent."""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Literal

Habit = Literal["closes idle connections", "breaks kept connections"]
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok"


@dataclass(slots=True)
class OneShotServer:
    """`asked` counts request targets, `encodings` what was accepted; every connection answers once."""

    url: str
    asked: Counter[str] = field(default_factory=Counter)
    encodings: set[str] = field(default_factory=set)
    connections: int = 0


@contextmanager
def one_shot_server(habit: Habit) -> Iterator[OneShotServer]:
    """On a free port: after an answer it closes at once, or reads the next request and closes then."""
    threads: list[Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = OneShotServer(f"http://127.0.0.1:{listener.getsockname()[1]}")

        def accept() -> None:
            with suppress(OSError):  # the listener was shut down
                while True:
                    connection, _ = listener.accept()
                    server.connections += 1
                    threads.append(Thread(target=serve, args=(connection,), daemon=True))
                    threads[-1].start()

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                if take(connection):
                    connection.sendall(ANSWER)
                if habit == "breaks kept connections":
                    take(connection)

        def take(connection: socket.socket) -> bool:
            text = b""
            while b"\r\n\r\n" not in text:
                if not (data := connection.recv(65536)):
                    return False
                text += data
            first, *lines = text.decode("latin-1").split("\r\n")
            server.asked[first.split(" ")[1]] += 1
            headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
            server.encodings.add(headers.get("accept-encoding", ""))
            return True

        thread = Thread(target=accept, daemon=True)
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        for each in threads:  # the clients have ended
            each.join()
