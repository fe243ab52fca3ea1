import gzip
import json
import math
import statistics

import pytest

from mock_service.catalog import CATEGORIES, LARGEST_BYTES, SMALLEST_BYTES, Catalog, item_sizes_bytes
from mock_service.models import Item, ItemPage

COUNT = 200


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog(count=COUNT, seed=1)


def bodies(catalog: Catalog, count: int = COUNT) -> list[bytes]:
    found = [catalog.body(number) for number in range(1, count + 1)]
    assert None not in found
    return [body for body in found if body is not None]


def test_sizes_span_200_bytes_to_185_kilobytes_and_lie_on_the_cut_lognormal() -> None:
    sizes = item_sizes_bytes(1000)
    assert (sizes[0], sizes[-1]) == (SMALLEST_BYTES, LARGEST_BYTES) == (200, 185_000)
    assert sizes == sorted(sizes)
    # The median of a lognormal (105 kB, 1) below 185 kB: Phi(z) = Phi(ln(185/105)) / 2.
    normal = statistics.NormalDist()
    median = 105_000 * math.exp(normal.inv_cdf(normal.cdf(math.log(185 / 105)) / 2))
    assert statistics.median(sizes) == pytest.approx(median, rel=0.01)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_catalog_may_be_small(count: int) -> None:
    assert len(bodies(Catalog(count=count, seed=1), count)) == count


def test_every_body_has_exactly_its_size_and_is_a_valid_item(catalog: Catalog) -> None:
    found = bodies(catalog)
    assert sorted(map(len, found)) == item_sizes_bytes(COUNT)
    for number, body in enumerate(found, start=1):
        assert Item.model_validate_json(body, strict=True).id == number


def test_bodies_compress_to_about_a_fifth(catalog: Catalog) -> None:
    ratios = [len(gzip.compress(body, 6)) / len(body) for body in bodies(catalog) if len(body) > 10_000]
    assert statistics.mean(ratios) == pytest.approx(0.2, abs=0.02)
    assert max(ratios) < 0.25


def test_the_same_seed_gives_the_same_bytes_and_another_the_same_sizes_elsewhere(catalog: Catalog) -> None:
    assert bodies(Catalog(count=COUNT, seed=1)) == bodies(catalog)
    other = bodies(Catalog(count=COUNT, seed=2))
    assert [len(body) for body in other] != [len(body) for body in bodies(catalog)]
    assert sorted(map(len, other)) == sorted(map(len, bodies(catalog)))


def test_there_is_no_item_outside_the_numbers(catalog: Catalog) -> None:
    assert catalog.body(0) is None
    assert catalog.body(COUNT + 1) is None
    assert catalog.facts(COUNT + 1) is None


def test_pages_of_a_category_hold_each_of_its_items_once(catalog: Catalog) -> None:
    for category in CATEGORIES:
        seen: list[int] = []
        for offset in range(0, 60, 7):
            page = ItemPage.model_validate_json(catalog.page(category=category, limit=7, offset=offset))
            assert page.total == COUNT // len(CATEGORIES)
            assert {item.category for item in page.items} <= {category}
            seen += [item.id for item in page.items]
        assert len(seen) == len(set(seen)) == COUNT // len(CATEGORIES)


def test_a_page_beyond_the_end_is_empty(catalog: Catalog) -> None:
    assert json.loads(catalog.page(category=None, limit=5, offset=COUNT)) == {
        "total": COUNT,
        "limit": 5,
        "offset": COUNT,
        "items": [],
    }


def test_a_listed_item_agrees_with_the_item_itself(catalog: Catalog) -> None:
    page = ItemPage.model_validate_json(catalog.page(category=None, limit=100, offset=0))
    for listed in page.items:
        whole = Item.model_validate_json(catalog.body(listed.id) or b"")
        assert listed.model_dump(exclude={"description", "reviews"}) == whole.model_dump(
            exclude={"description", "reviews"}
        )
        assert listed.reviews == whole.reviews[: len(listed.reviews)]
