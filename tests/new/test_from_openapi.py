"""What is read from OpenAPI files: FastAPI's own, and those that people write."""

import json
from pathlib import Path

import pytest

from locustfiles.new.errors import DescriptionError
from locustfiles.new.findings import NO_BODY, Findings, FoundRequest
from locustfiles.new.openapi import from_openapi
from mock_service.app import create_app
from mock_service.settings import Settings
from tests.new.described import NEWER, SHELTER


def read(folder: Path, text: str, name: str = "api.yaml") -> Findings:
    (folder / name).write_text(text)
    return from_openapi(folder / name)


def only(findings: Findings, name: str) -> FoundRequest:
    [found] = [request for request in findings.requests if request.name == name]
    return found


def test_fastapis_own_description(tmp_path: Path) -> None:
    described = json.dumps(create_app(Settings()).openapi())
    found = read(tmp_path, described, "openapi.json")
    assert [request.name for request in found.requests] == [
        "GET /health",
        "GET /items/{item_id}",
        "GET /items",
        "POST /orders",
    ]
    item, order = only(found, "GET /items/{item_id}"), only(found, "POST /orders")
    assert item.path.removeprefix("/items/").isdigit()
    assert set(order.body) == {"customer", "lines"}
    assert {request.weight for request in found.requests} == {1}
    assert (found.host, found.notes) == (None, ())


def test_an_address_with_variables_and_a_base_path(tmp_path: Path) -> None:
    found = read(tmp_path, SHELTER)
    assert found.host == "https://eu.example.com"
    assert all(request.path.startswith("/v2/") for request in found.requests)


def test_parameters_that_are_required_or_have_an_example(tmp_path: Path) -> None:
    found = read(tmp_path, SHELTER)
    pets = only(found, "GET /v2/pets")
    assert pets.query == (("page", "1"), ("tags", "a b"), ("sort", "age"))
    assert "GET /v2/pets wants the header X-Trace: an arm adds it" in found.notes
    assert only(found, "GET /v2/pets/{name}").path == "/v2/pets/a%2Fb%20c"


def test_an_operations_own_parameter_replaces_that_of_its_path(tmp_path: Path) -> None:
    assert only(read(tmp_path, SHELTER), "POST /v2/pets").query == (("page", "9"),)


def test_a_body_from_a_schema_that_contains_itself(tmp_path: Path) -> None:
    """Required properties alone; those that only answers have are left out; a date stays text."""
    body = only(read(tmp_path, SHELTER), "POST /v2/pets").body
    assert body == {"name": "Tom", "kind": "cat", "born": "2020-01-31", "mother": None}


def test_a_body_put_together_of_parts(tmp_path: Path) -> None:
    assert only(read(tmp_path, SHELTER), "PUT /v2/pets/{name}").body == {"flag": True, "extra": 1}


def test_version_3_1(tmp_path: Path) -> None:
    found = read(tmp_path, NEWER)
    note, search = found.requests
    assert note.path == "/notes/00000000-0000-4000-8000-000000000001"
    assert note.body == {
        "text": "hello",
        "rank": 5,
        "size": 0.25,
        "mode": "quick",
        "more": ["textxx", "textxx"],
    }
    assert search.body == {"query": "shoes", "none": None}


def schema_of_a_body(folder: Path, schema: str, *, others: str = "{}") -> FoundRequest:
    """The request with a body of this schema, beside others that it may refer to."""
    body = f"{{content: {{application/json: {{schema: {schema}}}}}}}"
    paths = f"{{/a: {{post: {{requestBody: {body}}}}}}}"
    text = f"openapi: 3.1.0\npaths: {paths}\ncomponents: {{schemas: {others}}}\n"
    return only(read(folder, text), "POST /a")


