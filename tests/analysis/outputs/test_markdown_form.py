"""comparison_report.md, as a library for GitHub's Markdown renders it."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from analysis.markdown import markdown
from analysis.markdown_text import code, escaped
from tests.analysis.outputs.reports import HOSTILE, hostile_report, many_endpoints, report
from tests.analysis.synthetic import analysis, fail, measured, write_run

GFM = MarkdownIt("gfm-like", {"linkify": False})


class Elements(HTMLParser):
    """The names of all elements, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_it_begins_with_the_verdict_and_the_figure_that_carries_it(tmp_path: Path) -> None:
    first = markdown(report(tmp_path)).splitlines()[0]

    assert re.match(r"## Passed: P95 [\d,.]+ → [\d,.]+ ms, -5\d\.\d % .*SLA 800 ms met by", first)


def test_every_table_is_rendered_with_all_of_its_rows(tmp_path: Path) -> None:
    rows = measured()
    rows["optimized"] = fail(rows["optimized"], share=0.02)
    found = report(tmp_path, rows)

    rendered = Elements(GFM.render(markdown(found)))

    # Figures (7), objectives, endpoints, errors, the checks that do not hold; and the heading of each.
    uncertain = sum(1 for check in found.validity if not check.passed)
    body = 7 + len(found.objectives) + len(found.endpoints) + len(found.details.errors) + uncertain
    assert rendered.names.count("table") == 5
    assert rendered.names.count("tr") == body + 5
    assert "|" not in rendered.text


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    rendered = Elements(GFM.render(markdown(hostile_report(tmp_path))))

    structure = {"h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "pre"}
    assert set(rendered.names) <= structure | {"code", "strong"}
    assert "<script>alert('script')</script>" in rendered.text
    assert "\x00" not in rendered.text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", rendered.text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_fills_one_cell_of_a_table(text: str) -> None:
    table = f"| a | b | c |\n| --- | --- | --- |\n| {code(text)} | {escaped(text)} | end |\n"

    html = GFM.render(table)

    cells = re.findall(r"<td>(.*?)</td>", html, re.DOTALL)
    assert len(cells) == 3
    assert cells[2] == "end"
    assert re.fullmatch(r"<code>[^<]*</code>", cells[0])
    assert "<" not in cells[1]


@pytest.mark.parametrize(
    "text", ["- item", "+ item", "1. item", "1) item", "# head", "= under", "> quote", "~~~ x"]
)
def test_text_at_the_start_of_a_line_opens_no_block(text: str) -> None:
    assert GFM.render(f"- {escaped(text)}").count("<li>") == 1
    assert Elements(GFM.render(escaped(text))).names == ["p"]


def test_mentions_references_and_addresses_are_broken() -> None:
    safe = escaped("@everyone #12 http://example.com www.example.com")

    assert "@everyone" not in safe
    assert "#12" not in safe
    assert "http://" not in safe
    assert "www.example" not in safe


@pytest.mark.parametrize("name", ["/endpoint/{number:03d}", "/{number:03d}" + "é<|`" * 2_500])
def test_500_endpoints_fit_and_those_left_out_are_counted(tmp_path: Path, name: str) -> None:
    found = many_endpoints(tmp_path, name=name, requests=1_000)

    text = markdown(found)

    assert len(text.encode()) < 60_000
    kept = len(re.findall(r"^\| `+ ?GET /", text, re.M))
    left_out = re.search(r"^(\d+) endpoints are left out here", text, re.M)
    assert kept + (int(left_out[1]) if left_out else 0) == 500
    assert kept > 150
    assert "### Validity" in text


def test_nothing_but_endpoints_is_left_out_of_a_report_with_many_of_them(tmp_path: Path) -> None:
    text = markdown(many_endpoints(tmp_path, name="/" + "long/" * 20 + "{number:03d}"))

    assert len(re.findall("left out", text)) == 1
    assert "P95 no worse than baseline" in text


def test_it_is_appended_to_the_job_summary(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# Before\n")
    run = write_run(tmp_path / "run")

    for _ in range(2):
        done = analysis("report", run, "--format", "markdown", GITHUB_STEP_SUMMARY=str(summary))
        assert done.returncode == 0, done.stderr

    text = summary.read_text()
    assert text.startswith("# Before\n## Passed:")
    assert text.count("## Passed:") == 2
    assert (run / "comparison_report.md").read_text() in text


def test_a_summary_that_cannot_be_written_costs_a_warning_and_no_verdict(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")

    done = analysis("report", run, "--format", "markdown", GITHUB_STEP_SUMMARY=str(tmp_path))

    assert done.returncode == 0
    assert "warning: GITHUB_STEP_SUMMARY" in done.stderr
    assert "Is a directory" in done.stderr
