"""Reads a JSON or YAML file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from locustfiles.new.errors import DescriptionError


class _Loader(yaml.SafeLoader):
    """Knows the types of JSON and no others, as OpenAPI has it: a date, 12:30, NO and = stay texts."""


_Loader.yaml_implicit_resolvers = {}
for _kind, _pattern, _first in (
    ("null", "null|Null|NULL|~|", ["n", "N", "~", ""]),
    ("bool", "true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"-?(0|[1-9]\d*)", list("-0123456789")),
    ("float", r"-?(0|[1-9]\d*)(\.\d*)?([eE][-+]?\d+)?", list("-0123456789")),
    ("merge", "<<", ["<"]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(rf"(?:{_pattern})\Z"), _first)


def read(path: Path, *, form: str) -> dict[str, Any]:
    """The object that the file holds. Raises DescriptionError; `form` says what was expected."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DescriptionError(f"{path}: {error.strerror}; expected {form}") from None
    except UnicodeDecodeError:
        raise DescriptionError(f"{path}: not UTF-8 text; expected {form}") from None
    found = _json(path, text, form) if text.lstrip().startswith(("{", "[")) else _yaml(path, text, form)
    if not isinstance(found, dict):
        raise DescriptionError(f"{path}: holds no object at its top; expected {form}")
    return found


def _json(path: Path, text: str, form: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DescriptionError(f"{path}:{error.lineno}: {error.msg}; expected {form}") from None


def _yaml(path: Path, text: str, form: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        problem = getattr(error, "problem", None) or "not readable"
        raise DescriptionError(f"{where}: {problem}; expected {form}") from None
