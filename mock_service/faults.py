"""Faults on purpose, for tests of those who must notice them. Nothing else knows of this module but one line.

Which requests are struck is drawn from the seed in order of arrival; GET /health is never struck.
"""

import asyncio
import logging
import os
import random

from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_service.settings import Settings

EXIT_CODE = 70


def add_faults(app: FastAPI, settings: Settings) -> None:
    """Put Faults before the API, if the settings ask for any."""
    wanted = settings.error_ratio or settings.hang_ratio
    if wanted or settings.exit_after_requests is not None or settings.stall_after_s is not None:
        app.add_middleware(Faults, settings=settings)


class Faults:
    """Stands before the API and dies, stalls, errs or never answers, as the settings say."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._random = random.Random(f"{settings.seed}:faults")
        self._requests = 0
        self._first_at_s = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Strike the request, or pass it on."""
        if scope["type"] != "http" or scope["path"] == "/health":
            await self._app(scope, receive, send)
            return
        now_s = asyncio.get_running_loop().time()
        self._first_at_s = self._first_at_s or now_s
        self._requests += 1
        last = self._settings.exit_after_requests
        if last is not None and self._requests > last:
            logging.getLogger(__name__).error("the mock service dies on purpose after %d requests", last)
            os._exit(EXIT_CODE)
        lot = self._random.random()
        await asyncio.sleep(self._stall_left_s(now_s - self._first_at_s))
        if lot < self._settings.error_ratio:
            await JSONResponse({"detail": "a fault on purpose"}, status_code=500)(scope, receive, send)
        elif lot < self._settings.error_ratio + self._settings.hang_ratio:
            await _disconnect(receive)
        else:
            await self._app(scope, receive, send)

    def _stall_left_s(self, elapsed_s: float) -> float:
        begin_s = self._settings.stall_after_s
        if begin_s is None or elapsed_s < begin_s:
            return 0
        return max(0, begin_s + self._settings.stall_s - elapsed_s)


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
