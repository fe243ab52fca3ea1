"""The routes of the mock service as uvicorn and FastAPI serve them by themselves, on a free port."""

import socket

import uvicorn
from fastapi import FastAPI

from mock_service.app import add_routes
from mock_service.catalog import Catalog


class Server(uvicorn.Server):
    """Says where it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen."""
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        print(f"bare service ready at http://127.0.0.1:{port}", flush=True)


if __name__ == "__main__":
    app = FastAPI()
    add_routes(app, Catalog(count=200, seed=1))
    Server(uvicorn.Config(app, port=0, http="httptools", log_config=None, access_log=False)).run()
