"""The Comparison tab in a real Chromium: a refused start, a run that is stopped, and one to its end."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.locustfiles.run_files import RunFiles, runs_in
from tests.mock_service.service import Service
from tests.web_ui.chromium import WIDE, picture, serious_findings
from tests.web_ui.locust_ui import LocustUi, locust_ui

pytestmark = pytest.mark.service

HOSTILE = """<img src=x onerror="document.title='broken'">]]> '\" \u202e"""
SLA = f"""
[[objective]]
name = {json.dumps(HOSTILE)}
arm = "optimized"
metric = "p95_ms"
at_most = 800

[[objective]]
name = "P95 no worse than baseline"
arm = "optimized"
metric = "p95_ms"
improvement_at_least = 0
"""
TAB = "swarmgate-comparison"


@dataclass(slots=True, kw_only=True)
class Visit:
    """What was seen, in the order in which it was."""

    ui: LocustUi
    fields: dict[str, str] = field(default_factory=dict)
    labels: str = ""
    refusal: str = ""
    runs_after_refusal: int = -1
    running: str = ""
    grown: str = ""
    edit_refusal: str = ""
    stopped: str = ""
    done: str = ""
    links: Sequence[str] = ()
    findings: list[Any] = field(default_factory=list)
    images: int = -1
    widest: dict[int, tuple[int, int]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    title: str = ""

    @property
    def runs(self) -> Sequence[RunFiles]:
        return runs_in(self.ui.results)


@pytest.fixture(scope="module")
def visit(mock: Service, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    folder = tmp_path_factory.mktemp("tab")
    sla = folder / "sla.toml"
    sla.write_text(SLA)
    with locust_ui(folder, "--sla", str(sla), service=mock) as ui:
        page = browser.new_page(viewport=WIDE)  # type: ignore[arg-type]  # a dict of the right form
        visit = Visit(ui=ui)
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.goto(ui.url)
        see_the_form(page, visit, folder)
        see_a_run_that_is_stopped(page, visit, folder)
        see_a_run_to_its_end(page, visit, folder)
        visit.title = page.title()
        page.close()
        yield visit


def see_the_form(page: Page, visit: Visit, folder: Path) -> None:
    page.get_by_text("Custom parameters").click()
    page.locator("input[name=seed]").wait_for(state="visible")
    kinds = "all => Object.fromEntries(all.map(e => [e.name, e.tagName == 'SELECT' ? 'select' : e.type]))"
    visit.fields = page.locator("form input, form select").evaluate_all(kinds)
    visit.labels = page.locator("form").inner_text()
    page.wait_for_timeout(500)  # the fields unfold
    picture(page, "web-ui-start-form", folder)
    fill(page, rounds="many", requests="20")
    visit.refusal = page.get_by_role("alert").inner_text()
    visit.runs_after_refusal = len(list(visit.ui.results.glob("*")))


def see_a_run_that_is_stopped(page: Page, visit: Visit, folder: Path) -> None:
    fill(page, rounds="500")
    page.get_by_role("tab", name="Comparison").click()
    tab = page.locator(TAB)
    wait_for(tab, r"Round [4-9]\d* of 500")
    visit.running = text_of(tab)
    picture(page, "web-ui-running", folder)
    visit.findings += serious_findings(page, TAB)
    wait_for(tab, r"Round (8|9|\d\d+) of 500")
    visit.grown = text_of(tab)
    page.get_by_role("button", name="Edit", exact=True).click()
    page.get_by_role("button", name="Update", exact=True).click()
    visit.edit_refusal = tab.get_by_role("alert").inner_text()
    page.get_by_role("button", name="Stop", exact=True).click()
    wait_for(tab, "Stopped after")
    visit.stopped = text_of(tab)
    picture(page, "web-ui-stopped", folder)


def see_a_run_to_its_end(page: Page, visit: Visit, folder: Path) -> None:
    page.get_by_role("button", name="New", exact=True).click()
    dialog = page.locator(".MuiModal-root")
    dialog.get_by_text("Custom parameters").click()
    fill(dialog, rounds="6")
    tab = page.locator(TAB)
    wait_for(tab, r"(passed|failed|inconclusive|invalid): ")
    page.wait_for_timeout(2500)  # one more refresh: the last files of the report
    visit.done = text_of(tab)
    visit.links = tab.locator("a").evaluate_all("all => all.map(link => link.href)")
    visit.images = tab.locator("img").count()
    picture(page, "web-ui-done", folder)
    visit.findings += serious_findings(page, TAB)
    page.get_by_role("button", name=re.compile("theme|dark", re.IGNORECASE)).or_(
        page.locator("header button").last
    ).last.click()
    picture(page, "web-ui-done-dark", folder)
    visit.findings += serious_findings(page, TAB)
    page.set_viewport_size({"width": 400, "height": 800})
    picture(page, "web-ui-done-narrow", folder)
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 800})
        visit.widest[width] = tab.evaluate(
            "tab => [tab.scrollWidth, Math.max(...[...tab.shadowRoot.children].map(e => e.scrollWidth))]"
        )


def fill(form: Page | Locator, **texts: str) -> None:
    """Fill in the start form and press Start."""
    for name, text in texts.items():
        form.locator(f"input[name={name}]").fill(text)
    form.get_by_role("button", name="Start", exact=True).click()


