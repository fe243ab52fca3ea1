"""The text of the files that are written: Python from what was found, and from templates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from locustfiles.new.findings import NO_BODY, Findings, FoundRequest

TEMPLATES = Path(__file__).parent
STEP = " " * 4


def locustfile(file: str, found: Findings | None) -> str:
    """A locustfile named `file` with the requests that were found, or with those of the mock service."""
    has_body = found is None or any(request.body is not NO_BODY for request in found.requests)
    return _template("locustfile").substitute(
        file=_comment(file),
        host=_comment((found and found.host) or "https://staging.example.com"),
        imports="import json\nimport random" if has_body else "import random",
        plan=_plan(found),
    )


def objectives() -> str:
    """An sla.toml for that locustfile."""
    return _template("sla").template


def _plan(found: Findings | None) -> str:
    if found is None:
        return _template("example_plan").template.rstrip()
    notes = "".join(f"#    {_comment(note)}\n" for note in found.notes)
    requests = "\n".join(_entry(request) for request in found.requests)
    return _template("found_plan").substitute(notes=notes, requests=requests).rstrip()


def _entry(request: FoundRequest) -> str:
    fields: dict[str, str] = {
        "name": literal(request.name),
        "method": literal(request.method),
        "path": literal(request.path),
    }
    if request.query:
        fields["query"] = literal(request.query)
    if request.body is not NO_BODY:
        fields["body"] = f"json.dumps({_argument(request.body)}).encode()"
    inner = "".join(f"{STEP * 3}{name}={text},\n" for name, text in fields.items())
    return f"{STEP}(\n{STEP * 2}{request.weight},\n{STEP * 2}LogicalRequest(\n{inner}{STEP * 2}),\n{STEP}),"


def _argument(body: Any) -> str:
    text = literal(body, depth=4)
    return f"\n{STEP * 4}{text}\n{STEP * 3}" if "\n" in text else text


def literal(value: Any, *, depth: int = 0) -> str:
    """A JSON value, or tuples of texts, as Python writes them; objects and arrays over several lines."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, tuple):
        inner = ", ".join(literal(item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if not value or not isinstance(value, (Mapping, Sequence)):
        return repr(value)
    margin = STEP * (depth + 1)
    if isinstance(value, Mapping):
        lines = [f"{_quoted(str(key))}: {literal(item, depth=depth + 1)}" for key, item in value.items()]
        opening, closing = "{", "}"
    else:
        lines = [literal(item, depth=depth + 1) for item in value]
        opening, closing = "[", "]"
    inner = "".join(f"{margin}{line},\n" for line in lines)
    return f"{opening}\n{inner}{STEP * depth}{closing}"


def _quoted(text: str) -> str:
    found = repr(text)
    return found if '"' in found else f'"{found[1:-1]}"'


def _comment(text: str) -> str:
    """Text without what would end a comment or a docstring."""
    return re.sub(r'[^\x20-\x7e]|\\|"', "?", text)


def _template(name: str) -> Template:
    return Template((TEMPLATES / f"{name}.template").read_text(encoding="utf-8"))
