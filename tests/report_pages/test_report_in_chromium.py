"""comparison_report.html as Chromium shows it: whole without scripts, accessible, legible, at every width."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Request

from tests.report_pages.conftest import NARROW, WIDE, Opened
from tests.web_ui.chromium import picture, serious_findings

LOADS = ["three-arms", "ten-arms", "attribution", "open"]
MAIN_KINDS = ["passed", "failed", "invalid", "one-arm", "300-rounds", "hostile", *LOADS]
KINDS = [*MAIN_KINDS, "inconclusive", "one-round", "500-endpoints", "fast", "slow"]
WIDTHS = (320, NARROW, 760, WIDE)

# Pairs of texts of one picture whose boxes overlap, and texts that reach out of their picture.
_CROWDED = """() => {
  const problems = [];
  for (const chart of document.querySelectorAll('svg.chart')) {
    const texts = [...chart.querySelectorAll('text')].map(text => ({
      box: text.getBoundingClientRect(), words: text.textContent }));
    const frame = chart.getBoundingClientRect();
    for (const {box, words} of texts)
      if (box.left < frame.left - 1 || box.right > frame.right + 1
          || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
        problems.push(`${chart.querySelector('title').textContent}: ${words} is clipped`);
    texts.forEach((one, place) => texts.slice(place + 1).forEach(other => {
      const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      if (wide > 1 && high > 3)
        problems.push(`${chart.querySelector('title').textContent}: ${one.words} over ${other.words}`);
    }));
  }
  return problems;
}"""
_TEXT_SIZES = """() => [...document.querySelectorAll('svg.chart text')].map(
  text => parseFloat(getComputedStyle(text).fontSize) * text.closest('svg').getScreenCTM().a)"""


@pytest.mark.parametrize("kind", MAIN_KINDS)
def test_axe_finds_nothing_serious_in_light_or_dark(opened: Opened, kind: str) -> None:
    with opened(kind) as page:
        assert serious_findings(page) == []
        page.emulate_media(color_scheme="dark")
        assert serious_findings(page) == []


def test_axe_would_find_a_text_that_is_too_pale(opened: Opened) -> None:
    with opened("passed") as page:
        page.add_style_tag(content=".note { color: #ccc !important }")

        assert "color-contrast" in dict(serious_findings(page))


@pytest.mark.parametrize("kind", KINDS)
def test_no_text_in_a_picture_overlaps_another_or_is_clipped(opened: Opened, kind: str) -> None:
    with opened(kind) as page:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(_CROWDED) == []


def test_an_overlap_and_a_clipped_label_would_be_found(opened: Opened) -> None:
    with opened("passed") as page:
        page.evaluate(
            "() => { const [one, other] = document.querySelectorAll('svg.chart text');"
            " one.setAttribute('transform', 'translate(-600 20)');"
            " other.replaceWith(one.cloneNode(true)) }"
        )

        found = page.evaluate(_CROWDED)

        assert [row for row in found if row.endswith("is clipped")]
        assert [row for row in found if " over " in row]


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_never_scrolls_sideways(opened: Opened, kind: str) -> None:
    with opened(kind) as page:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_pictures_are_legible_on_a_phone(opened: Opened) -> None:
    with opened("passed", width=NARROW) as page:
        sizes = page.evaluate(_TEXT_SIZES)

    assert len(sizes) > 40
    assert min(sizes) >= 9.5


def test_tables_scroll_in_boxes_that_the_keyboard_reaches(opened: Opened) -> None:
    with opened("passed", width=NARROW) as page:
        wide = page.evaluate(
            "[...document.querySelectorAll('table')].filter(t => t.scrollWidth > innerWidth)"
            ".map(t => t.parentElement.tabIndex)"
        )

        assert wide
        assert set(wide) == {0}


def test_with_scripts_blocked_everything_is_shown_and_nothing_is_fetched(opened: Opened) -> None:
    requests: list[Request] = []

    with opened("passed", java_script_enabled=False) as page:
        page.on("request", lambda request: requests.append(request))  # noqa: PLW0108  # it marks its handler
        page.reload()

        assert page.get_by_role("heading", name="Validity").is_visible()
        assert page.get_by_role("img").count() == 7
        for picture in page.get_by_role("img").all():
            box = picture.bounding_box()
            assert box is not None
            assert box["width"] > 200
            assert box["height"] > 40
        assert len(requests) == 1


def test_hostile_names_run_nothing_and_build_nothing(opened: Opened) -> None:
    dialogs: list[str] = []

    with opened("hostile") as page:
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        page.reload()

        assert dialogs == []
        assert page.locator("script, img, a, b, iframe").count() == 0
        assert "<script>alert('script')</script>" in page.locator("body").inner_text()


def test_where_jenkins_blocks_style_sheets_the_pictures_keep_their_colours(
    browser: Browser, pages: dict[str, Path]
) -> None:
    # The default policy of Jenkins for pages that builds publish.
    policy = "sandbox; default-src 'none'; img-src 'self'; style-src 'self';"
    page = browser.new_page()
    page.route(
        "**",
        lambda route: route.fulfill(
            body=pages["passed"].read_bytes(),
            headers={"Content-Security-Policy": policy, "Content-Type": "text/html"},
        ),
    )
    page.goto("http://jenkins.invalid/report")

    curve = page.locator('[aria-labelledby^=distribution] path[stroke^="var(--arm-b"]').first
    assert curve.evaluate("path => getComputedStyle(path).stroke") == "rgb(10, 95, 176)"
    assert page.locator("body").evaluate("body => getComputedStyle(body).margin") == "8px"
    page.close()


def test_arms_are_told_apart_in_grey_by_dashes_and_markers(opened: Opened) -> None:
    with opened("passed") as page:
        dashes = page.evaluate(
            "[...document.querySelectorAll('[aria-labelledby^=distribution] path[stroke^=\"var(--arm\"]')]"
            ".filter(p => p.getAttribute('stroke-width') == '2')"
            ".map(p => [p.getAttribute('stroke'), p.getAttribute('stroke-dasharray')])"
        )

    styles = dict(dashes)
    assert len(styles) == 2
    assert len(set(styles.values())) == 2


@pytest.mark.parametrize("kind", MAIN_KINDS)
def test_screenshots_are_taken_to_be_looked_at(opened: Opened, tmp_path: Path, kind: str) -> None:
    views: dict[str, dict[str, Any]] = {
        "light": {},
        "dark": {"color_scheme": "dark"},
        "phone": {"width": NARROW},
    }
    for name, options in views.items():
        with opened(kind, **options) as page:
            picture(page, f"report-{kind}-{name}", tmp_path)

            assert page.evaluate("document.documentElement.scrollHeight") > 2_000


def test_it_prints_on_few_pages_in_ink_on_paper(opened: Opened, tmp_path: Path) -> None:
    with opened("passed", color_scheme="dark") as page:
        pdf = page.pdf(path=tmp_path / "report.pdf", format="A4")
        page.emulate_media(media="print")
        colours = page.evaluate(
            "(s => [s.color, getComputedStyle(document.documentElement).getPropertyValue('--surface')])"
            "(getComputedStyle(document.body))"
        )

    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") <= 5
    assert colours == ["rgb(0, 0, 0)", "#fff"]