def text_of(tab: Locator) -> str:
    """The text that the tab shows."""
    sections = (
        "tab => [...tab.shadowRoot.querySelectorAll('section')].map(each => each.innerText).join('\\n')"
    )
    return str(tab.evaluate(sections))


def wait_for(tab: Locator, pattern: str) -> None:
    """Wait until the tab's headline begins like this."""
    tab.locator(".headline").filter(has_text=re.compile(rf"^\s*{pattern}")).wait_for(timeout=150_000)


def test_choices_are_select_fields_whole_numbers_number_fields_and_the_rest_text(visit: Visit) -> None:
    assert {visit.fields[name] for name in ("leadOut", "rows", "recover")} == {"select"}
    assert visit.fields["calibrate"] == "checkbox"
    assert {visit.fields[name] for name in ("leadIn", "minRounds", "warmupRounds", "seed")} == {"number"}
    assert {visit.fields[name] for name in ("arms", "rounds", "requests", "requestTimeout")} == {"text"}


def test_every_argument_says_what_it_does_and_none_says_where_files_go(visit: Visit) -> None:
    assert "Measured requests per block; auto: 5 per user, at least 100" in visit.labels
    assert "results" not in visit.fields


def test_a_wrong_argument_is_told_in_the_form_and_starts_nothing(visit: Visit) -> None:
    assert visit.refusal == "--rounds many: expected a whole number from 1 up or auto"
    assert visit.runs_after_refusal == 0


def test_both_arms_grow_side_by_side_while_the_run_goes_on(visit: Visit) -> None:
    for text in (visit.running, visit.grown):
        assert re.search(r"Round \d+ of 500: (baseline|optimized), \d+ of 20 requests", text)
        assert re.search(r"P95\s+[\d.,]+ ms\s+[\d.,]+ ms\s+[+-][\d.]+ %\s+\[[+-][\d.]+, [+-][\d.]+\] %", text)
        assert "Provisional" in text
    assert failures_of(visit.grown) > failures_of(visit.running) >= 60


def failures_of(text: str) -> int:
    """How many requests the tab counts for the baseline."""
    found = re.search(r"failures\s+0 of (\d+)", text)
    assert found
    return int(found[1])


def test_objectives_show_how_they_stand_so_far(visit: Visit) -> None:
    assert re.search(r"P95 at most 800 ms\s+[\d.]+ ms\s+met so far", visit.running)
    assert re.search(r"P95 improvement at least 0 %\s+-?[\d.]+ %\s+(not )?met so far", visit.running)


def test_a_running_comparison_is_not_changed_by_the_edit_form(visit: Visit) -> None:
    assert "a comparison is running: stop it" in visit.edit_refusal


def test_a_stopped_run_keeps_its_rounds_and_is_not_judged(visit: Visit) -> None:
    found = re.search(r"Stopped after (\d+) judged rounds: they are stored, and not judged", visit.stopped)
    assert found
    assert int(found[1]) >= 7
    assert "Refused" not in visit.stopped
    assert visit.runs[0].manifest["state"] == "interrupted"


def test_each_start_has_a_run_directory_of_its_own_and_both_are_listed(visit: Visit) -> None:
    assert len(visit.runs) == 2
    for run in visit.runs:
        assert run.path.name in visit.done


def test_the_end_shows_the_reports_verdict_figures_and_objectives(visit: Visit) -> None:
    report = json.loads((visit.runs[1].path / "comparison_report.json").read_text())
    assert f"{report['verdict']}: {report['reasons'][0]}" in visit.done
    for objective in report["objectives"]:
        assert objective["message"] in visit.done
    assert "so far" not in visit.done


def test_every_link_leads_to_a_page_or_file_of_these_runs(visit: Visit) -> None:
    names = {urlsplit(link).path.rsplit("/", 1)[-1] for link in visit.links}
    assert {path.name for path in visit.runs[1].path.iterdir() if path.is_file()} <= names
    for link in visit.links:
        assert link.startswith(visit.ui.url)
        assert visit.ui.get(link.removeprefix(visit.ui.url)).status == 200


def test_all_files_of_the_run_are_a_click_away(visit: Visit) -> None:
    run = visit.runs[1]
    listing = visit.ui.get(f"/comparison/runs/{run.path.name}/").text
    linked = {urljoin("/", link) for link in re.findall(r'href="([^"]+)"', listing)}
    for path in run.path.rglob("*"):
        if path.is_file():
            name = path.relative_to(run.path).as_posix()
            assert f"/comparison/runs/{run.path.name}/{name}" in linked
            assert visit.ui.get(f"/comparison/runs/{run.path.name}/{name}").status == 200


def test_hostile_names_stay_text(visit: Visit) -> None:
    assert HOSTILE.split("\u202e", maxsplit=1)[0].strip() in visit.done
    assert visit.images == 0
    assert visit.title == "Locust"
    assert visit.complaints == []


def test_axe_finds_nothing_serious_in_the_tab(visit: Visit) -> None:
    assert visit.findings == []


def test_the_tab_fits_a_narrow_window(visit: Visit) -> None:
    for width, used in visit.widest.items():
        assert max(used) <= width
