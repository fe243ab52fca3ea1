"""Who may join a swarm: workers that know the run's secret and play the same sources.

The master challenges every worker that connects with a number used once; the worker answers with what it is
and a keyed digest over all of it. The secret itself never travels: Locust sends every option to every worker
that connects, so it is no option. It comes from the environment variable SWARMGATE_TOKEN; without that, the
processes of one user on one machine share one in a file that only this user can read.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Any

import locust

from locustfiles import __version__
from locustfiles.own_arms import sources_sha256 as own_sources

logger = logging.getLogger(__name__)

CHALLENGE, HELLO, REFUSED = "swarmgate_challenge", "swarmgate_hello", "swarmgate_refused"
TOKEN_VARIABLE = "SWARMGATE_TOKEN"  # noqa: S105  # the name of the variable, not its content
ANSWER_LIMIT_S = 10.0


class TokenError(Exception):
    """There is no secret to be had; the message says what to set."""


def token() -> str:
    """The swarm's secret. Raises TokenError where none is given and none can be kept."""
    if given := os.environ.get(TOKEN_VARIABLE):
        return given
    path = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "swarmgate" / "token"
    try:
        if not path.exists():
            _make_token(path)
        found = path.read_text()
    except OSError as error:
        raise TokenError(f"cannot keep the swarm's secret: {error}; set {TOKEN_VARIABLE}") from None
    if not found:
        raise TokenError(f"{path} is empty; remove it, or set {TOKEN_VARIABLE}")
    return found


def _make_token(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".token.{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_hex(32))
    # Linked when complete: another process, started at the same moment, reads all of it or makes its own.
    try:
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()


def sources_sha256(folder: Path = Path(__file__).parent) -> str:
    """The digest over the Python files of the load side: what every process of a swarm must share."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def swarm_sources(environment: Any) -> str:
    """The digest of the load side, and of the user's own locustfile and arms where there are any."""
    own = own_sources(environment.parsed_locustfiles or (), environment.user_classes)
    ours = sources_sha256()
    return hashlib.sha256(f"{ours}\n{own}".encode()).hexdigest() if own else ours


def papers(worker: str, nonce: str, *, locustfile_sha256: str) -> dict[str, str]:
    """A worker's answer to a challenge: what it is, and the proof that it knows the secret."""
    stated = {"worker": worker, "nonce": nonce, **identity(locustfile_sha256)}
    return {**stated, "mac": _mac(stated), "clock": repr(time())}


def identity(sources: str) -> dict[str, str]:
    """What all processes of a swarm must have in common, beside the secret."""
    return {"locust": locust.__version__, "swarmgate": __version__, "sources": sources}


def _mac(stated: Mapping[str, str]) -> str:
    text = "\n".join(f"{key}={stated[key]}" for key in ("worker", "nonce", "locust", "swarmgate", "sources"))
    return hmac.new(token().encode(), text.encode(), hashlib.sha256).hexdigest()


def _outside(value: float, low: float, high: float) -> float:
    """How far a value lies beyond an interval: positive above, negative below, 0 inside."""
    return max(value - high, 0.0) or min(value - low, 0.0)


@dataclass(slots=True)
class Admission:
    """The master's door. `send` delivers a message to a worker, `dismiss` drops one from the swarm."""

    send: Callable[[str, str, Mapping[str, Any]], None]
    dismiss: Callable[[str], None]
    sources: str
    admitted: dict[str, Mapping[str, str]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    clock_offsets_s: dict[str, float] = field(default_factory=dict)
    """By how much the clocks of workers are certainly ahead of the master's, or behind if below 0."""
    stray_samples: int = 0
    _challenged: dict[str, tuple[str, float]] = field(default_factory=dict)

    def challenge(self, connected: Sequence[str]) -> None:
        """Ask every connected worker that is not known yet, again until it answers; refuse the silent."""
        for worker in connected:
            if worker in self.admitted:
                continue
            nonce, since = self._challenged.setdefault(worker, (secrets.token_hex(16), time()))
            if time() - since > ANSWER_LIMIT_S:
                self._refuse(worker, "it did not answer the challenge: it is no swarmgate worker")
            else:
                self.send(worker, CHALLENGE, {"nonce": nonce})

    def on_hello(self, msg: Any, **_: Any) -> None:
        """Admit or refuse a worker by its papers."""
        worker, stated = msg.node_id, msg.data
        nonce, since = self._challenged.get(worker, ("", 0.0))
        if worker in self.admitted or not nonce:
            return
        if problem := self._problem(worker, nonce, stated):
            self._refuse(worker, problem)
        else:
            self.admitted[worker] = stated
            self.clock_offsets_s[worker] = _outside(float(stated["clock"]), since, time())
            self.refused.pop(worker, None)

    def count_stray(self, report: Any) -> None:
        """Count the samples in statistics that a stranger sent; whatever is not readable counts as one."""
        try:
            self.stray_samples += sum(int(entry["num_requests"]) for entry in report["stats"])
        except (KeyError, TypeError, ValueError):
            self.stray_samples += 1

    def _problem(self, worker: str, nonce: str, stated: Any) -> str | None:
        try:
            known = stated["worker"] == worker and stated["nonce"] == nonce
            if not known or not hmac.compare_digest(stated["mac"], _mac(stated)):
                return f"it does not know this swarm's secret; set {TOKEN_VARIABLE} to the master's"
            float(stated["clock"])
        except (KeyError, TypeError, ValueError):
            return "its papers are not readable: it is no swarmgate worker"
        for key, wanted in identity(self.sources).items():
            if stated[key] != wanted:
                return f"its {key} is {stated[key][:16]}, the master's is {wanted[:16]}; use the same on both"
        return None

    def _refuse(self, worker: str, reason: str) -> None:
        self.refused[worker] = reason
        logger.warning("swarmgate: worker %s was refused: %s", worker, reason)
        self._challenged.pop(worker, None)
        self.send(worker, REFUSED, {"reason": reason})
        self.dismiss(worker)
