"""The report in a real browser: pages of several kinds of run, and Chromium to open them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from analysis.html.page import page
from analysis.report_file import write_text
from tests.analysis.outputs.reports import hostile_report, many_endpoints, report
from tests.analysis.synthetic import START, Rows, fail, measured
from tests.analysis.synthetic_loads import (
    attribution_manifest,
    attribution_rows,
    intended_starts,
    latin_orders,
    many_arms,
    open_manifest,
    open_rows,
    played_open,
)
from tests.web_ui import chromium

WIDE, NARROW = 1100, 400
STAGES = [
    {"name": "ramp up", "kind": "ramp", "judged": False, "requests": 100, "duration_s": 10.0,
     "rate_rps": [0, 20], "users": None},
    {"name": "steady", "kind": "steady", "judged": True, "requests": 200, "duration_s": 10.0,
     "rate_rps": [20, 20], "users": None},
]  # fmt: skip

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
        "three-arms": report(
            root / "three", many_arms(("baseline", "optimized", "http2"), rounds=9), **orders(3, 9)
        ),
        "ten-arms": report(root / "ten", many_arms(rounds=12), **orders(10, 12)),
        "attribution": report(
            root / "attribution", attribution_rows(rounds=12), **attribution_manifest(), **orders(8, 12)
        ),
        "open": report(
            root / "open-model",
            open_rows(_stalled, rounds=9),
            **open_manifest(rate_rps=20.0, users=20),
            stages=STAGES,
        ),
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


def orders(arms: int, rounds: int) -> dict[str, list[str]]:
    """The orders of the blocks, as the manifest has them."""
    return {"block_order": latin_orders(arms, rounds)}


def _stalled(arm: str, number: int) -> pd.DataFrame:
    """A block in the open model whose service stalls for a second."""
    noise = np.random.default_rng([number, arm == "optimized"]).lognormal(0, 0.2, 200)
    times_ms = noise * (150.0 if arm == "optimized" else 320.0)
    return played_open(intended_starts(200, 20.0), times_ms, users=20, stall=(4.0, 1.5))


def _busy(rows: Rows) -> Rows:
    """The same rows with the times of a real run: blocks of some seconds, one after the other."""
    block_s = {"baseline": 3.5, "optimized": 1.8}
    for turn, (arm, frame) in enumerate(rows.items()):
        position = frame.groupby("round").cumcount() / (frame["round"] == 1).sum()
        start = START + 5.6 * frame["round"] + (3.7 if turn else 0)
        frame["started_at"] = (start + position * block_s[arm]).round(6)
    return rows
