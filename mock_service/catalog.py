"""The seeded items behind the API, as JSON bodies that are ready to be sent.

Sizes are the quantiles of a lognormal distribution that is cut off at LARGEST_BYTES, so every seed has the
same sizes, dealt out to other items; the first quantile is an item of SMALLEST_BYTES. The text is drawn from
a small vocabulary with Zipf's weights, which gzip brings to about a fifth.
"""

import json
import math
import random
from collections.abc import Sequence
from itertools import accumulate
from statistics import NormalDist
from typing import Any, Literal, get_args

Category = Literal["books", "garden", "kitchen", "music", "tools"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
SMALLEST_BYTES = 200
LARGEST_BYTES = 185_000
SIZE_MEDIAN_BYTES = 105_000
SIZE_SIGMA = 1.0
SUMMARY_BYTES = 2_000

_REVIEWS = 2_000
_WORDS = 120
_WORDS_PER_REVIEW = 24


def encode(value: Any) -> bytes:
    """The compact JSON of a value, in ASCII."""
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def item_sizes_bytes(count: int) -> list[int]:
    """The body sizes of `count` items in bytes, from the smallest to the largest."""
    normal = NormalDist()
    cut = normal.cdf(math.log(LARGEST_BYTES / SIZE_MEDIAN_BYTES) / SIZE_SIGMA)
    deviations = (normal.inv_cdf(cut * (position + 1) / count) for position in range(1, count))
    return [SMALLEST_BYTES, *(round(SIZE_MEDIAN_BYTES * math.exp(SIZE_SIGMA * d)) for d in deviations)]


class Catalog:
    """The items 1 to `count`; the same seed and count give the same bytes."""

    def __init__(self, *, count: int, seed: int) -> None:
        rng = random.Random(f"{seed}:catalog")
        words = _words(rng)
        reviews = [_review(rng, words) for _ in range(_REVIEWS)]
        sizes = item_sizes_bytes(count)
        rng.shuffle(sizes)
        self._facts: dict[int, dict[str, Any]] = {}
        self._bodies: dict[int, bytes] = {}
        self._summaries: dict[str | None, list[bytes]] = {None: []}
        for item_id, size in enumerate(sizes, start=1):
            facts = _facts(rng, words, item_id)
            own_reviews = rng.choices(reviews, k=size // min(map(len, reviews)))
            self._facts[item_id] = facts
            self._bodies[item_id] = _fill(rng, words, facts, own_reviews, size)
            summary = _fill(rng, words, facts, own_reviews, min(size, SUMMARY_BYTES))
            self._summaries.setdefault(facts["category"], []).append(summary)
            self._summaries[None].append(summary)

    def body(self, item_id: int) -> bytes | None:
        """The JSON of an item with all its reviews, or None if there is no such item."""
        return self._bodies.get(item_id)

    def facts(self, item_id: int) -> dict[str, Any] | None:
        """Number, name, category and price of an item, or None if there is no such item."""
        return self._facts.get(item_id)

    def page(self, *, category: str | None, limit: int, offset: int) -> bytes:
        """The JSON of at most `limit` item summaries, of one category or of all (None)."""
        chosen = self._summaries.get(category, [])
        head = encode({"total": len(chosen), "limit": limit, "offset": offset})
        return head[:-1] + b',"items":[' + b",".join(chosen[offset : offset + limit]) + b"]}"


def _words(rng: random.Random) -> list[str]:
    syllables = [consonant + vowel for consonant in "bcdfglmnprstv" for vowel in "aeiou"]
    return ["".join(rng.choices(syllables, k=rng.choice((1, 2, 2, 3, 3, 4)))) for _ in range(_WORDS)]


def _text(rng: random.Random, words: Sequence[str], count: int) -> str:
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    return " ".join(rng.choices(words, cum_weights=weights, k=count))


def _review(rng: random.Random, words: Sequence[str]) -> bytes:
    return encode(
        {
            "author": f"user{rng.randrange(10_000)}",
            "rating": rng.randint(1, 5),
            "verified": rng.random() < 0.8,
            "helpful_votes": rng.randrange(100),
            "text": _text(rng, words, _WORDS_PER_REVIEW),
        }
    )


def _facts(rng: random.Random, words: Sequence[str], item_id: int) -> dict[str, Any]:
    return {
        "id": item_id,
        "name": f"{rng.choice(words)} {rng.choice(words)}",
        "category": CATEGORIES[item_id % len(CATEGORIES)],
        "price_cents": rng.randrange(199, 99_999),
    }


def _fill(
    rng: random.Random, words: Sequence[str], facts: dict[str, Any], reviews: Sequence[bytes], size_bytes: int
) -> bytes:
    """The JSON of an item in exactly `size_bytes`: the first reviews that fit, the rest description."""
    room = size_bytes - len(encode(facts | {"description": "", "reviews": []}))
    fitting = []
    for review in reviews:
        if len(review) + 1 > room:
            break
        room -= len(review) + 1
        fitting.append(review)
    room += 1 if fitting else 0  # the last review has no comma behind it
    description = _text(rng, words, 1 + room // 2)[:room]
    head = encode(facts | {"description": description})
    return head[:-1] + b',"reviews":[' + b",".join(fitting) + b"]}"
