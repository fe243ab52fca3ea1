"""A picture with its heading and what it shows in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from analysis.pictures.canvas import svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture as the page shows it; `name` is the part of its ids."""

    name: str
    heading: str
    text: str
    picture: Markup


def chart(name: str, heading: str, text: str, draw: Callable[[], Figure]) -> Chart:
    """The chart that this function draws."""
    picture = svg(draw, name=name, title=heading, text=text)
    return Chart(name=name, heading=heading, text=text, picture=picture)
