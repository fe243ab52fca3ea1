"""The Python that is written: what it says is what was found, whatever stands in it."""

import ast
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from locustfiles.new.findings import NO_BODY, Findings, FoundRequest
from locustfiles.new.source_text import literal, locustfile

TEXT = st.text(st.characters(), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def requests_of(text: str) -> list[tuple[int, dict[str, Any]]]:
    """The REQUESTS of a locustfile, read without running it."""
    [table] = [
        statement.value
        for statement in ast.parse(text).body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id == "REQUESTS"
    ]
    assert isinstance(table, ast.Tuple)
    found = []
    for row in table.elts:
        assert isinstance(row, ast.Tuple)
        weight, call = row.elts
        assert isinstance(call, ast.Call)
        fields = {word.arg or "": word.value for word in call.keywords}
        body = fields.pop("body", None)
        values = {name: ast.literal_eval(value) for name, value in fields.items()}
        if body is not None:  # json.dumps(BODY).encode()
            assert isinstance(body, ast.Call)
            assert isinstance(body.func, ast.Attribute)
            assert isinstance(body.func.value, ast.Call)
            values["body"] = ast.literal_eval(body.func.value.args[0])
        found.append((ast.literal_eval(weight), values))
    return found


@given(JSON)
def test_a_json_value_is_written_as_itself(value: Any) -> None:
    assert ast.literal_eval(literal(value)) == value


@given(
    st.builds(
        FoundRequest,
        name=TEXT,
        method=st.sampled_from(["GET", "POST"]),
        path=TEXT,
        query=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
        body=JSON | st.just(NO_BODY),
        weight=st.integers(min_value=0),
    ),
    TEXT,
    TEXT,
)
def test_nothing_that_was_found_can_become_code(request: FoundRequest, note: str, host: str) -> None:
    text = locustfile("a.py", Findings(requests=(request,), notes=(note,), host=host))
    [(weight, fields)] = requests_of(text)
    expected = {"name": request.name, "method": request.method, "path": request.path}
    if request.query:
        expected["query"] = request.query  # type: ignore[assignment]
    if request.body is not NO_BODY:
        expected["body"] = request.body
    assert (weight, fields) == (request.weight, expected)


def test_a_body_over_several_lines() -> None:
    assert literal({"a": [1, {"b": "c"}], "d": []}, depth=1) == (
        '{\n        "a": [\n            1,\n            {\n                "b": "c",\n            },\n'
        '        ],\n        "d": [],\n    }'
    )
    assert json.loads(json.dumps(ast.literal_eval(literal({"a": 'it"s'})))) == {"a": 'it"s'}
