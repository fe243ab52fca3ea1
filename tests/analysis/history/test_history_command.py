"""`python -m analysis history`: earlier runs in a table, and P95 per arm over them."""

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.cells import cell_len

from analysis.cli import main
from analysis.wording import number
from tests.analysis.history.stored import NAME, change, content, store
from tests.analysis.synthetic import START, analysis


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three runs, the newest first by name; a link, a file and an unfinished run stand among them."""
    folder = tmp_path_factory.mktemp("results")
    store(folder, "c-first", day=0, optimized_ms=460.0)
    store(folder, "b-second", day=1, optimized_ms=300.0)
    store(folder, "a-third", day=2, optimized_ms=215.0, host=None)
    (folder / "latest").symlink_to("a-third", target_is_directory=True)
    (folder / "noise-floor.json").write_text("{}")
    (folder / "d-unfinished").mkdir()
    return folder


def listed(text: str) -> list[str]:
    """The ids of the runs in the order in which they are listed."""
    return re.findall(r"^([a-z]-\w+) ", text.split("█", maxsplit=1)[0], flags=re.MULTILINE)


def test_runs_are_listed_oldest_first_whatever_their_names(results: Path) -> None:
    done = analysis("history", results)

    assert done.returncode == 0
    assert listed(done.stdout)[:3] == ["c-first", "b-second", "a-third"]


def test_a_run_shows_when_where_its_verdict_p95s_and_change(results: Path) -> None:
    report = content(results / "b-second")
    shown = analysis("history", results / "b-second").stdout
    p95 = report["comparisons"][0]["p95"]

    assert "2023-11-15 22:13" in shown
    assert "https://shop.test" in shown
    assert report["verdict"] in shown
    for arm in ("baseline", "optimized"):
        assert number(report["arms"][arm]["latency_ms"]["p95"]) in shown
    assert f"{100 * p95['paired_change_ratio']:+.1f} %" in shown
    low, high = p95["interval"]
    assert f"[{100 * low:+.1f}, {100 * high:+.1f}]" in shown


def test_bars_have_the_lengths_of_the_p95s(results: Path) -> None:
    bars = re.findall(r"(█+)[▏▎▍▌▋▊▉]? +([\d.,]+) ms", analysis("history", results).stdout)
    assert len(bars) == 6
    scale = [len(bar) / float(p95.replace(",", "")) for bar, p95 in bars]
    assert max(scale) == pytest.approx(min(scale), rel=0.1)


def test_the_table_fits_into_80_columns_with_any_names(tmp_path: Path) -> None:
    hostile = "x" * 200 + "\x1b[31m\u202e<script>\n"
    store(tmp_path, "20260101-120000-abcdef", host="https://a-rather-long-name.of.a.host.test:12345")
    change(store(tmp_path, "other"), run={"id": hostile, "host": hostile, "started_at": 1e300})
    done = analysis("history", tmp_path)

    assert done.returncode == 0
    assert max(cell_len(line) for line in done.stdout.splitlines()) <= 80
    assert not set("\x1b\u202e") & set(done.stdout)


def test_links_are_left_out_and_folders_without_a_report_are_told(results: Path) -> None:
    done = analysis("history", results)

    assert "latest" not in done.stdout
    assert done.stderr == "warning: folders without a report left out: 1\n"


def test_a_run_named_twice_is_listed_once(results: Path) -> None:
    shown = analysis("history", results / "latest", results / "a-third", results).stdout

    assert listed(shown)[:3] == ["c-first", "b-second", "a-third"]


def test_runs_of_other_arms_and_of_one_arm_stand_beside_the_others(results: Path, tmp_path: Path) -> None:
    report = content(results / "a-third")
    alone = {"only": report["arms"]["optimized"]}
    change(store(tmp_path, "e-alone", day=3), arms=alone, comparisons=[])
    done = analysis("history", results, tmp_path)

    assert done.returncode == 0
    assert "only" in done.stdout
    assert listed(done.stdout)[3] == "e-alone"


def test_a_p95_that_failed_requests_reach_has_no_bar(tmp_path: Path) -> None:
    directory = store(tmp_path, "a-failing")
    arms = content(directory)["arms"]
    arms["optimized"]["latency_ms"]["p95"] = None
    change(directory, arms=arms)
    done = analysis("history", directory)

    assert done.returncode == 0
    last = done.stdout.splitlines()[-1]
    assert last.split() == ["optimized", "none"]


def test_reports_of_a_later_minor_version_are_read(tmp_path: Path) -> None:
    change(store(tmp_path, "a-newer"), schema_version="1.7", invented={"later": 1})

    assert analysis("history", tmp_path).returncode == 0


def test_the_drawing_is_an_svg_that_fetches_nothing(results: Path, tmp_path: Path) -> None:
    picture = tmp_path / "new" / "p95.svg"
    done = analysis("history", results, "--svg", picture)

    assert done.returncode == 0
    text = picture.read_text()
    root = ElementTree.fromstring(text)  # noqa: S314  # our own file
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    words = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    for word in ("baseline", "optimized", "P95 in ms", "2023-11-14 22:13", "2023-11-16 22:13"):
        assert word in words
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in text


def test_many_runs_leave_their_dates_readable(tmp_path: Path) -> None:
    original = content(store(tmp_path, "a-run"))
    for day in range(1, 40):
        copy = tmp_path / f"run-{day}"
        copy.mkdir()
        (copy / NAME).write_text("{}")
        change(copy, **{**original, "run": {"id": f"run-{day}", "started_at": START + day * 86_400}})
    picture = tmp_path / "p95.svg"
    assert main(["history", str(tmp_path), "--svg", str(picture)]) == 0

    dates = re.findall(r">\d{4}-\d\d-\d\d \d\d:\d\d<", picture.read_text())
    assert 5 <= len(dates) <= 12


def damaged(text: str) -> Callable[[Path], Path]:
    def damage(folder: Path) -> Path:
        (folder / "run").mkdir()
        (folder / "run" / NAME).write_text(text)
        return folder

    return damage


def without(**keys: object) -> Callable[[Path], Path]:
    return lambda folder: change(store(folder, "run"), **keys)


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda folder: folder / "nowhere", "No such file or directory; expected a directory of runs"),
    "empty": (
        lambda folder: folder,
        "no stored report; expected a comparison_report.json in it or one level",
    ),
    "no JSON": (damaged("{"), "not JSON"),
    "a list": (damaged("[]"), "holds a JSON list; expected a JSON object"),
    "NaN": (damaged('{"schema_version": "1.0", "verdict": NaN}'), "NaN is no JSON number"),
    "no version": (without(schema_version=None), "key 'schema_version' is missing"),
    "other version": (without(schema_version="2.0"), "schema_version is 2.0; expected 1.x"),
    "no verdict": (without(verdict=None), "key 'verdict' is missing"),
    "wrong verdict": (without(verdict="great"), "key 'verdict' is \"great\""),
    "no arms": (without(arms={}), "key 'arms' is {}"),
    "wrong P95": (
        without(arms={"baseline": {"latency_ms": {"p95": "fast"}}}),
        "key 'arms.baseline.latency_ms.p95' is \"fast\"",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_refused_in_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    make, message = BAD[name]
    directory = make(tmp_path)
    capsys.readouterr()

    assert main(["history", str(directory)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"error: {directory}")
    assert message in said.err
    assert said.err.count("\n") == 1


def test_a_drawing_that_cannot_be_written_is_refused(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")

    assert main(["history", str(results), "--svg", str(blocked / "p95.svg")]) == 2
    assert f"error: {blocked / 'p95.svg'}" in capsys.readouterr().err


def test_a_history_of_nothing_is_wrong_usage() -> None:
    done = analysis("history")

    assert done.returncode == 2
    assert "DIR" in done.stderr
