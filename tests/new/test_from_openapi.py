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
