"""The fields of the start form that choose the load, and what the tab says of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.locustfiles.run_files import runs_in
from tests.mock_service.service import Service
from tests.web_ui.chromium import WIDE, picture
from tests.web_ui.locust_ui import LocustUi, locust_ui

pytestmark = pytest.mark.service
FIELDS = "all => Object.fromEntries(all.map(e => [e.name, e.tagName == 'SELECT' ? 'select' : e.type]))"


@pytest.fixture(scope="module")
def ui(mock: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocustUi]:
    with locust_ui(tmp_path_factory.mktemp("load"), service=mock) as ui:
        yield ui


@pytest.fixture
def page(ui: LocustUi, browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport=WIDE)  # type: ignore[arg-type]  # a dict of the right form
    page.set_default_timeout(15_000)
    page.goto(ui.url)
    yield page
    page.close()


def start(page: Page, **texts: str) -> None:
    """Fill in the form and press Start."""
    for name, text in texts.items():
        page.locator(f"input[name={name}]").fill(text)
    page.get_by_role("button", name="Start", exact=True).click()


def tab_of(page: Page) -> Locator:
    page.get_by_role("tab", name="Comparison").click()
    return page.locator("swarmgate-comparison")


def test_a_rate_is_chosen_in_the_form_and_the_tab_says_so(ui: LocustUi, page: Page, tmp_path: Path) -> None:
    page.get_by_text("Custom parameters").click()
    page.locator("input[name=arrivalRate]").wait_for(state="visible")
    fields = page.locator("form input, form select").evaluate_all(FIELDS)
    assert {fields[name] for name in ("arrivalRate", "inFlight", "loadProfile")} == {"text"}
    assert fields["arrivals"] == "select"
    assert page.locator("input[name=arrivalRate]").input_value() == ""
    picture(page, "web-ui-load-fields", tmp_path)

    start(page, arrivalRate="fast", rounds="1", requests="20")
    told = "--arrival-rate fast: expected a finite number of requests per second above 0"
    assert page.get_by_role("alert").inner_text() == told
    start(page, arrivalRate="10", loadProfile="nowhere.toml")
    page.get_by_role("alert").filter(has_text="--arrival-rate and --load-profile").wait_for()
    assert not list(ui.results.glob("*"))

    start(page, loadProfile="", arrivalRate="30")
    tab = tab_of(page)
    picture(page, "web-ui-open-model-started", tmp_path)
    tab.get_by_text("30 requests/s (constant)").wait_for(timeout=150_000)
    tab.locator(".headline").filter(has_text=re.compile("passed|failed|inconclusive|invalid")).wait_for(
        timeout=150_000
    )
    picture(page, "web-ui-open-model", tmp_path)
    (run,) = runs_in(ui.results)
    assert run.manifest["arrivals"] == {"process": "constant", "rate_rps": 30, "in_flight_limit": 300}
    assert [len(run.rows(arm)) for arm in run.arms] == [20, 20]
