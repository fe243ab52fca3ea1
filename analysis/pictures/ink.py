"""Colours that follow the page's scheme, and how arms are told apart without colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# matplotlib wants numbers, the page wants names: each name is drawn in a number of its own, which the SVG
# has replaced by a CSS variable. The last word is for viewers that block style sheets (Jenkins).
INK, MUTED, LINE, SURFACE, MISSED = "#000001", "#000002", "#000003", "#000004", "#000005"
BETTER, WORSE = "#000006", "#000007"
VARIABLES = {
    INK: "var(--ink, #1c1e21)",
    MUTED: "var(--muted, #5a6068)",
    LINE: "var(--line, #d9dce0)",
    SURFACE: "var(--surface, #ffffff)",
    MISSED: "var(--missed, #8a8f98)",
    BETTER: "var(--passed, #1a7037)",
    WORSE: "var(--failed, #b3261e)",
    "#0000a0": "var(--arm-a, #b4520a)",
    "#0000a1": "var(--arm-b, #0a5fb0)",
    "#0000a2": "var(--arm-c, #2d7a4b)",
    "#0000a3": "var(--arm-d, #8a3f9b)",
    "#0000a4": "var(--arm-e, #a8325f)",
    "#0000a5": "var(--arm-f, #0f7683)",
    "#0000a6": "var(--arm-g, #6b6100)",
    "#0000a7": "var(--arm-h, #555bc0)",
    "#0000a8": "var(--arm-i, #8c5a3c)",
    "#0000a9": "var(--arm-j, #5a6570)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """How an arm is drawn: colour, dashes and marker each tell it apart by themselves."""

    colour: str
    dashes: tuple[float, ...]
    marker: str
    hollow: bool

    @property
    def line(self) -> tuple[float, tuple[float, ...]] | str:
        """The line style in matplotlib's form."""
        return (0, self.dashes) if self.dashes else "solid"

    @property
    def face(self) -> str:
        """The colour inside a marker."""
        return SURFACE if self.hollow else self.colour


_PENS = (
    Pen(colour="#0000a0", dashes=(4.0, 2.0), marker="s", hollow=True),
    Pen(colour="#0000a1", dashes=(), marker="o", hollow=False),
    Pen(colour="#0000a2", dashes=(1.0, 1.5), marker="^", hollow=True),
    Pen(colour="#0000a3", dashes=(6.0, 1.5, 1.0, 1.5), marker="D", hollow=False),
    Pen(colour="#0000a4", dashes=(8.0, 2.0), marker="v", hollow=True),
    Pen(colour="#0000a5", dashes=(2.0, 2.0), marker="^", hollow=False),
    Pen(colour="#0000a6", dashes=(3.0, 1.5, 1.0, 1.5, 1.0, 1.5), marker="o", hollow=True),
    Pen(colour="#0000a7", dashes=(10.0, 2.0, 2.0, 2.0), marker="s", hollow=False),
    Pen(colour="#0000a8", dashes=(5.0, 4.0), marker="D", hollow=True),
    Pen(colour="#0000a9", dashes=(1.0, 3.0), marker="v", hollow=False),
)


def pens(arms: Sequence[str]) -> dict[str, Pen]:
    """A pen for each arm, the baseline first."""
    return {arm: _PENS[place % len(_PENS)] for place, arm in enumerate(arms)}
