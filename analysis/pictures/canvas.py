"""An empty drawing, and its SVG as the page takes it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from itertools import count
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from analysis.pictures.ink import INK, LINE, MUTED, VARIABLES
from analysis.plain_text import plain

# At 72 dots per inch a point of matplotlib is a pixel of the page.
DPI = 72
WIDTH, HEIGHT = 440, 290
TEXT_SIZE = 12
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "font.size": TEXT_SIZE,
    "text.color": INK,
    "text.parse_math": False,
    "axes.facecolor": "none",
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 1,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "path.simplify": True,
}
_CSS_ONLY = {"white-space"}
_REFERENCE = r'(url\(#|href="#)([\w-]+)'


def drawing(width: int = WIDTH, height: int = HEIGHT) -> Figure:
    """An empty drawing of this size in pixels."""
    return Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor="none")


def svg(draw: Callable[[], Figure], *, name: str, title: str, text: str) -> Markup:
    """The SVG of a drawing, for use inside a page; `title` and `text` say what it shows, `name` is its id.

    Colours are CSS variables and set as attributes: where a page's style sheets are blocked, the picture
    stays what it is.
    """
    buffer = io.StringIO()
    with mpl.rc_context(_STYLE | {"svg.hashsalt": name}):
        figure = draw()
        FigureCanvasSVG(figure)
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    content = buffer.getvalue()
    content = content[content.index("<g id=") : content.rindex("</svg>")]
    width, height = (round(inches * DPI) for inches in figure.get_size_inches())
    start = Markup(
        '<svg class="chart" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"'
        ' aria-labelledby="{name}-title {name}-text" stroke-linejoin="round"'
        ' font-family="system-ui, sans-serif"><title id="{name}-title">{title}</title>'
        '<desc id="{name}-text">{text}</desc>'
    )
    head = start.format(
        width=width, height=height, name=name, title=plain(title, 500), text=plain(text, 1000)
    )
    drawn = Markup(_tidy(content, name))  # noqa: S704  # matplotlib's own SVG: it escapes the texts it draws
    return head + drawn + Markup("</svg>")


def _tidy(content: str, name: str) -> str:
    """Shorter, with ids that are unique in the page, attributes for styles, variables for colours."""
    content = re.sub(r"<!--.*?-->\s*", "", content, flags=re.DOTALL)
    content = re.sub(r'<style type="text/css">.*?</style>', "", content, flags=re.DOTALL)
    content = content.replace("xlink:href", "href")
    content = re.sub(r' style="([^"]*)"', lambda match: _attributes(match[1]), content)
    content = re.sub(r"-?\d+\.\d{2,}", lambda match: f"{float(match[0]):.1f}".removesuffix(".0"), content)
    content = re.sub("#0000[0-9a-f]{2}", lambda match: VARIABLES.get(match[0], match[0]), content)
    content = re.sub(r">\s+<", "><", content)
    content = re.sub(r"\s*\n\s*", " ", content)
    return _named(content, name)


def _attributes(style: str) -> str:
    found = (declaration.partition(":") for declaration in style.split(";") if declaration.strip())
    attributes = []
    for key, _, value in found:
        if key.strip() == "font":
            attributes.append(f'font-size="{value.split("px")[0].split()[-1]}"')
            if "bold" in value:
                attributes.append('font-weight="bold"')
        elif key.strip() not in _CSS_ONLY:
            attributes.append(f'{key.strip()}="{value.strip()}"')
    return "".join(f" {attribute}" for attribute in attributes)


def _named(content: str, name: str) -> str:
    """Ids that nothing refers to are dropped, the others numbered after the picture's name."""
    numbers = count(1)
    used = sorted({old for _, old in re.findall(_REFERENCE, content)})
    names = {old: f"{name}-{next(numbers)}" for old in used}
    content = re.sub(
        r' id="([^"]*)"', lambda match: f' id="{names[match[1]]}"' if match[1] in names else "", content
    )
    return re.sub(_REFERENCE, lambda match: f"{match[1]}{names[match[2]]}", content)
