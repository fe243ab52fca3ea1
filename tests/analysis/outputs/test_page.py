"""comparison_report.html, read as text: what it may not hold, and what it must."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from analysis.html.page import page, typeset
from tests.analysis.outputs.reports import hostile_report, many_endpoints, report
from tests.analysis.synthetic import analysis, fail, measured, write_run, write_stock

VOID = {"meta", "br", "img", "link", "hr", "input"}


class Document(HTMLParser):
    """Elements with their attributes, all text, and whether every element was closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.text += data

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


def assert_self_contained(html: str) -> Document:
    """No script, nothing to fetch, no place where a text became an element."""
    document = Document(html)
    names = {tag for tag, _ in document.elements}
    assert not names & {"script", "img", "link", "iframe", "object", "embed", "a", "form", "b", "image"}
    for tag, attributes in document.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "srcset")]
        for name in ("href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith("#"), tag
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)
    return document


def test_the_parts_stand_in_the_order_in_which_they_are_read(tmp_path: Path) -> None:
    rows = measured(rounds=8)
    rows["optimized"] = fail(rows["optimized"], share=0.01)
    html = page(
        report(tmp_path, rows, command=["locust", "--headless"], warnings=[{"code": "x", "message": "seen"}])
    )

    headings = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", html)

    assert headings[0].startswith("P95 ")
    assert headings[1:] == [
        "Figures",
        "Objectives",
        "Share of requests answered within a time",
        "Change of every percentile",
        "P95 of each round",
        "Latency over time",
        "Endpoints",
        "Failed requests",
        "Validity",
        "How it was run",
        "Warnings",
    ]


def test_the_verdict_is_one_sentence_with_the_figure_that_carries_it(tmp_path: Path) -> None:
    document = Document(page(report(tmp_path)))

    text = document.text.replace("\N{MINUS SIGN}", "-")
    assert re.search(
        r"P95 1,\d{3} → 48\d\.\d\sms, -5\d\.\d\s% \[-5\d\.\d, -5\d\.\d\]; SLA 800\sms met by", text
    )


def test_it_is_small_self_contained_and_has_unique_ids(tmp_path: Path) -> None:
    html = page(report(tmp_path, measured(rounds=30)))

    document = assert_self_contained(html)

    ids = [value for _, attributes in document.elements if (value := attributes.get("id"))]
    assert len(ids) == len(set(ids))
    assert len(html.encode()) < 200_000


def test_everything_an_id_refers_to_exists(tmp_path: Path) -> None:
    html = page(report(tmp_path))

    document = Document(html)

    ids = {attributes.get("id") for _, attributes in document.elements}
    wanted = set(re.findall(r"url\(#([^)]+)\)", html)) | set(re.findall(r'href="#([^"]+)"', html))
    for attributes in [found for _, found in document.elements]:
        wanted |= set((attributes.get("aria-labelledby") or "").split())
    assert wanted
    assert wanted <= ids


def test_pictures_say_what_they_show_and_tables_what_their_columns_are(tmp_path: Path) -> None:
    document = Document(page(report(tmp_path)))

    pictures = document.all("svg")
    assert len(pictures) == 3 + 4
    assert {picture.get("role") for picture in pictures} == {"img"}
    assert len(document.all("title")) == 1 + len(pictures)
    assert len(document.all("desc")) == len(pictures)
    assert document.all("th")
    assert {cell.get("scope") for cell in document.all("th")} == {"col", "row"}


def test_colours_follow_the_page_and_have_a_value_where_style_sheets_are_blocked(tmp_path: Path) -> None:
    html = page(report(tmp_path))

    pictures = "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
    assert "style=" not in pictures
    assert "#0000" not in pictures
    assert set(re.findall(r'(?:fill|stroke)="([^"(]*)', pictures)) == {"none", "var"}
    assert not re.findall(r"var\(--[\w-]+\)", pictures)


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    html = page(hostile_report(tmp_path))

    document = assert_self_contained(html)

    assert "<script>alert('script')</script>" in document.text
    assert "{{ 7 * 7 }}" in document.text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\u200e\u200f\u2028\u2029]", html)
    assert len(html.encode()) < 500_000


