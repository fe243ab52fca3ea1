"""A locustfile beside another: notes every request that Locust is told of, and writes the list at the end."""

import json
import os
from pathlib import Path
from typing import Any

from locust import events

seen: list[tuple[str, float, bool]] = []


def _note(name: str, response_time: float, exception: Exception | None = None, **_: Any) -> None:
    seen.append((name, response_time, exception is not None))


def _write(**_: Any) -> None:
    Path(os.environ["SEEN_REQUESTS"]).write_text(json.dumps(seen))


events.request.add_listener(_note)
events.quit.add_listener(_write)
