"""Reads the JSON files that runs leave behind: strictly, with one message for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from analysis.errors import InputError

READABLE_MAJOR = 1

_Model = TypeVar("_Model", bound=BaseModel)


def read_json(path: Path, model: type[_Model], *, what: str, elsewhere: str, least: str) -> _Model:
    """The file as a model. Raises InputError, which names the first key that is missing or of a wrong type.

    `what` is expected there, `elsewhere` says what to try when it is not, `least` where its form stands.
    """
    content = _object(path, what=what, remedy=elsewhere)
    _check_version(path, content.get("schema_version"))
    try:
        # From JSON again, not from Python objects: strict types then follow JSON's rules (5 is a fine float).
        # A lone half of a character, as of a file name in another encoding, is read as a question mark.
        return model.model_validate_json(json.dumps(content, ensure_ascii=False).encode(errors="replace"))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        found = "is missing" if first["type"] == "missing" else f"is {json.dumps(first['input'])[:80]}"
        raise InputError(path, f"key {key!r} {found}", expected=first["msg"], remedy=least) from error


def _object(path: Path, *, what: str, remedy: str) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refuse_constant)
    except OSError as error:
        found = error.strerror or "cannot be read"
        raise InputError(path, found, expected=what, remedy=remedy) from error
    except (ValueError, RecursionError) as error:
        remedy = "The file is damaged: restore it, or run the comparison again."
        raise InputError(path, f"not JSON ({error})", expected="a JSON object", remedy=remedy) from error
    if not isinstance(content, dict):
        raise InputError(path, f"holds a JSON {type(content).__name__}", expected="a JSON object")
    return content


def _check_version(path: Path, version: object) -> None:
    if version is None:
        raise InputError(path, "key 'schema_version' is missing", expected=f'"{READABLE_MAJOR}.0"')
    major = version.partition(".")[0] if isinstance(version, str) else ""
    if not major.isdecimal():
        raise InputError(
            path, f"schema_version is {version!r}", expected=f'text such as "{READABLE_MAJOR}.0"'
        )
    if int(major) != READABLE_MAJOR:
        remedy = "Report it with the version of swarmgate that wrote it."
        raise InputError(path, f"schema_version is {version}", expected=f"{READABLE_MAJOR}.x", remedy=remedy)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")
