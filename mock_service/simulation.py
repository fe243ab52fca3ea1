"""The work of the service as its clients see it: a place to work at, and the time that it takes."""

import asyncio

from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_service.capacity import Capacity
from mock_service.errors import Overloaded
from mock_service.service_time import ServiceTime

OVERLOADED = "too many requests at work and waiting"


class Simulation:
    """ASGI middleware: an answer comes after its turn and its service time, or at once as 503.

    GET /health is let through at once.
    """

    def __init__(
        self, app: ASGIApp, *, capacity: Capacity, service_time: ServiceTime, retry_after_s: int
    ) -> None:
        self._app = app
        self._capacity = capacity
        self._service_time = service_time
        self._retry_after_s = retry_after_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer when it is time."""
        if scope["type"] != "http" or scope["path"] == "/health":
            await self._app(scope, receive, send)
            return
        try:
            async with self._capacity:
                await self._work(scope, receive, send)
        except Overloaded:
            retry = {"Retry-After": str(self._retry_after_s)}
            answer = JSONResponse({"detail": OVERLOADED}, status_code=503, headers=retry)
            await answer(scope, receive, send)

    async def _work(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        begun_at_s = loop.time()

        async def send_when_done(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", None)
                body_bytes = int(Headers(raw=message["headers"]).get("content-length", 0))
                left_s = begun_at_s + self._service_time.draw_s(route, body_bytes) - loop.time()
                if left_s > 0:
                    await asyncio.sleep(left_s)
            await send(message)

        await self._app(scope, receive, send_when_done)
