"""An example of what a JSON Schema allows, as OpenAPI 3.0 and 3.1 use it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

FORMATS = {
    "date": "2025-01-31",
    "date-time": "2025-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "uuid": "00000000-0000-4000-8000-000000000001",
    "email": "someone@example.com",
    "uri": "https://example.com/",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "dGV4dA==",
}
TEXT = "text"


class _Endless(Exception):  # noqa: N818  # no error: what may be left out is, where a schema contains itself
    """A schema that is at work already."""


def example(schema: Any, resolve: Callable[[str], Any]) -> Any:
    """A value that fits the schema: its own example if it has one, else the smallest that can be made up.

    `resolve` follows a `$ref`. Where a schema must contain itself, the value ends with None. Patterns are not
    obeyed.
    """
    try:
        return _example(schema, resolve, frozenset())
    except _Endless:
        return None


def _example(schema: Any, resolve: Callable[[str], Any], within: frozenset[str]) -> Any:
    if not isinstance(schema, Mapping):
        return {}
    parts = list(_parts(schema, resolve, within))
    if any(_is_object(part) for part, _ in parts):
        return _object(parts, resolve)
    whole = {key: value for part, _ in parts for key, value in part.items()}
    inside = frozenset[str]().union(*(at_work for _, at_work in parts))
    given, found = _given(whole)
    return given if found else _made_up(whole, lambda part: _example(part, resolve, inside))


def _parts(
    schema: Any, resolve: Callable[[str], Any], within: frozenset[str]
) -> Iterator[tuple[Mapping[str, Any], frozenset[str]]]:
    """The schemas that a value has to fit all together, each with the references that led there."""
    if not isinstance(schema, Mapping):
        return
    reference = schema.get("$ref")
    if reference in within:
        raise _Endless
    if reference is not None:
        yield from _parts(resolve(reference), resolve, within | {reference})
        return
    if not _given(schema)[1]:
        chosen = [*(schema.get("allOf") or ())]
        for choice in ("oneOf", "anyOf"):
            chosen += [each for each in schema.get(choice) or () if not _is_null(each)][:1]
        for each in chosen:
            yield from _parts(each, resolve, within)
    yield schema, within


def _given(schema: Mapping[str, Any]) -> tuple[Any, bool]:
    """The value that the schema itself names, and whether it names one."""
    if "example" in schema:
        return schema["example"], True
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        return examples[0], True
    if "const" in schema:
        return schema["const"], True
    if schema.get("default") is not None:
        return schema["default"], True
    allowed = [value for value in schema.get("enum") or () if value is not None]
    return (allowed[0], True) if allowed else (None, False)


def _made_up(schema: Mapping[str, Any], inner: Callable[[Any], Any]) -> Any:
    kind = _kind(schema)
    if kind == "array":
        return _array(schema, inner)
    if kind in {"integer", "number"}:
        return _number(schema)
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    text = FORMATS.get(schema.get("format", ""), TEXT)
    return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]


def _array(schema: Mapping[str, Any], inner: Callable[[Any], Any]) -> list[Any]:
    least = schema.get("minItems", 0)
    try:
        return [inner(schema.get("items"))] * max(1, least)
    except _Endless:
        return [None] * least


def _kind(schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type")
    if isinstance(kinds, list):  # OpenAPI 3.1
        return next((kind for kind in kinds if kind != "null"), "null")
    if isinstance(kinds, str):
        return kinds
    if "properties" in schema or _required(schema):
        return "object"
    return "array" if "items" in schema else "string"


def _is_object(schema: Mapping[str, Any]) -> bool:
    given, found = _given(schema)
    return isinstance(given, Mapping) if found else _kind(schema) == "object"


def _object(
    parts: Sequence[tuple[Mapping[str, Any], frozenset[str]]], resolve: Callable[[str], Any]
) -> dict[str, Any]:
    """The required properties; all of a part where none of its own is. Never those that only answers have."""
    required = {name for part, _ in parts for name in _required(part)}
    described: set[str] = set()
    found: dict[str, Any] = {}
    for part, within in parts:
        given, _ = _given(part)
        if isinstance(given, Mapping):
            found.update(given)
            continue
        properties: Mapping[str, Any] = part.get("properties") or {}
        described |= properties.keys()
        for name in [name for name in properties if name in required] or properties:
            schema = properties[name]
            if isinstance(schema, Mapping) and schema.get("readOnly"):
                continue
            try:
                found[name] = _example(schema, resolve, within)
            except _Endless:
                if name in required:
                    found[name] = None
    return {**dict.fromkeys(sorted(required - described), TEXT), **found}


def _required(schema: Mapping[str, Any]) -> Sequence[str]:
    """The names; none for `true`, which people write at a property where it means nothing."""
    names = schema.get("required")
    return names if isinstance(names, list) else ()


def _number(schema: Mapping[str, Any]) -> Any:
    step = schema.get("multipleOf") or 1
    least, above = _bounds(schema, "minimum", "exclusiveMinimum")
    most, below = _bounds(schema, "maximum", "exclusiveMaximum")
    value = step
    if above is not None:
        value = max(value, above + step)
    elif least is not None:
        value = max(value, least)
    if schema.get("multipleOf"):
        value = math.ceil(value / step) * step
    if most is not None:
        value = min(value, most)
    if below is not None and value >= below:
        floor = next((bound for bound in (least, above) if bound is not None), below - 2 * step)
        value = below - step if _kind(schema) == "integer" else (floor + below) / 2
    return value


def _bounds(schema: Mapping[str, Any], including: str, excluding: str) -> tuple[Any, Any]:
    """The bound that may be reached and the one that may not; None for none."""
    bound, beyond = schema.get(including), schema.get(excluding)
    if beyond is True:  # OpenAPI 3.0
        return None, bound
    return bound, None if beyond is False else beyond


def _is_null(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "null"