@pytest.mark.parametrize("name", ["/endpoint/{number:03d}", "/{number:03d}" + "'<&\"" * 2_500])
def test_500_endpoints_fit_in_500_kilobytes(tmp_path: Path, name: str) -> None:
    html = page(many_endpoints(tmp_path, name=name, requests=1_000))

    assert len(html.encode()) < 500_000
    assert html.count('<th scope="row" class="name">GET ') == 500


def test_endpoints_come_in_order_of_what_they_add_to_the_change(tmp_path: Path) -> None:
    found = report(tmp_path)

    names = re.findall(r'<th scope="row" class="name">((?:GET|POST) [^<]*)</th>', page(found))

    parts = {row.endpoint: abs(row.contribution_ms or 0) for row in found.endpoints}
    assert names == sorted(parts, key=lambda name: -parts[name])


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"rows": measured(medians_ms={"baseline": 215.0, "optimized": 214.0})}, "Inconclusive"),
        ({"rows": measured(medians_ms={"baseline": 480.0, "optimized": 900.0})}, "Failed"),
        ({"state": "interrupted"}, "Invalid"),
        ({"rows": measured(medians_ms={"optimized": 200.0})}, "Passed"),
        ({"rows": measured(rounds=1, requests=400)}, "Passed"),
        ({"rows": measured(medians_ms={"baseline": 400.0, "optimized": 200.0, "other": 100.0})}, "Passed"),
        ({"rows": {arm: fail(frame, share=1.0) for arm, frame in measured().items()}}, "Failed"),
        (
            {"rows": {arm: frame.head(0) for arm, frame in measured().items()}, "state": "interrupted"},
            "Invalid",
        ),
    ],
)
def test_every_kind_of_run_has_a_page(tmp_path: Path, changes: dict[str, object], verdict: str) -> None:
    html = page(report(tmp_path, **changes))  # type: ignore[arg-type]  # each has its own types

    document = assert_self_contained(html)
    assert verdict in document.text


def test_two_plain_locust_runs_have_a_page_with_their_distribution(tmp_path: Path) -> None:
    runs = [write_stock(tmp_path / f"{name}_stats.csv", p95) for name, p95 in (("a", 700), ("b", 500))]

    analysis("compare", *runs, "--output", tmp_path)

    html = (tmp_path / "comparison_report.html").read_text()
    assert_self_contained(html)
    assert 'id="distribution-title"' in html
    assert 'id="timeline-title"' not in html


def test_a_page_that_looks_back_says_what_changed_since(tmp_path: Path) -> None:
    run, earlier = write_run(tmp_path / "run"), tmp_path / "earlier.json"
    analysis("report", run, "--format", "json")
    (run / "comparison_report.json").rename(earlier)

    analysis("report", run, "--against", earlier)

    assert '<h2 id="since">Since example</h2>' in (run / "comparison_report.html").read_text()
    assert "### Since `example`" in (run / "comparison_report.md").read_text()


def test_figures_are_set_with_a_minus_and_stay_with_their_units() -> None:
    minus, space = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"

    assert typeset("-5 % [-6, -4] %") == f"{minus}5{space}% [{minus}6, {minus}4]{space}%"
    assert typeset("20261123-192024 a-1") == "20261123-192024 a-1"


def test_the_objectives_stand_as_they_were_written_and_not_rounded(tmp_path: Path) -> None:
    objective = {"name": "x", "arm": "optimized", "metric": "p95_ms", "at_most": 1_234_567.8}
    text = Document(page(report(tmp_path, objectives=[objective]))).text

    assert "at_most = 1234567.8\n" in text
