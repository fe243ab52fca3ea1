"""Chromium as Debian installs it, without its own errands in the network."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

PATH = shutil.which("chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SERIOUS = {"serious", "critical"}
WIDE = {"width": 1280, "height": 900}


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def picture(page: Page, name: str, folder: Path) -> None:
    """Keep what the page looks like: in the folder of the test, or where SWARMGATE_SCREENSHOTS says."""
    where = Path(os.environ.get("SWARMGATE_SCREENSHOTS") or folder)
    where.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=where / f"{name}.png", full_page=True)


def serious_findings(page: Page, context: str | None = None) -> list[Any]:
    """What axe finds serious or critical in the page, or in the element of this selector."""
    violations = Axe().run(page, context=context).response["violations"]
    return [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in violations
        if violation["impact"] in SERIOUS
    ]
