"""Input that cannot be read: exit code 2, one message with place, finding, expectation and remedy."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.cli import main
from tests.analysis.synthetic import SLA, analysis, measured, write_run, write_run_without_rows, write_stock

Damage = Callable[[Path], object]


def digest(directory: Path) -> str:
    files = [file for file in sorted(directory.rglob("*")) if file.is_file()]
    return hashlib.sha256(b"".join(bytes(file) + file.read_bytes() for file in files)).hexdigest()


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """The one message of a command that must exit with 2."""
    assert main([str(word) for word in words]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err.startswith("error: ")
    assert streams.err.count("\n") == 1, streams.err
    return streams.err


def row(number: int, column: int, cell: str) -> Damage:
    """Replaces one cell of latency_optimized.csv; the header is row 1."""

    def damage(path: Path) -> None:
        lines = path.read_text().splitlines(keepends=True)
        cells = lines[number - 1].rstrip("\n").split(",")
        cells[column] = cell
        lines[number - 1] = ",".join(cells) + "\n"
        path.write_text("".join(lines))

    return damage


def text(change: Callable[[str], str]) -> Damage:
    return lambda path: path.write_text(change(path.read_text()))


def data(content: bytes) -> Damage:
    return lambda path: path.write_bytes(content)


def line(number: int, change: Callable[[str], str]) -> Damage:
    def damage(path: Path) -> None:
        lines = path.read_text().splitlines(keepends=True)
        lines[number - 1] = change(lines[number - 1])
        path.write_text("".join(lines))

    return damage


def to_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


ROW_FILES: dict[str, tuple[Damage, list[str]]] = {
    "missing": (lambda path: path.unlink(), ["No such file", "latency_optimized.csv"]),
    "a directory": (to_directory, ["Is a directory"]),
    "empty": (data(b""), ["empty file", "round,request"]),
    "binary": (data(bytes(range(256)) * 20), ["latency_optimized.csv:1", "no column"]),
    "binary behind the header": (
        lambda path: path.write_bytes(path.read_bytes()[:200] + b"\xff\xfe\x00\n"),
        ["binary: byte 0xff at offset 200", "UTF-8"],
    ),
    "torn in the last row": (text(lambda all_: all_[:-5]), [":601", "fields", "Restore the file"]),
    "torn at the end of the last row": (text(lambda all_: all_[:-1]), [":601", "no end of line"]),
    "torn in the middle": (line(300, lambda one: one[:25] + "\n"), [":300", "torn row of", "10 fields"]),
    "a field too many": (line(300, lambda one: "7," + one), [":300", "11 fields"]),
    "wrong columns": (
        text(lambda all_: all_.replace("latency_ms", "time", 1)),
        [":1", "no column latency_ms"],
    ),
    "another CSV": (data(b"Type,Name\nGET,/\n"), [":1", "no column round"]),
    "a column twice": (line(1, lambda one: one.replace("\n", ",round\n")), [":1", "twice"]),
    "a row twice": (
        line(42, lambda one: one + one),
        [":43", "round 1, request 41 stands twice", "one row per request"],
    ),
    "N/A": (row(9, 5, "N/A"), [":9", "latency_ms is 'N/A'", "a finite number of milliseconds"]),
    "not a number": (row(9, 5, "nan"), [":9", "latency_ms is 'nan'"]),
    "infinite": (row(9, 5, "inf"), [":9", "latency_ms is 'inf'"]),
    "too large": (row(9, 5, "1e999"), [":9", "latency_ms is '1e999'"]),
    "negative": (row(9, 5, "-1"), [":9", "latency_ms is '-1'", "at least 0"]),
    "nothing": (row(9, 5, ""), [":9", "latency_ms is ''"]),
    "a negative service time": (row(2, 6, "-0.5"), [":2", "service_time_ms is '-0.5'"]),
    "half a round": (row(9, 0, "1.5"), [":9", "round is '1.5'", "a whole number"]),
    "a huge round": (row(9, 0, "9" * 30), [":9", "round is '999"]),
    "a date": (row(9, 2, "2026-01-01"), [":9", "started_at is '2026-01-01'", "seconds since 1970"]),
    "an open quotation mark": (row(9, 9, '"half'), ["not CSV"]),
    "a hostile cell": (row(9, 5, "\x1b[31m[bold]\u202e"), [":9", r"\x1b[31m[bold]\u202e"]),
}


@pytest.mark.parametrize("name", ROW_FILES)
def test_a_bad_row_file_is_refused_by_file_row_and_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    damage, fragments = ROW_FILES[name]
    run = write_run(tmp_path)
    damage(run / "latency_optimized.csv")
    before = digest(run)

    message = refused(capsys, "report", run)

    for fragment in ["latency_optimized.csv", *fragments]:
        assert fragment in message
    assert digest(run) == before


def test_a_header_without_rows_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = measured()
    rows["optimized"] = rows["optimized"].head(0)

    told = refused(capsys, "report", write_run(tmp_path, rows))
    assert "a header and no rows" in told
    assert "Nothing that optimized did made a request" in told


def test_a_file_shorter_than_the_manifest_says_is_truncated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_run(tmp_path, files={"latency_baseline.csv": {"bytes": 1_000_000}})

    message = refused(capsys, "report", run)

    assert "truncated to" in message
    assert "1000000 that run.json counts" in message


def test_rows_behind_the_length_in_the_manifest_are_not_read(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    file = run / "latency_optimized.csv"
    content = json.loads((run / "run.json").read_text())
    content["files"] = {file.name: {"bytes": file.stat().st_size}}
    (run / "run.json").write_text(json.dumps(content))
    with file.open("a") as more:
        more.write("7,601,170000")

    assert main(["report", str(run)]) == 0


def test_a_row_file_cut_off_at_a_row_leaves_requests_unaccounted_for(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    lines = (run / "latency_optimized.csv").read_text().splitlines(keepends=True)
    (run / "latency_optimized.csv").write_text("".join(lines[:-1]))

    assert main(["report", str(run)]) == 4


MANIFESTS: dict[str, tuple[Any, list[str]]] = {
    "empty": ("", ["not JSON", "a JSON object"]),
    "torn": ('{"schema_version": "1.0", "id', ["not JSON", "line 1"]),
    "binary": (b"\xff\xfe\x00", ["not JSON"]),
    "a list": ([], ["JSON list"]),
    "deeply nested": ("[" * 100_000, ["not JSON"]),
    "not a number": ('{"schema_version": "1.0", "users": NaN}', ["NaN is no JSON number"]),
    "no version": ({}, ["'schema_version' is missing"]),
    "a newer version": (
        {"schema_version": "2.0"},
        ["schema_version is 2.0", "expected 1.x", "version of swarmgate"],
    ),
    "a version of another type": ({"schema_version": 1}, ["schema_version is 1", 'such as "1.0"']),
    "no arms": ({"schema_version": "1.0", "id": "x", "state": "complete"}, ["key 'arms' is missing"]),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_bad_manifest_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    content, fragments = MANIFESTS[name]
    run = write_run(tmp_path)
    if isinstance(content, bytes):
        (run / "run.json").write_bytes(content)
    else:
        (run / "run.json").write_text(content if isinstance(content, str) else json.dumps(content))

    message = refused(capsys, "report", run)

    for fragment in ["run.json", *fragments]:
        assert fragment in message


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"arms": "baseline"}, "arms"),
        ({"arms": []}, "arms"),
        ({"arms": [{"name": "../evil"}]}, "arms.0.name"),
        ({"users": "many"}, "users"),
        ({"users": 0}, "users"),
        ({"state": "finished"}, "state"),
        ({"rounds": -1}, "rounds"),
        ({"planned_looks": [6, "all"]}, "planned_looks.1"),
        ({"started_at": 1_700_000_000_000}, "started_at"),
        ({"ended_at": -1e13}, "ended_at"),
        ({"objectives": {"name": "x"}}, "objectives"),
        ({"files": {"latency_baseline.csv": 7}}, "files.latency_baseline.csv"),
    ],
)
def test_a_manifest_of_wrong_types_is_refused_by_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], key: str
) -> None:
    assert f"key '{key}' is" in refused(capsys, "report", write_run(tmp_path, **changes))


def test_an_arm_named_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = write_run(tmp_path, arms=[{"name": "baseline"}, {"name": "baseline"}])

    assert "arm 'baseline' stands twice" in refused(capsys, "report", run)


def test_a_directory_without_a_manifest_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_run(tmp_path)
    (run / "run.json").unlink()

    assert "Name a run directory such as results/latest" in refused(capsys, "report", run)


def test_a_file_and_a_missing_directory_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")

    assert "expected a manifest" in refused(capsys, "report", tmp_path / "file")
    assert "No such file" in refused(capsys, "report", tmp_path / "missing")


def test_unknown_keys_of_a_manifest_are_ignored(tmp_path: Path) -> None:
    assert main(["report", str(write_run(tmp_path, later="key", arms_extra=[1]))]) == 0


def test_a_byte_order_mark_is_no_damage(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    sla = tmp_path / "sla.toml"
    sla.write_text('[[objective]]\nname="x"\narm="optimized"\nmetric="p95_ms"\nat_most=800\n')
    for path in (*run.glob("latency_*.csv"), run / "run.json", sla):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    assert main(["report", str(run), "--sla", str(sla)]) == 0


def test_a_command_in_another_encoding_does_not_hide_the_run(tmp_path: Path) -> None:
    run = write_run(tmp_path, command=["locust", "--results", "caf\udce9"])

    assert main(["report", str(run)]) == 0
    assert json.loads((run / "comparison_report.json").read_text())["run"]["command"][2] == "caf?"


def test_a_run_without_objectives_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(capsys, "report", write_run(tmp_path, objectives=[]))

    assert "no objectives" in message
    assert "--sla" in message


SLAS: dict[str, tuple[str, list[str]]] = {
    "empty": ("", ["no objectives", "[[objective]]"]),
    "no TOML": ("[[objective", ["not TOML"]),
    "an unknown key": ('nmae = "x"', ["unknown key 'nmae'", "Known: answers, objective"]),
    "an unknown key of an objective": (
        '[[objective]]\nname="x"\narm="optimized"\nmetric="p95_ms"\nat_mots=1',
        ["objective 1", "unknown key 'at_mots'", "Did you mean 'at_most'?"],
    ),
    "an unknown metric": (
        '[[objective]]\nname="x"\narm="optimized"\nmetric="p95"\nat_most=1',
        ["'x'", "unknown metric 'p95'", "pNN_ms", "failure_ratio"],
    ),
    "no metric": ('[[objective]]\nname="x"\narm="optimized"\nat_most=1', ["key 'metric' is missing"]),
    "P0": ('[[objective]]\nname="x"\narm="optimized"\nmetric="p0_ms"\nat_most=1', ["unknown metric 'p0_ms'"]),
    "no bound": (
        '[[objective]]\nname="x"\narm="optimized"\nmetric="p95_ms"',
        ["no bound", "exactly one of at_most"],
    ),
    "two bounds": (
        '[[objective]]\nname="x"\narm="optimized"\nmetric="p95_ms"\nat_most=1\nat_least=1',
        ["at_most and at_least", "exactly one"],
    ),
    "text for a number": (
        '[[objective]]\nname="x"\narm="optimized"\nmetric="p95_ms"\nat_most="800"',
        ["at_most is '800'", "a finite number"],
    ),
    "true for a number": (
        '[[objective]]\nname="x"\narm="optimized"\nmetric="p95_ms"\nat_most=true',
        ["at_most is True"],
    ),
    "an infinite limit": (
        '[[objective]]\nname="x"\narm="optimized"\nmetric="p95_ms"\nat_most=inf',
        ["at_most is inf"],
    ),
    "a negative limit": (
        '[[objective]]\nname="x"\narm="optimized"\nmetric="p95_ms"\nat_most=-1',
        ["at least 0"],
    ),
    "a percentage": (
        '[[objective]]\nname="x"\narm="optimized"\nmetric="p95_ms"\nimprovement_at_least=20',
        ["improvement_at_least is 20", "0.05 is 5 %"],
    ),
    "a failure percentage": (
        '[[objective]]\nname="x"\narm="optimized"\nmetric="failure_ratio"\nat_most=5',
        ["a ratio from 0 to 1"],
    ),
    "an unknown arm": (
        '[[objective]]\nname="x"\narm="optimised"\nmetric="p95_ms"\nat_most=1',
        ["no arm 'optimised'", "Did you mean 'optimized'?"],
    ),
    "a baseline against itself": (
        '[[objective]]\nname="x"\narm="baseline"\nmetric="p95_ms"\nimprovement_at_least=0',
        ["which is the baseline"],
    ),
    "a name twice": (
        '[[objective]]\nname="x"\narm="optimized"\nmetric="p95_ms"\nat_most=1\n' * 2,
        ["objective 2", "the name 'x' stands twice"],
    ),
    "one table": ('[objective]\nname="x"', ["no objectives"]),
    "odd answers": ('answers = "same"', ["answers is 'same'", '"identical"']),
    "a bound beyond every number": (
        f'[[objective]]\nname="x"\narm="optimized"\nmetric="p95_ms"\nat_most=1{"0" * 400}',
        ["at_most is 1000", "a finite number"],
    ),
    "an odd option": (
        '[[objective]]\nname="x"\narm="optimized"\nmetric="p95_ms"\nat_most=1\noptional="yes"',
        ["optional is 'yes'", "true or false"],
    ),
}


@pytest.mark.parametrize("name", SLAS)
def test_a_bad_sla_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    content, fragments = SLAS[name]
    sla = tmp_path / "sla.toml"
    sla.write_text(content)

    message = refused(capsys, "report", write_run(tmp_path / "run"), "--sla", sla)

    for fragment in ["sla.toml", *fragments]:
        assert fragment in message


def test_a_missing_sla_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(capsys, "report", write_run(tmp_path), "--sla", tmp_path / "none.toml")

    assert "No such file" in message
    assert "--sla FILE" in message


def test_bad_objectives_in_the_manifest_are_refused_by_the_manifests_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = write_run(tmp_path, objectives=[{**SLA[0], "metric": "p95"}])

    assert "run.json: objective 1 'P95 latency': unknown metric" in refused(capsys, "report", run)


STATS_FILES: dict[str, tuple[Damage, list[str]]] = {
    "missing": (lambda path: path.unlink(), ["No such file", "a CSV file"]),
    "empty": (data(b""), ["empty file"]),
    "header only": (text(lambda all_: all_.splitlines()[0] + "\n"), ["a header and no rows"]),
    "cut off after a row": (
        text(lambda all_: "\n".join(all_.splitlines()[:2]) + "\n"),
        ["no Aggregated row"],
    ),
    "torn": (text(lambda all_: all_[:-8]), [":3", "fields"]),
    "binary": (data(b"\x89PNG\r\n\x1a\n" * 9), [":1", "binary"]),
    "another CSV": (data(b"a,b\n1,2\n"), [":1", "no column Type, Name"]),
    "a row twice": (line(2, lambda one: one + one), [":3", "GET /items stands twice"]),
    "unequal sums": (line(2, lambda one: one.replace(",400,", ",399,")), ["399 requests", "torn"]),
    "N/A": (line(3, lambda one: one.replace("1300", "N/A")), [":3", "99% is 'N/A'"]),
    "not a number": (line(3, lambda one: one.replace("1300", "nan")), [":3", "99% is 'nan'"]),
    "negative": (
        line(3, lambda one: one.replace("230.5", "-230.5")),
        [":3", "Average Response Time is '-230.5'"],
    ),
    "half a request": (
        line(3, lambda one: one.replace(",400,", ",400.5,")),
        [":3", "Request Count is '400.5'"],
    ),
    "more failures than requests": (
        line(3, lambda one: one.replace(",400,0,", ",400,401,")),
        [":3", "Failure Count 401 exceeds Request Count 400"],
    ),
}


@pytest.mark.parametrize("name", STATS_FILES)
def test_a_bad_stats_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    damage, fragments = STATS_FILES[name]
    good, bad = (write_stock(tmp_path / f"{arm}_stats.csv", 700) for arm in ("good", "bad"))
    damage(bad)
    before = digest(tmp_path)

    message = refused(capsys, "compare", good, bad)

    for fragment in ["bad_stats.csv", *fragments]:
        assert fragment in message
    assert digest(tmp_path) == before


def test_a_locust_run_without_requests_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, none = write_stock(tmp_path / "a_stats.csv", 700), tmp_path / "b_stats.csv"
    total = ["", "Aggregated", *["0"] * 9, *["N/A"] * 11]
    none.write_text(f"{good.read_text().splitlines()[0]}\n{','.join(total)}\n")

    assert "no requests" in refused(capsys, "compare", good, none)


@pytest.mark.parametrize(
    ("damage", "fragment"),
    [
        (
            lambda run: (run / "rounds" / "003-optimized_histogram.csv").unlink(),
            "003-optimized_histogram.csv",
        ),
        (
            lambda run: line(3, lambda _: "")(run / "rounds" / "003-optimized_histogram.csv"),
            "as in 003-optimized_stats.csv",
        ),
        (
            lambda run: line(3, lambda _: "GET,x,-1,2\n")(run / "rounds" / "003-optimized_histogram.csv"),
            "latency_ms '-1'",
        ),
        (
            lambda run: [file.unlink() for file in (run / "rounds").glob("*-optimized_stats.csv")],
            "no rounds of arm",
        ),
    ],
)
def test_a_run_without_rows_needs_whole_histograms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: Damage, fragment: str
) -> None:
    run = write_run_without_rows(tmp_path, measured())
    damage(run)

    assert fragment in refused(capsys, "report", run)


def test_a_refusal_is_the_same_in_a_process_of_its_own(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    row(9, 5, "N/A")(run / "latency_optimized.csv")

    done = analysis("report", run)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: {run}/latency_optimized.csv:9: latency_ms is 'N/A'; "
        "expected a finite number of milliseconds, at least 0. "
        "Restore the file from where it was made, or run the comparison again.\n"
    )
