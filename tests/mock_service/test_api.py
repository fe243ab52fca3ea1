"""The API as it is served, and as its OpenAPI document says."""

import gzip
import json
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator

from tests.mock_service.service import FAST, Answer, Service, ask, running

pytestmark = pytest.mark.service

ORDER = {"customer": "customer-17", "lines": [{"item_id": 7, "quantity": 2}, {"item_id": 8, "quantity": 1}]}


def order(**changes: object) -> str:
    return json.dumps(ORDER | changes)


class Case(NamedTuple):
    """A documented path, method and status, and a request that leads there."""

    path: str
    method: str
    status: int
    url: str
    body: str | None


CASES = [
    Case("/health", "get", 200, "/health", None),
    Case("/items/{item_id}", "get", 200, "/items/7", None),
    Case("/items/{item_id}", "get", 404, "/items/201", None),
    Case("/items/{item_id}", "get", 422, "/items/0", None),
    Case("/items/{item_id}", "get", 422, "/items/seven", None),
    Case("/items", "get", 200, "/items", None),
    Case("/items", "get", 200, "/items?category=tools&limit=40&offset=10", None),
    Case("/items", "get", 422, "/items?limit=101", None),
    Case("/items", "get", 422, "/items?category=shoes", None),
    Case("/items", "get", 422, "/items?offset=-1", None),
    Case("/orders", "post", 201, "/orders", order()),
    Case("/orders", "post", 404, "/orders", order(lines=[{"item_id": 201, "quantity": 1}])),
    Case("/orders", "post", 422, "/orders", order(lines=[])),
    Case("/orders", "post", 422, "/orders", order(coupon="free")),
    Case("/orders", "post", 422, "/orders", order(customer="")),
    Case("/orders", "post", 422, "/orders", "{"),
]


@pytest.fixture(scope="module")
def document(fast_service: Service) -> Any:
    return json.loads(fast_service.ask("/openapi.json").body)


def documented_schema(document: Any, case: Case) -> Any:
    content = document["paths"][case.path][case.method]["responses"][str(case.status)]["content"]
    return content["application/json"]["schema"] | {"components": document["components"]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.status} {case.url}")
def test_an_answer_is_as_documented(fast_service: Service, document: Any, case: Case) -> None:
    answer = fast_service.ask(case.url, method=case.method.upper(), body=case.body)
    assert answer.status == case.status
    assert answer.headers["content-type"] == "application/json"
    Draft202012Validator(documented_schema(document, case)).validate(json.loads(answer.body))


def test_every_documented_answer_is_tried_here_but_503(document: Any) -> None:
    documented = {
        (path, method, int(status))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for status in operation["responses"]
        if status != "503"
    }
    assert documented == {case[:3] for case in CASES}


def test_every_operation_but_health_documents_503_and_all_have_summaries(document: Any) -> None:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["summary"]
            assert ("503" in operation["responses"]) is (path != "/health")


def test_examples_in_the_document_are_valid_requests(fast_service: Service, document: Any) -> None:
    schemas = document["components"]["schemas"]
    line = {name: field["examples"][0] for name, field in schemas["OrderLine"]["properties"].items()}
    customer = schemas["Order"]["properties"]["customer"]["examples"][0]
    body = json.dumps({"customer": customer, "lines": [line]})
    assert fast_service.ask("/orders", method="POST", body=body).status == 201


def test_an_unknown_path_is_404_and_a_wrong_method_405(fast_service: Service) -> None:
    assert fast_service.ask("/nothing").status == 404
    assert fast_service.ask("/orders").status == 405


def test_an_order_is_confirmed_with_names_prices_and_their_sum(fast_service: Service) -> None:
    confirmation = json.loads(fast_service.ask("/orders", method="POST", body=order()).body)
    items = {number: json.loads(fast_service.ask(f"/items/{number}").body) for number in (7, 8)}
    assert [line["name"] for line in confirmation["lines"]] == [items[7]["name"], items[8]["name"]]
    assert confirmation["total_cents"] == 2 * items[7]["price_cents"] + items[8]["price_cents"]


def test_small_answers_have_about_200_bytes(fast_service: Service) -> None:
    sizes = [len(fast_service.ask("/orders", method="POST", body=order()).body)]
    sizes += [len(fast_service.ask(f"/items/{number}").body) for number in range(1, 201)]
    assert 200 <= min(sizes) <= 250
    assert max(sizes) == 185_000


def semantics(service: Service) -> list[Answer]:
    return [service.ask(case.url, method=case.method.upper(), body=case.body) for case in CASES]


def test_the_same_request_gets_the_same_bytes_again_and_from_another_service(fast_service: Service) -> None:
    first = semantics(fast_service)
    assert semantics(fast_service) == first
    with running(*FAST) as other:
        assert semantics(other) == first


def test_another_seed_is_another_catalog(fast_service: Service) -> None:
    with running(*FAST, "--seed", "2") as other:
        assert other.ask("/items/7").body != fast_service.ask("/items/7").body


def test_headers_name_neither_date_nor_server(fast_service: Service) -> None:
    assert fast_service.ask("/items/7").headers.keys() == {"content-type", "content-length", "vary"}


@pytest.mark.parametrize("url", ["/items/7", "/items?limit=20"])
def test_gzip_is_sent_to_who_asks_and_says_the_same(fast_service: Service, url: str) -> None:
    plain = fast_service.ask(url, accept_encoding="identity")
    packed = fast_service.ask(url, accept_encoding="gzip")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 4


def test_many_requests_on_one_connection_are_answered_in_turn(fast_service: Service) -> None:
    connection = fast_service.connect()
    numbers = [json.loads(ask(connection, f"/items/{number}").body)["id"] for number in range(1, 30)]
    connection.close()
    assert numbers == list(range(1, 30))
