"""Load profiles: what is read, and what is refused with file, stage, key and expectation."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from locustfiles.load import Load, LoadError, Process
from locustfiles.load_profile import read_profile

OPEN = """
[[stage]]
name = "ramp up"
kind = "ramp"
duration_s = 10
rate_from = 0
rate = 50

[[stage]]
name = "steady"
kind = "steady"
duration_s = 20
rate = 50

[[stage]]
name = "down"
kind = "ramp"
duration_s = 2.5
rate = 10
"""
CLOSED = """
[[stage]]
name = "ramp up"
kind = "ramp"
requests = 40
users_from = 1
users = 8

[[stage]]
name = "spike"
kind = "spike"
requests = 100
users = 20

[[stage]]
name = "soak"
kind = "soak"
requests = 300
users = 10
"""


def read(folder: Path, text: str, *, users: int = 20, process: Process = "constant") -> Load:
    path = folder / "profile.toml"
    path.write_text(text)
    return read_profile(path, users=users, process=process)


def test_an_open_profile_is_read_stage_by_stage(tmp_path: Path) -> None:
    load = read(tmp_path, OPEN, process="poisson")
    assert (load.model, load.process, load.rate_rps, load.profile) == ("open", "poisson", None, True)
    assert [(stage.name, stage.rate_rps, stage.duration_s, stage.requests) for stage in load.stages] == [
        ("ramp up", (0, 50), 10, 250),
        ("steady", (50, 50), 20, 1000),
        ("down", (50, 10), 2.5, 75),
    ]
    assert [stage.judged for stage in load.stages] == [False, True, False]
    assert [stage.part for stage in load.stages] == ["stage:ramp up", "measured", "stage:down"]
    assert (load.judged_requests, load.most_rps, load.leads_in) == (1000, 50, False)


def test_a_closed_profile_is_read_stage_by_stage(tmp_path: Path) -> None:
    load = read(tmp_path, CLOSED)
    assert (load.model, load.process) == ("closed", None)
    assert [(stage.kind, stage.users, stage.requests, stage.judged) for stage in load.stages] == [
        ("ramp", (1, 8), 40, False),
        ("spike", (20, 20), 100, False),
        ("soak", (10, 10), 300, True),
    ]
    assert load.judged_requests == 300


STEADY = 'name = "a"\nkind = "steady"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no stages; expected at least one [[stage]] table"),
        ("stage = 3", "no stages"),
        ("[[stage]]\n[[stag]]", "unknown key 'stag'; expected only [[stage]] tables"),
        ("[[stage]\n", "expected TOML with [[stage]] tables"),
        (f"[[stage]]\n{STEADY}", "neither; expected every stage with `duration_s` and `rate`"),
        (f"[[stage]]\n{STEADY}rate = 5\nusers = 3", "keys of both models"),
        (f"[[stage]]\n{STEADY}rate = 5", "stage 'a': duration_s: missing; expected seconds"),
        (f"[[stage]]\n{STEADY}duration_s = 5", "stage 'a': rate: missing; expected requests per second"),
        (f"[[stage]]\n{STEADY}duration_s = 5\nrate = 0", "rate: 0; expected requests per second, above 0"),
        (f"[[stage]]\n{STEADY}duration_s = -1\nrate = 5", "duration_s: -1; expected seconds, above 0"),
        (f"[[stage]]\n{STEADY}duration_s = inf\nrate = 5", "duration_s: inf; expected seconds, above 0, and"),
        (f"[[stage]]\n{STEADY}duration_s = 1\nrate = nan", "rate: nan; expected"),
        (f"[[stage]]\n{STEADY}duration_s = true\nrate = 5", "duration_s: True; expected seconds"),
        (f'[[stage]]\n{STEADY}duration_s = "5"\nrate = 5', "duration_s: '5'; expected seconds"),
        (f"[[stage]]\n{STEADY}duration_s = 1\nrate = 0.1", "too short for a single arrival"),
        (
            f"[[stage]]\n{STEADY}duration_s = 1\nrate = 5\nspeed = 2",
            "speed: unknown key; expected duration_s,",
        ),
        (f"[[stage]]\n{STEADY}duration_s = 1\nrate = 5\nrate_from = 2", "rate_from is for a ramp"),
        ('[[stage]]\nname = "a"\nkind = "fast"\nrate = 5', "kind: 'fast'; expected one of warm-up, ramp"),
        ("[[stage]]\nkind = 3\nrate = 5", "stage 1: kind: 3; expected one of"),
        ('[[stage]]\nkind = "steady"\nduration_s = 1\nrate = 5', "stage 1: name: missing; expected a text"),
        ('[[stage]]\nname = "a\\n"\nkind = "steady"\nduration_s = 1\nrate = 5', "printable letters"),
        (
            '[[stage]]\nname = "a"\nkind = "ramp"\nduration_s = 1\nrate = 5',
            "rate_from: missing; expected requests per second, 0 or more",
        ),
        ('[[stage]]\nname = "a"\nkind = "spike"\nduration_s = 1\nrate = 5', "no stage is judged"),
        (f"[[stage]]\n{STEADY}duration_s = 1\nrate = 5\n" * 2, "stage 'a': the name stands twice"),
        (
            f"[[stage]]\n{STEADY}duration_s = 1000\nrate = 1001",
            "1,001,000 requests in a block; expected at most",
        ),
        (f"[[stage]]\n{STEADY}requests = 10", "users: missing; expected a whole number from 1 up"),
        (f"[[stage]]\n{STEADY}requests = 1.5\nusers = 2", "requests: 1.5; expected a whole number from 1 up"),
        (f"[[stage]]\n{STEADY}requests = 10\nusers = 0", "users: 0; expected a whole number from 1 up"),
        (f"[[stage]]\n{STEADY}requests = 10\nusers = 21", "users: 21; expected at most the 20 users of -u"),
        (
            '[[stage]]\nname = "r"\nkind = "ramp"\nrequests = 5\nusers_from = 30\nusers = 2',
            "users_from: 30; expected at most the 20 users of -u",
        ),
    ],
)
def test_what_cannot_be_played_is_refused_with_what_is_expected(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(LoadError) as refused:
        read(tmp_path, text)
    assert "profile.toml" in str(refused.value)
    assert told in str(refused.value)


@pytest.mark.parametrize("name", ["nowhere.toml", "."])
def test_a_file_that_cannot_be_read_is_refused_by_its_flag(tmp_path: Path, name: str) -> None:
    with pytest.raises(LoadError, match=r"--load-profile .*expected a TOML file of \[\[stage\]\] tables"):
        read_profile(tmp_path / name, users=1, process="constant")


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 50),
    st.floats(),
    st.text("ab'\\\n", max_size=3),
    st.just("steady"),
)
TABLES = st.dictionaries(
    st.sampled_from(
        ["name", "kind", "duration_s", "rate", "rate_from", "requests", "users", "users_from", "x"]
    ),
    VALUES,
)


@given(st.lists(TABLES, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_the_file_is_read_whole_or_refused(
    tmp_path: Path, tables: list[dict[str, Any]]
) -> None:
    text = "".join(
        "[[stage]]\n"
        + "".join(f"{key} = {_toml(value)}\n" for key, value in table.items() if value is not None)
        for table in tables
    )
    try:
        load = read(tmp_path, text)
    except LoadError:
        return
    assert load.judged_requests > 0
    assert all(stage.requests > 0 for stage in load.stages)
    assert len({stage.name for stage in load.stages}) == len(tables)


def _toml(value: object) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace("\n", "\\n") + '"'
    return str(value).lower()
