"""The report in a real browser: pages of several kinds of run, and Chromium to open them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from analysis.html.page import page
from analysis.report_file import write_text
from tests.analysis.outputs.reports import hostile_report, many_endpoints, report
from tests.analysis.synthetic import START, Rows, fail, measured
from tests.web_ui import chromium

WIDE, NARROW = 1100, 400

Opened = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium, closed with the module: Playwright runs once at a time in a process."""
    if chromium.PATH is None:
        pytest.skip("there is no chromium in PATH: install Debian's package to see the report tested")
    with chromium.chromium(chromium.PATH) as launched:
        yield launched


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of each kind of run, by name."""
    root = tmp_path_factory.mktemp("pages")
    failed = _busy(measured(rounds=12, medians_ms={"baseline": 480.0, "optimized": 700.0}))
    failed["optimized"] = fail(failed["optimized"], share=0.12)
    reports = {
        "passed": report(root / "passed", _busy(measured(rounds=20)), command=["locust", "--headless"]),
        "failed": report(root / "failed", failed),
        "inconclusive": report(root / "open", measured(medians_ms={"baseline": 215.0, "optimized": 214.0})),
        "invalid": report(root / "invalid", state="interrupted"),
        "one-arm": report(root / "one", measured(medians_ms={"optimized": 300.0})),
        "one-round": report(root / "round", measured(rounds=1, requests=400)),
        "300-rounds": report(root / "long", _busy(measured(rounds=300))),
        "hostile": hostile_report(root / "hostile"),
        "500-endpoints": many_endpoints(root / "many", requests=1_000),
        "fast": report(root / "fast", measured(medians_ms={"baseline": 0.9, "optimized": 0.4})),
        "slow": report(root / "slow", measured(medians_ms={"baseline": 90_000.0, "optimized": 40_000.0})),
    }
    return {name: write_text(page(found), root / f"{name}.html") for name, found in reports.items()}


@pytest.fixture
def opened(browser: Browser, pages: dict[str, Path]) -> Opened:
    """Opens a page by its name in a browser context of its own, and closes it."""

    @contextmanager
    def open_page(name: str, *, width: int = WIDE, **context: Any) -> Iterator[Page]:
        fresh = browser.new_context(viewport={"width": width, "height": 900}, **context)
        found = fresh.new_page()
        found.goto(pages[name].as_uri())
        yield found
        fresh.close()

    return open_page


def _busy(rows: Rows) -> Rows:
    """The same rows with the times of a real run: blocks of some seconds, one after the other."""
    block_s = {"baseline": 3.5, "optimized": 1.8}
    for turn, (arm, frame) in enumerate(rows.items()):
        position = frame.groupby("round").cumcount() / (frame["round"] == 1).sum()
        start = START + 5.6 * frame["round"] + (3.7 if turn else 0)
        frame["started_at"] = (start + position * block_s[arm]).round(6)
    return rows
