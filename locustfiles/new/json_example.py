"""An example of what a JSON Schema allows, as OpenAPI 3.0 and 3.1 use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


def example(schema: Any, resolve: Callable[[str], Any], *, within: frozenset[str] = frozenset()) -> Any:
    """A value that fits the schema: its own example if it has one, else the smallest that can be made up.

    `resolve` follows a `$ref`; `within` holds those at work, since a schema may contain itself: there the
    value ends with None. Patterns are not obeyed.
    """
    if not isinstance(schema, Mapping):
        return {}
    reference = schema.get("$ref")
    if reference in within:
        return None
    if reference is not None:
        return example(resolve(reference), resolve, within=within | {reference})
    given, found = _given(schema)
    return given if found else _composed(schema, lambda part: example(part, resolve, within=within))


def _composed(schema: Mapping[str, Any], inner: Callable[[Any], Any]) -> Any:
    if parts := schema.get("allOf"):
        return _merged([inner(part) for part in parts], schema, inner)
    for choice in ("oneOf", "anyOf"):
        if options := [each for each in schema.get(choice, ()) if not _is_null(each)]:
            return inner(options[0])
    return _made_up(schema, inner)


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
    allowed = [value for value in schema.get("enum", ()) if value is not None]
    return (allowed[0], True) if allowed else (None, False)


def _merged(values: list[Any], schema: Mapping[str, Any], inner: Callable[[Any], Any]) -> Any:
    own = {key: value for key, value in schema.items() if key != "allOf"}
    if "properties" in own:
        values = [*values, inner(own)]
    if all(isinstance(value, Mapping) for value in values):
        return {key: item for value in values for key, item in value.items()}
    return values[0]


def _made_up(schema: Mapping[str, Any], inner: Callable[[Any], Any]) -> Any:
    kind = _kind(schema)
    if kind == "object":
        return _object(schema, inner)
    if kind == "array":
        return [inner(schema.get("items"))] * max(1, schema.get("minItems", 1))
    if kind in {"integer", "number"}:
        return _number(schema)
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    text = FORMATS.get(schema.get("format", ""), TEXT)
    return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]


def _kind(schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type")
    if isinstance(kinds, list):  # OpenAPI 3.1
        return next((kind for kind in kinds if kind != "null"), "null")
    if isinstance(kinds, str):
        return kinds
    return "object" if "properties" in schema else "array" if "items" in schema else "string"


def _object(schema: Mapping[str, Any], inner: Callable[[Any], Any]) -> dict[str, Any]:
    """The required properties; all of them where none is required. Never those that only answers have."""
    properties: Mapping[str, Any] = schema.get("properties") or {}
    names = schema.get("required") or list(properties)
    wanted = {name: properties.get(name, {"type": "string"}) for name in names}
    return {
        name: inner(part)
        for name, part in wanted.items()
        if not (isinstance(part, Mapping) and part.get("readOnly"))
    }


def _number(schema: Mapping[str, Any]) -> Any:
    step = schema.get("multipleOf", 1)
    value = step
    least, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    if above is True and least is not None:  # OpenAPI 3.0
        value = least + step
    elif isinstance(above, (int, float)) and not isinstance(above, bool):
        value = max(value, above + step)
    elif least is not None:
        value = max(value, least)
    most = schema.get("maximum")
    return value if most is None else min(value, most)


def _is_null(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "null"
