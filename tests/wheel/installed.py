"""The project as others have it: a wheel, installed into an environment of its own. No network is needed."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.locustfiles.locust_process import ROOT, Ended, environment

LIMIT_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A wheel and the environment that it is installed into."""

    wheel: Path
    folder: Path

    @property
    def packages(self) -> Path:
        """Its site-packages."""
        return next(self.folder.glob("lib/python*/site-packages"))

    def env(self, **more: str) -> dict[str, str]:
        """What a shell has that activated it."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return environment() | {"PATH": path, "VIRTUAL_ENV": str(self.folder)} | more

    def run(self, where: Path, *words: str, env: Mapping[str, str] | None = None) -> Ended:
        """A command in a folder, to its end."""
        ended = subprocess.run(
            [str(self.folder / "bin" / words[0]), *words[1:]],
            cwd=where,
            env=dict(env or self.env()),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        return Ended(code=ended.returncode, out=ended.stdout, err=ended.stderr)

    def python(self, where: Path, code: str) -> Ended:
        """Python in a folder; `-c` puts the folder on its path, as Locust does."""
        return self.run(where, "python", "-c", code)


def install(folder: Path) -> Installed:
    """Build the wheel and install it, beside the dependencies that are here already."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    _do(*pip, "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder / "dist"))
    [wheel] = (folder / "dist").iterdir()
    installed = Installed(wheel=wheel, folder=folder / "venv")
    _do(sys.executable, "-m", "venv", "--without-pip", str(installed.folder))
    # A folder that a .pth file names is no site folder: what names the checkout in it is not read.
    (installed.packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = str(installed.folder / "bin" / "python")
    _do(*pip, "--python", python, "install", "--no-index", "--no-deps", str(wheel))
    # What pip would have made of Locust's entry point.
    locust = installed.folder / "bin" / "locust"
    locust.write_text(f"#!{python}\nimport sys\nfrom locust.main import main\nsys.exit(main())\n")
    locust.chmod(0o755)
    return installed


def _do(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}{done.stderr}"
