"""The comparison's own routes: what they serve, to whom, and what they refuse."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.locustfiles.run_files import RunFiles, runs_in
from tests.mock_service.service import Service
from tests.web_ui.chromium import picture, serious_findings
from tests.web_ui.locust_ui import LocustUi, locust_ui

pytestmark = pytest.mark.service

BASE = "/load"
PASSWORD = "only for this test"  # noqa: S105  # of a server that lives for seconds


@pytest.fixture(scope="module")
def ui(mock: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocustUi]:
    """A web UI below a path of its own, after one run; another process left a run in the same folder."""
    folder = tmp_path_factory.mktemp("pages")
    foreign = folder / "results" / "20200101-000000-abcdef"
    foreign.mkdir(parents=True)
    (foreign / "run.json").write_text("{}")
    (folder / "results" / "secret.txt").write_text("secret")
    with locust_ui(folder, "--requests", "20", "--rounds", "6", service=mock, base=BASE) as ui:
        assert ui.get("/comparison/").status == 200
        assert json.loads(ui.post("/swarm", user_count=3, spawn_rate=1).text)["success"]
        reports = ui.results.glob
        ui.running.wait_until(lambda: list(reports("2*/comparison_report.html")), "the report")
        yield ui


@pytest.fixture(scope="module")
def run(ui: LocustUi) -> RunFiles:
    return next(run for run in runs_in(ui.results) if (run.path / "rounds").exists())


def test_before_the_first_start_the_page_says_what_to_do(mock: Service, tmp_path: Path) -> None:
    with locust_ui(tmp_path, service=mock) as ui:
        assert "No comparison has been started yet" in ui.get("/comparison/").text


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "rounds/../../secret.txt",
        "rounds/..%2f..%2fsecret.txt",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "rounds",
        ".run.json",
        "rounds/001-baseline_stats.csv%00.html",
        "linked.txt",
    ],
)
def test_only_the_files_of_a_run_are_served(ui: LocustUi, run: RunFiles, path: str) -> None:
    link = run.path / "linked.txt"
    if not link.is_symlink():
        link.symlink_to(ui.results / "secret.txt")
    answer = ui.get(f"/comparison/runs/{run.path.name}/{path}")
    assert answer.status in {308, 404}
    if answer.status == 308:  # two slashes become one
        answer = ui.get(answer.headers["location"].removeprefix(f"http://127.0.0.1:{ui.port}{BASE}"))
        assert answer.status == 404
    assert "secret" not in answer.text


@pytest.mark.parametrize("run_id", ["20200101-000000-abcdef", "latest", "..", "%2e%2e", "nothing"])
def test_only_runs_of_this_process_are_served(ui: LocustUi, run_id: str) -> None:
    assert ui.get(f"/comparison/runs/{run_id}/run.json").status == 404
    assert ui.get(f"/comparison/runs/{run_id}/").status == 404
    assert ui.get(f"/comparison/live?run={run_id}").status == 404


def test_files_can_run_nothing_in_the_browser(ui: LocustUi, run: RunFiles) -> None:
    kinds = {"comparison_report.html": "text/html", "run.json": "application/json", "junit.xml": "text/xml"}
    for name, kind in kinds.items():
        answer = ui.get(f"/comparison/runs/{run.path.name}/{name}")
        assert answer.status == 200
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_csv_is_a_download(ui: LocustUi, run: RunFiles) -> None:
    answer = ui.get(f"/comparison/runs/{run.path.name}/rounds/001-baseline_stats.csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.text == (run.path / "rounds" / "001-baseline_stats.csv").read_bytes().decode()


def test_the_page_needs_no_script(ui: LocustUi, browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{ui.url}/comparison/")
    shown = page.locator("body").inner_text()
    context.close()
    assert re.search(r"(passed|failed|inconclusive|invalid): ", shown)
    assert "comparison_report.json" in shown


def test_axe_finds_nothing_serious_in_our_pages(
    ui: LocustUi, run: RunFiles, browser: Browser, tmp_path: Path
) -> None:
    page = browser.new_page()
    for place, path in enumerate(("/comparison/", f"/comparison/runs/{run.path.name}/")):
        page.goto(ui.url + path)
        page.get_by_text("run.json").first.wait_for()
        picture(page, f"web-ui-page-{place + 1}", tmp_path)
        assert serious_findings(page) == []
    page.close()


def test_a_view_that_cannot_be_refreshed_says_so(ui: LocustUi, browser: Browser) -> None:
    page = browser.new_page()
    page.route("**/comparison/live*", lambda route: route.abort())
    page.goto(f"{ui.url}/comparison/")
    page.locator("swarmgate-comparison[stale]").wait_for()
    words = "getComputedStyle(document.querySelector('swarmgate-comparison'), '::before').content"
    assert "what you see is old" in page.evaluate(words)
    page.close()


def test_the_tab_works_below_a_base_path(ui: LocustUi, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{ui.url}/?tab=comparison")
    page.locator("swarmgate-comparison .headline").wait_for()
    page.close()


def test_the_report_opens_from_the_page(ui: LocustUi, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{ui.url}/comparison/")
    with page.expect_popup() as opened:
        page.get_by_text("Open the report").click()
    opened.value.wait_for_load_state()
    assert opened.value.locator("h1").count() == 1
    opened.value.close()
    page.close()


def test_with_a_login_nothing_is_shown_without_it(mock: Service, tmp_path: Path) -> None:
    with locust_ui(tmp_path, "--web-login", service=mock, SWARMGATE_WEB_PASSWORD=PASSWORD) as ui:
        for path in (
            "/comparison/",
            "/comparison/live",
            "/comparison/runs/x/",
            "/comparison/runs/x/run.json",
        ):
            answer = ui.get(path)
            assert answer.status == 302
            assert answer.headers["location"].startswith("/login")
        refused = ui.post("/swarm", rounds="many")
        assert refused.status == 302
        entered = ui.post("/login_submit", username="swarmgate", password=PASSWORD)
        cookie = entered.headers["set-cookie"].partition(";")[0]
        assert "No comparison" in ui.get("/comparison/", Cookie=cookie).text