BASE = (
    "{Base: {type: object, properties: {name: {type: string}, age: {type: integer}, at: {readOnly: true}}}}"
)
TREE = "{Tree: {properties: {name: {}, up: {$ref: '#/components/schemas/Tree'}, down: DOWN}}}"
DOWN = "{type: array, items: {$ref: '#/components/schemas/Tree'}}"


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        ("{allOf: [{$ref: '#/components/schemas/Base'}, {required: [age]}]}", {"age": 1}),
        ("{allOf: [{type: object, required: [age, at]}, {$ref: '#/components/schemas/Base'}]}", {"age": 1}),
        ("{allOf: [{description: all}, {$ref: '#/components/schemas/Base'}]}", {"name": "text", "age": 1}),
        ("{properties: {a: {}, b: {}}, anyOf: [{required: [b]}, {required: [a]}]}", {"b": "text"}),
        ("{required: [z], oneOf: [{properties: {a: {const: 7}}}]}", {"a": 7, "z": "text"}),
        ("{allOf: [{type: string}, {minLength: 6}]}", "textxx"),
        ("{properties: {a: {type: boolean, required: true}}}", {"a": True}),
        ("{allOf: [{$ref: '#/components/schemas/Base'}, {example: {age: 9}}]}", {"name": "text", "age": 9}),
    ],
)
def test_a_body_fits_all_the_schemas_that_are_put_together(tmp_path: Path, schema: str, body: object) -> None:
    assert schema_of_a_body(tmp_path, schema, others=BASE).body == body


def test_what_may_be_left_out_is_where_a_schema_contains_itself(tmp_path: Path) -> None:
    """Null would fit neither."""
    others = TREE.replace("DOWN", DOWN)
    found = schema_of_a_body(tmp_path, "{$ref: '#/components/schemas/Tree'}", others=others)
    assert found.body == {"name": "text", "down": []}


def test_a_schema_that_is_nothing_but_itself(tmp_path: Path) -> None:
    itself = "{$ref: '#/components/schemas/Same'}"
    assert schema_of_a_body(tmp_path, itself, others=f"{{Same: {itself}}}").body is None


@pytest.mark.parametrize(
    ("schema", "number"),
    [
        ("{type: number, minimum: 0, exclusiveMaximum: 1}", 0.5),
        ("{type: number, minimum: 0, maximum: 1, exclusiveMaximum: true}", 0.5),
        ("{type: integer, exclusiveMaximum: 1}", 0),
        ("{type: integer, multipleOf: 10, minimum: 15}", 20),
        ("{type: integer, minimum: 5, exclusiveMinimum: true}", 6),
        ("{type: number, exclusiveMinimum: 0, maximum: 0.5}", 0.5),
    ],
)
def test_numbers_within_their_limits(tmp_path: Path, schema: str, number: float) -> None:
    assert schema_of_a_body(tmp_path, schema).body == number


@pytest.mark.parametrize(
    ("text", "value"), [("NO", "NO"), ("12:30:00", "12:30:00"), ("1_0", "1_0"), ("=", "="), ("017", "017")]
)
def test_yaml_has_the_types_of_json_alone(tmp_path: Path, text: str, value: str) -> None:
    assert schema_of_a_body(tmp_path, f"{{type: string, enum: [{text}]}}").body == value


@pytest.mark.parametrize(
    ("style", "query"),
    [
        ("schema: {type: array, minItems: 2, items: {const: a}}", (("p", "a"), ("p", "a"))),
        ("explode: false, example: [a, b]", (("p", "a,b"),)),
        ("style: pipeDelimited, example: [a, b]", (("p", "a|b"),)),
        ("example: {x: 1, y: true}", (("x", "1"), ("y", "true"))),
        ("explode: false, example: {x: 1}", (("p", "x,1"),)),
        ("style: deepObject, example: {x: 1}", (("p[x]", "1"),)),
        ("content: {application/json: {example: {x: 1}}}", (("p", '{"x": 1}'),)),
    ],
)
def test_parameters_of_every_style(tmp_path: Path, style: str, query: tuple[tuple[str, str], ...]) -> None:
    parameter = f"{{name: p, in: query, required: true, {style}}}"
    text = f"openapi: 3.0.0\npaths: {{/a: {{get: {{parameters: [{parameter}]}}}}}}\n"
    assert only(read(tmp_path, text), "GET /a").query == query


