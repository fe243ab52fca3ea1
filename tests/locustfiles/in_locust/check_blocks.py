"""The master's account of a block, against workers that the test plays."""

from collections.abc import Callable, Mapping
from typing import Any

import gevent
import pytest

from locustfiles import blocks, player
from locustfiles.blocks import BlockPlayer, BlockResult
from locustfiles.recorder import Row
from locustfiles.schedule import Round
from tests.locustfiles.arguments import parsed
from tests.locustfiles.in_locust.rows import row

ROUND = Round(number=1, phase="measured", order=(0,), first_request=1, requests=10)
SETTINGS = parsed("-u", "4", "--requests", "10", "--request-timeout", "0.05")


class Silence:
    """A progress display that shows nothing."""

    def __getattr__(self, _: str) -> Callable[..., None]:
        return lambda *_, **__: None


class Stage:
    """A swarm of two workers; `behave` is what each does when its block opens."""

    def __init__(self, behave: Callable[["Stage", str, Mapping[str, Any]], None]) -> None:
        self.workers: tuple[str, ...] = ("one", "two")
        self.closed: list[str] = []
        self.openings: dict[str, Mapping[str, Any]] = {}
        self._behave = behave
        self.blocks = BlockPlayer(self, settings=SETTINGS, progress=Silence())  # type: ignore[arg-type]  # stand-ins

    def play(self) -> BlockResult:
        with gevent.Timeout(20):
            return self.blocks.play(ROUND, "arm", users={"one": 2, "two": 2})

    def send(self, worker: str, message: str, data: Mapping[str, Any]) -> None:
        if message == player.OPEN:
            self.openings[worker] = data
            gevent.spawn(self._behave, self, worker, data)
        else:
            self.closed.append(worker)
            if worker in self.workers:
                gevent.spawn(self.rest, data["block"])

    def hand_in(self, key: str, numbers: range | list[int], *, played: bool = True) -> None:
        rows = [row(request=number) for number in numbers]
        self._tell(self.blocks.on_rows, block=key, rows=rows, played=played)

    def rest(self, key: str) -> None:
        unmeasured = {"lead-in": [row(request=1)]}
        self._tell(
            self.blocks.on_rest, block=key, unmeasured=unmeasured, users=2, exceptions={}, generator={}
        )

    @staticmethod
    def _tell(listener: Callable[..., None], **data: Any) -> None:
        listener(type("Message", (), {"data": data}))


def share(opening: Mapping[str, Any]) -> range:
    ((_, numbers, _),) = opening["legs"]
    return range(*numbers)


def dutiful(stage: Stage, worker: str, opening: Mapping[str, Any]) -> None:
    stage.hand_in(opening["block"], share(opening))


def numbers(rows: list[Row]) -> list[int]:
    return sorted(each.request for each in rows)


def test_every_number_is_given_out_once_and_comes_back_once() -> None:
    stage = Stage(dutiful)
    result = stage.play()
    assert [share(each) for each in stage.openings.values()] == [range(1, 6), range(6, 11)]
    assert numbers(result.rows) == list(range(1, 11))
    assert result.missing == {}
    assert result.users == {"one": 2, "two": 2}
    assert stage.closed == ["one", "two"]


def test_each_worker_has_a_key_of_its_own_for_each_block() -> None:
    stage = Stage(dutiful)
    stage.play()
    first = [opening["block"] for opening in stage.openings.values()]
    stage.play()
    second = [opening["block"] for opening in stage.openings.values()]
    assert len({*first, *second}) == 4


def test_what_comes_twice_counts_once_and_what_was_not_given_does_not_count() -> None:
    def eager(stage: Stage, worker: str, opening: Mapping[str, Any]) -> None:
        stage.hand_in(opening["block"], range(-5, 100))
        dutiful(stage, worker, opening)

    result = Stage(eager).play()
    assert numbers(result.rows) == list(range(1, 11))


def test_rows_under_an_unknown_key_are_not_taken() -> None:
    def stranger(stage: Stage, worker: str, opening: Mapping[str, Any]) -> None:
        stage.hand_in("no such key", [0, 1, 2, 3])
        stage.hand_in(opening["block"], share(opening))

    result = Stage(stranger).play()
    assert numbers(result.rows) == list(range(1, 11))


def test_rows_that_come_after_their_block_are_not_taken() -> None:
    stage = Stage(dutiful)
    result = stage.play()
    stage.hand_in(stage.openings["one"]["block"], [1])
    assert len(result.rows) == 10


def test_a_worker_that_leaves_is_missed_with_what_it_did_not_deliver() -> None:
    def leave(stage: Stage, worker: str, opening: Mapping[str, Any]) -> None:
        if worker == "two":
            stage.hand_in(opening["block"], share(opening)[:2])
            stage.workers = ("one",)
        else:
            dutiful(stage, worker, opening)

    result = Stage(leave).play()
    assert result.missing == {"two": 3}
    assert numbers(result.rows) == [1, 2, 3, 4, 5, 6, 7]


def test_a_worker_that_hangs_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "GRACE_S", 0.2)

    def hang(stage: Stage, worker: str, opening: Mapping[str, Any]) -> None:
        if worker == "one":
            dutiful(stage, worker, opening)

    result = Stage(hang).play()
    assert result.missing["two"] == 5


def test_unmeasured_rows_come_with_the_rest_of_every_worker() -> None:
    assert len(Stage(dutiful).play().unmeasured["lead-in"]) == 2


def test_a_block_stays_open_until_every_worker_has_played_what_follows_its_numbers() -> None:
    """A profile may end with a stage that is not judged."""
    closed_before_the_end: list[bool] = []

    def play_on(stage: Stage, worker: str, opening: Mapping[str, Any]) -> None:
        stage.hand_in(opening["block"], share(opening), played=False)
        gevent.sleep(0.2)
        closed_before_the_end.append(bool(stage.closed))
        stage.hand_in(opening["block"], [], played=True)

    result = Stage(play_on).play()
    assert closed_before_the_end == [False, False]
    assert numbers(result.rows) == list(range(1, 11))
    assert result.missing == {}
