"""Plans that cannot be played are refused before the run, with what is wrong and where."""

import random
from collections.abc import Iterator

import pytest

from locustfiles.options import OptionError
from locustfiles.plan import LogicalRequest, SeededPlan, ShopPlan
from locustfiles.plan_check import check_plan


def made(**fields: object) -> LogicalRequest:
    given = {"name": "GET /a", "method": "GET", "path": "/a", **fields}
    return LogicalRequest(**given)  # type: ignore[arg-type]  # as a locustfile may


class Broken(SeededPlan):
    def draw(self, source: random.Random) -> LogicalRequest:
        return made(path=f"/{source.choice(())}")


class Nothing(SeededPlan):
    def draw(self, source: random.Random) -> LogicalRequest:
        source.random()
        return None  # type: ignore[return-value]  # as a locustfile may


class Misspelt(SeededPlan):
    def drew(self) -> LogicalRequest:
        return made()


class Relative(SeededPlan):
    def draw(self, source: random.Random) -> LogicalRequest:
        return made(path=f"a/{source.randint(1, 1)}")


class Text(SeededPlan):
    def draw(self, source: random.Random) -> LogicalRequest:
        return made(method="POST", body=f'{{"a": {source.randint(1, 1)}}}')


class BrokenFiller(ShopPlan):
    def filler(self) -> Iterator[LogicalRequest]:
        yield self.request(1)
        raise ValueError("no more")


@pytest.mark.parametrize(
    ("plan_class", "message"),
    [
        (Broken, r"Broken: IndexError: .*test_plan_check.py:20\); expected a request for every number"),
        (Nothing, "Nothing: None; expected a LogicalRequest"),
        (Misspelt, "Misspelt: NotImplementedError: Misspelt does not say how to draw a request"),
        (Relative, "Relative: path 'a/1'; expected one that starts with /"),
        (Text, "Text: body '{\"a\": 1}'; expected bytes, json.dumps"),
        (BrokenFiller, r"BrokenFiller: ValueError: no more \("),
    ],
)
def test_a_plan_that_cannot_be_played(plan_class: type[SeededPlan], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        check_plan(plan_class, seed=1, numbers=range(-99, 201))


def test_a_plan_that_can() -> None:
    check_plan(ShopPlan, seed=1, numbers=range(-99, 3001))


def test_no_number_of_the_run_is_left_out() -> None:
    class Short(ShopPlan):
        def request(self, number: int) -> LogicalRequest:
            return [super(Short, self).request(each) for each in range(150)][number]

    check_plan(Short, seed=1, numbers=range(1, 150))
    with pytest.raises(OptionError, match="Short: IndexError: list index out of range"):
        check_plan(Short, seed=1, numbers=range(1, 151))


def test_a_run_of_a_million_requests_is_not_drawn_twice() -> None:
    check_plan(ShopPlan, seed=1, numbers=range(1, 10_000_000))
