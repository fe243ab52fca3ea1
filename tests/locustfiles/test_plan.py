"""The request plan: what is asked under which number."""

import json
from collections import Counter
from itertools import islice

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from locustfiles.plan import CATEGORIES, ITEMS, LogicalRequest, ShopPlan
from mock_service import catalog
from mock_service.models import Order
from mock_service.settings import Settings

NUMBERS = st.integers(min_value=-(10**6), max_value=10**9)


@given(seed=st.integers(min_value=0), numbers=st.lists(NUMBERS, min_size=1, max_size=20), data=st.data())
def test_a_number_gives_the_same_request_whenever_it_is_asked_for(
    seed: int, numbers: list[int], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(numbers))
    one, other = ShopPlan(seed=seed), ShopPlan(seed=seed)
    in_order = {number: one.request(number) for number in numbers}
    assert in_order == {number: other.request(number) for number in shuffled}


def test_another_seed_gives_another_plan() -> None:
    one, other = ShopPlan(seed=1), ShopPlan(seed=2)
    assert [one.request(n) for n in range(50)] != [other.request(n) for n in range(50)]


def test_three_in_five_requests_are_items_a_quarter_lists_the_rest_orders() -> None:
    plan = ShopPlan(seed=1)
    names = Counter(plan.request(number).name for number in range(1, 20_001))
    assert names["GET /items/{id}"] / 20_000 == pytest.approx(0.60, abs=0.01)
    assert names["GET /items"] / 20_000 == pytest.approx(0.25, abs=0.01)
    assert names["POST /orders"] / 20_000 == pytest.approx(0.15, abs=0.01)


def test_the_filler_has_the_mix_of_the_plan_and_starts_anew_from_the_seed() -> None:
    plan = ShopPlan(seed=1)
    filler = list(islice(plan.filler(), 20_000))
    assert filler[:100] == list(islice(ShopPlan(seed=1).filler(), 100))
    assert filler[:100] != list(islice(ShopPlan(seed=2).filler(), 100))
    assert Counter(each.name for each in filler)["POST /orders"] / 20_000 == pytest.approx(0.15, abs=0.01)


@given(seed=st.integers(min_value=0, max_value=2**32), number=NUMBERS)
def test_the_mock_service_understands_every_request(seed: int, number: int) -> None:
    request = ShopPlan(seed=seed).request(number)
    assert (request.method, request.path.split("/")[1]) in {("GET", "items"), ("POST", "orders")}
    assert (request.body is not None) == (request.method == "POST")
    if request.body is not None:
        order = Order.model_validate_json(request.body)
        assert all(1 <= line.item_id <= ITEMS for line in order.lines)
        assert json.loads(request.body)["customer"] == order.customer


def test_the_plan_asks_for_nothing_that_the_mock_service_does_not_have() -> None:
    assert Settings.model_fields["items"].default >= ITEMS
    assert set(CATEGORIES) <= set(catalog.CATEGORIES)


def test_the_target_is_the_path_with_its_query_encoded() -> None:
    request = LogicalRequest(
        name="GET /items", method="GET", path="/items", query=(("q", "a b&c"), ("n", "1"))
    )
    assert request.target == "/items?q=a+b%26c&n=1"
    assert LogicalRequest(name="GET /", method="GET", path="/").target == "/"


def test_a_path_that_cannot_stand_in_a_request_line_is_encoded_for_all_arms_alike() -> None:
    request = LogicalRequest(name="GET /größe", method="GET", path="/größe/a b/c%2Fd")
    assert request.target == "/gr%C3%B6%C3%9Fe/a%20b/c%2Fd"
    whole = requests.Request("GET", f"https://example.com{request.path}").prepare()
    assert whole.path_url == request.target
