"""The order of the rounds: which arm plays which numbers when. Pure functions of the seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

Phase = Literal["warmup", "measured"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One block of every arm, back to back.

    `number` counts judged rounds from 1 and is 0 in the warm-up; `order` holds indices into the arms;
    every arm plays the plan numbers `first_request` to `first_request + requests - 1`.
    """

    number: int
    phase: Phase
    order: tuple[int, ...]
    first_request: int
    requests: int


def block_orders(*, arms: int, rounds: int, seed: int) -> list[tuple[int, ...]]:
    """The order of the arms in each round, balanced so that a trend favours no arm.

    Rounds come in seeded random sets, in which every arm stands in every place equally often: for two arms
    pairs of AB and BA, for more the rotations of a random order (a Latin square). Only an incomplete last
    set can be unbalanced.
    """
    source = random.Random(f"{seed}/order")
    orders: list[tuple[int, ...]] = []
    while len(orders) < rounds:
        first = source.sample(range(arms), arms)
        rotations = [tuple(first[turn:] + first[:turn]) for turn in range(arms)]
        source.shuffle(rotations)
        orders.extend(rotations)
    return orders[:rounds]


def order_name(order: tuple[int, ...]) -> str:
    """An order as the manifest spells it: A is the first arm."""
    return "".join(chr(ord("A") + arm) for arm in order)


def planned_rounds(*, arms: int, rounds: int, warmup_rounds: int, requests: int, seed: int) -> list[Round]:
    """Every round of a run. Judged rounds play new numbers from 1 up, warm-up rounds those up to 0."""
    orders = block_orders(arms=arms, rounds=rounds, seed=seed)
    warmups = block_orders(arms=arms, rounds=warmup_rounds, seed=seed + 1)
    played = [
        Round(
            number=0, phase="warmup", order=order, first_request=1 - requests * (place + 1), requests=requests
        )
        for place, order in enumerate(warmups)
    ]
    played += [
        Round(
            number=place + 1,
            phase="measured",
            order=order,
            first_request=1 + requests * place,
            requests=requests,
        )
        for place, order in enumerate(orders)
    ]
    return played


def planned_looks(*, min_rounds: int, max_rounds: int, arms: int = 2) -> list[int]:
    """The numbers of rounds after which the verdict may end the run.

    Up to 30 rounds in about doubling steps (6, 12, 20, 30), beyond that every 20; the last is `max_rounds`.
    Of more than two arms only complete sets of rounds are balanced: then every look, and the last round, lies
    at the end of one, where there is one from `min_rounds` to `max_rounds`.
    """
    steps = (min_rounds, 12, 20, 30) if max_rounds <= 30 else range(20, max_rounds, 20)
    looks = {step for step in steps if min_rounds <= step < max_rounds} | {max_rounds}
    last = max_rounds // arms * arms
    if arms > 2 and last >= min_rounds:
        looks = {min(-(-look // arms) * arms, last) for look in looks}
    return sorted(looks)


def complete_sets(*, min_rounds: int, max_rounds: int, arms: int) -> int:
    """The least number of rounds in these bounds that makes complete sets; `max_rounds` if there is none."""
    return min(-(-min_rounds // arms) * arms, max_rounds)