def test_a_list_in_a_path(tmp_path: Path) -> None:
    parameter = "{name: ids, in: path, required: true, example: [1, 2/3]}"
    text = f"openapi: 3.0.0\npaths: {{'/a/{{ids}}': {{get: {{parameters: [{parameter}]}}}}}}\n"
    assert only(read(tmp_path, text), "GET /a/{ids}").path == "/a/1,2%2F3"


def test_references_as_bundlers_write_them(tmp_path: Path) -> None:
    """Encoded as a fragment, into a list, and to what is a reference again."""
    text = """\
openapi: 3.0.0
paths:
  /a/{id}: {get: {parameters: [{$ref: "#/components/parameters/Id"}]}}
  /b/{id}: {get: {parameters: [{$ref: "#/paths/~1a~1%7Bid%7D/get/parameters/0"}]}}
  /c/{id}: {get: {parameters: [{$ref: "#/paths/~1a~1%7Bid%7D/get/parameters/1"}]}}
components: {parameters: {Id: {name: id, in: path, required: true, example: 7}}}
"""
    found = read(tmp_path, text)
    assert [request.path for request in found.requests] == ["/a/7", "/b/7"]
    assert found.notes == (
        "GET /c/{id} is left out: #/paths/~1a~1%7Bid%7D/get/parameters/1 is not in "
        f"{tmp_path / 'api.yaml'}",
    )


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("//api.example.com/v1", "https://api.example.com", "/v1/a"),
        ("v1/", None, "/v1/a"),
        ("/", None, "/a"),
    ],
)
def test_addresses_that_are_not_complete(tmp_path: Path, url: str, host: str | None, path: str) -> None:
    found = read(tmp_path, f"openapi: 3.0.0\nservers: [{{url: {url}}}]\npaths: {{/a: {{get: {{}}}}}}\n")
    assert (found.host, [request.path for request in found.requests]) == (host, [path])


def test_keys_of_which_nothing_is_said_are_as_if_they_were_not_there(tmp_path: Path) -> None:
    text = """\
openapi: 3.1.0
servers:
components:
paths:
  /a:
    parameters:
    get:
      parameters:
    post:
      requestBody: {content: {application/json: }}
"""
    assert [request.name for request in read(tmp_path, text).requests] == ["GET /a", "POST /a"]


def test_what_deletes_is_not_asked_until_somebody_says_so(tmp_path: Path) -> None:
    found = read(tmp_path, SHELTER)
    assert {request.method for request in found.requests if not request.weight} == {"DELETE"}


def test_what_is_left_out_is_named(tmp_path: Path) -> None:
    found = read(tmp_path, SHELTER)
    assert "POST /pictures is left out: its body is multipart/form-data; a plan carries JSON" in found.notes
    assert any("/elsewhere is left out" in note and "other.yaml" in note for note in found.notes)
    assert any("credentials" in note for note in found.notes)
    assert not any("pictures" in request.path for request in found.requests)


def test_no_body_is_not_the_body_null(tmp_path: Path) -> None:
    assert only(read(tmp_path, SHELTER), "GET /v2/pets").body is NO_BODY


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("swagger: '2.0'\npaths: {}\n", "swagger 2.0"),
        ("{}", "no `openapi: 3...`"),
        ("[]", "no object at its top"),
        ('{"openapi": "3.0.0",\n "paths" 1}', ":2: "),
        ("openapi: 3.0.0\npaths: [1\n", ":3: "),
        ("openapi: 3.0.0\npaths: [1]\n", "expected an OpenAPI file"),
        (
            "openapi: 3.0.0\npaths: {/a: {get: {parameters: "
            "[{name: a, in: query, required: true, schema: &own {properties: {a: *own}}}]}}}\n",
            "RecursionError",
        ),
        ("openapi: 3.0.0\npaths: {/a: {get: {parameters: 7}}}\n", "expected an OpenAPI file"),
    ],
)
def test_what_is_no_openapi_file(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DescriptionError) as refused:
        read(tmp_path, text)
    assert message in str(refused.value)
    assert str(tmp_path / "api.yaml") in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DescriptionError, match="No such file"):
        from_openapi(tmp_path / "nowhere.yaml")
