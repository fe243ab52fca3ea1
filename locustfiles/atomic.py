"""Files that are either the old or the new one, never a part."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TextIO


def replace(path: Path, write: Callable[[TextIO], object]) -> None:
    """Write a text file beside `path`, then put it in its place in one step."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("w", newline="", encoding="utf-8") as file:
            write(file)
        temporary.replace(path)
    finally:  # nothing is left of what could not be written
        temporary.unlink(missing_ok=True)
