"""The project's files in a folder of their own, and Docker Compose at work in it."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.locustfiles.locust_process import ROOT

FILES = ("docker-compose.yml", "swarm", ".dockerignore", "pyproject.toml", "sla.toml", "requirements.lock")
PACKAGES = ("swarmgate", "locustfiles", "analysis", "mock_service")
OURS = ("LOCUST_", "SWARMGATE_", "MOCK_SERVICE_", "COMPOSE_P")
LIMIT_S = 600.0
STEP_LIMIT_S = 300.0
ANYBODY = 1234
"""A user that is not root, where the test runs as root."""


def engine_missing() -> str:
    """Why there is no Docker Engine with Compose, empty when there is one."""
    if shutil.which("docker") is None:
        return "no `docker` on PATH"
    for words in (["info"], ["compose", "version"]):
        asked = subprocess.run(["docker", *words], capture_output=True, text=True, check=False)
        if asked.returncode:
            return f"`docker {' '.join(words)}` fails: {asked.stderr.strip()}"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A copy of the project, with settings for Compose in its environment."""

    folder: Path
    env: Mapping[str, str]

    @classmethod
    def copied(cls, folder: Path, **env: str) -> "Stack":
        """Copy what a stack is made of."""
        for name in FILES:
            shutil.copy2(ROOT / name, folder)
        for name in PACKAGES:
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        return cls(folder=folder, env={**clean, **env})

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            words,
            cwd=self.folder,
            env=dict(self.env),
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )

    def compose(self, *words: str) -> str:
        """What `docker compose` prints; its message stands in the failure."""
        ran = self.run("docker", "compose", *words)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own."""
        out = (self.folder / "out").open("w")
        err = (self.folder / "err").open("w")
        with out, err:
            return subprocess.Popen(
                words,
                cwd=self.folder,
                env=dict(self.env),
                stdout=out,
                stderr=err,
                text=True,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        """What the started command has written so far."""
        return (self.folder / "out").read_text() + (self.folder / "err").read_text()

    def wait_until(
        self, condition: Callable[[], object], what: str, *, command: subprocess.Popen[str] | None = None
    ) -> None:
        """Wait until something has happened. Fails when time is up, or the command ends before."""
        limit = time.monotonic() + STEP_LIMIT_S
        while True:
            code = command.poll() if command else None
            if condition():  # looked at after the command: what it did last counts
                return
            assert code is None, f"ended with {code} before {what}:\n{self.output}"
            assert time.monotonic() < limit, f"waited in vain for {what}"
            time.sleep(0.2)

    def containers(self) -> list[Any]:
        """What the engine knows of the stack's containers."""
        ids = self.run("docker", "compose", "--profile", "ui", "ps", "--all", "--quiet").stdout.split()
        return list(json.loads(self.run("docker", "inspect", *ids).stdout)) if ids else []

    def down(self) -> None:
        """Take the stack down, whatever state it is in."""
        self.run("docker", "compose", "--profile", "ui", "down", "--volumes", "--timeout", "5")


def service_of(container: Any) -> str:
    """The service that a container belongs to."""
    return str(container["Config"]["Labels"]["com.docker.compose.service"])


def health_of(container: Any) -> str:
    """healthy, unhealthy, starting; empty when it does not run."""
    return str(container["State"].get("Health", {}).get("Status", ""))
