"""The proof that both arms asked the same and were answered alike."""

from hypothesis import given
from hypothesis import strategies as st

from locustfiles.recorder import Row
from locustfiles.semantics import EXAMPLES, Semantics
from tests.locustfiles.in_locust.rows import row

ARMS = ("baseline", "optimized")
DIGESTS = st.binary(min_size=8, max_size=8)


def compared(baseline: list[Row], optimized: list[Row]) -> Semantics:
    semantics = Semantics(ARMS)
    semantics.add(1, {"baseline": baseline, "optimized": optimized})
    return semantics


def asked(semantics: Semantics) -> list[str | None]:
    return [semantics.asked_sha256(arm) for arm in ARMS]


def answered(semantics: Semantics) -> list[str]:
    return [semantics.answered_sha256(arm) for arm in ARMS]


@given(digests=st.lists(DIGESTS, min_size=1, max_size=30), data=st.data())
def test_equal_requests_give_equal_digests_in_whatever_order_they_came_back(
    digests: list[bytes], data: st.DataObject
) -> None:
    rows = [row(request=number, asked=digest) for number, digest in enumerate(digests, start=1)]
    semantics = compared(rows, data.draw(st.permutations(rows)))
    assert asked(semantics)[0] == asked(semantics)[1]
    assert answered(semantics)[0] == answered(semantics)[1]
    assert semantics.summary()["asked_differences"] == 0


@given(digests=st.lists(DIGESTS, min_size=2, max_size=10, unique=True))
def test_the_same_requests_under_other_numbers_are_a_difference(digests: list[bytes]) -> None:
    rows = [row(request=number, asked=digest) for number, digest in enumerate(digests, start=1)]
    turned = [row(request=number, asked=digest) for number, digest in enumerate(digests[::-1], start=1)]
    semantics = compared(rows, turned)
    assert asked(semantics)[0] != asked(semantics)[1]
    assert semantics.summary()["asked_differences"] >= 2


def test_a_difference_in_what_was_asked_is_counted_and_named() -> None:
    semantics = compared(
        [row(request=4), row(request=5, name="POST /orders", asked=b"one")],
        [row(request=4), row(request=5, name="POST /orders", asked=b"other")],
    )
    assert semantics.summary() == {
        "asked_differences": 1,
        "answered_differences": 0,
        "first_differences": [{"round": 1, "request": 5, "kind": "asked", "name": "POST /orders"}],
    }
    assert asked(semantics)[0] != asked(semantics)[1]


def test_a_difference_in_the_answers_is_told_apart_from_one_in_the_requests() -> None:
    semantics = compared([row(answered=b"one")], [row(answered=b"other")])
    summary = semantics.summary()
    assert (summary["asked_differences"], summary["answered_differences"]) == (0, 1)
    assert asked(semantics)[0] == asked(semantics)[1]
    assert answered(semantics)[0] != answered(semantics)[1]


def test_only_the_first_differences_are_named_but_all_are_counted() -> None:
    numbers = range(1, 21)
    semantics = compared(
        [row(request=number, asked=b"one") for number in numbers],
        [row(request=number, asked=b"other") for number in numbers],
    )
    summary = semantics.summary()
    assert summary["asked_differences"] == 20
    assert [each["request"] for each in summary["first_differences"]] == list(range(1, EXAMPLES + 1))


def test_an_answer_that_never_came_is_no_difference_in_the_answers() -> None:
    semantics = compared([row(status=None, answered=b"")], [row()])
    assert semantics.summary()["answered_differences"] == 0


def test_what_was_asked_is_unknown_for_an_arm_that_cannot_tell() -> None:
    semantics = compared([row(asked=b"")], [row()])
    assert semantics.asked_sha256("baseline") is None
    assert semantics.asked_sha256("optimized") is not None


def test_later_rounds_join_the_digest() -> None:
    once, twice = Semantics(ARMS), Semantics(ARMS)
    for semantics, rounds in ((once, 1), (twice, 2)):
        for number in range(1, rounds + 1):
            semantics.add(number, {arm: [row(request=number)] for arm in ARMS})
    assert once.asked_sha256("baseline") != twice.asked_sha256("baseline")
    assert twice.asked_sha256("baseline") == twice.asked_sha256("optimized")
