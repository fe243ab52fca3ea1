"""The requests that an OpenAPI file describes (3.0, 3.1), in JSON or YAML.

A plain reading of paths, parameters and example bodies: the libraries that there are check a description or
generate a client from it, and what a starting point needs is one example of each operation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from locustfiles.new.document import read
from locustfiles.new.errors import DescriptionError
from locustfiles.new.findings import NO_BODY, Findings, FoundRequest, weight
from locustfiles.new.json_example import example

FORM = "an OpenAPI file, version 3.0 or 3.1, in JSON or YAML"
DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")


class _LeftOut(Exception):  # noqa: N818  # no error: the reason stands in the notes
    """An operation that a plan cannot ask."""


def from_openapi(path: Path) -> Findings:
    """A request for every operation. Raises DescriptionError for a file that is none."""
    document = read(path, form=FORM)
    if not str(document.get("openapi", "")).startswith("3."):
        found = f"swagger {document['swagger']}" if "swagger" in document else "no `openapi: 3...`"
        raise DescriptionError(f"{path}: {found}; expected {FORM}")
    try:
        return _Reading(document, path).findings()
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise DescriptionError(f"{path}: {type(error).__name__}: {error}; expected {FORM}") from error


class _Reading:
    def __init__(self, document: Mapping[str, Any], path: Path) -> None:
        self._document = document
        self._path = path
        self._notes: list[str] = []

    def findings(self) -> Findings:
        host, base = self._server()
        requests = []
        for path, method, item in self._operations():
            try:
                requests.append(self._request(base + path, method, item))
            except _LeftOut as reason:
                self._notes.append(f"{method.upper()} {path} is left out: {reason}")
        if (self._document.get("components") or {}).get("securitySchemes"):
            self._notes.append("credentials are not part of a plan: an arm adds them, from the environment")
        return Findings(requests=tuple(requests), notes=tuple(self._notes), host=host)

    def _server(self) -> tuple[str | None, str]:
        """The address of the first server if it has one, and the path that all requests begin with."""
        server: Mapping[str, Any] = next(iter(self._document.get("servers") or []), {})
        url = str(server.get("url", ""))
        for name, variable in (server.get("variables") or {}).items():
            url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
        parts = urlsplit(url)
        host = f"{parts.scheme or 'https'}://{parts.netloc}" if parts.netloc else None
        base = parts.path.strip("/")
        return host, f"/{base}" if base else ""

    def _operations(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Path, method, and the operation with the parameters of its path."""
        for path, entry in (self._document.get("paths") or {}).items():
            try:
                item = self._whole(entry)
            except _LeftOut as reason:
                self._notes.append(f"{path} is left out: {reason}")
                continue
            for method in METHODS:
                if isinstance(operation := item.get(method), Mapping):
                    shared = [*(item.get("parameters") or ()), *(operation.get("parameters") or ())]
                    yield path, method, {**operation, "parameters": shared}

    def _request(self, path: str, method: str, operation: Mapping[str, Any]) -> FoundRequest:
        parameters = {
            (parameter["in"], parameter["name"]): parameter
            for parameter in map(self._whole, operation["parameters"])
            if "in" in parameter and "name" in parameter
        }
        body = self._body(self._whole(operation.get("requestBody") or {}))
        target, query = path, []
        for (place, name), parameter in parameters.items():
            if place == "path":
                target = target.replace(f"{{{name}}}", _in_path(self._value(parameter)))
            elif place == "query" and (parameter.get("required") or _has_example(parameter)):
                query += _in_query(parameter, self._value(parameter))
            elif parameter.get("required"):
                self._notes.append(f"{method.upper()} {path} wants the {place} {name}: an arm adds it")
        if "{" in target:
            raise _LeftOut(f"its path has a parameter that is not described: {target}")
        return FoundRequest(
            name=f"{method.upper()} {path}",
            method=method.upper(),
            path=target,
            query=tuple(query),
            body=body,
            weight=weight(method.upper()),
        )

    def _body(self, body: Mapping[str, Any]) -> Any:
        kinds: Mapping[str, Any] = body.get("content") or {}
        for kind, media in kinds.items():
            if kind.partition(";")[0].strip().endswith(("/json", "+json")):
                return self._value(media or {})
        if kinds:
            raise _LeftOut(f"its body is {', '.join(kinds)}; a plan carries JSON")
        return NO_BODY

    def _value(self, described: Mapping[str, Any]) -> Any:
        """The example of a parameter or a body, or one that its schema allows."""
        if "example" in described:
            return described["example"]
        for each in (described.get("examples") or {}).values():
            if "value" in (whole := self._whole(each)):
                return whole["value"]
        if content := described.get("content"):
            return self._value(next(iter(content.values())) or {})
        return example(described.get("schema"), self._resolved)

    def _whole(self, part: Any) -> Mapping[str, Any]:
        followed = set()
        while isinstance(part, Mapping) and "$ref" in part and part["$ref"] not in followed:
            followed.add(part["$ref"])
            part = self._resolved(part["$ref"])
        return part if isinstance(part, Mapping) else {}

    def _resolved(self, reference: str) -> Any:
        """What a reference within this file points to (JSON Pointer in a fragment, RFC 6901 section 6)."""
        if not reference.startswith("#/"):
            raise _LeftOut(f"it refers to another file, {reference}")
        found: Any = self._document
        for step in unquote(reference[2:]).split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            try:
                found = found[int(key)] if isinstance(found, list) else found[key]
            except (LookupError, TypeError, ValueError):
                raise _LeftOut(f"{reference} is not in {self._path}") from None
        return found


def _has_example(parameter: Mapping[str, Any]) -> bool:
    return "example" in parameter or "examples" in parameter


def _in_path(value: Any) -> str:
    """A value of the style `simple`, encoded as a segment."""
    if isinstance(value, Mapping):
        value = [each for pair in value.items() for each in pair]
    return ",".join(quote(_text(each), safe="") for each in (value if isinstance(value, list) else [value]))


def _in_query(parameter: Mapping[str, Any], value: Any) -> list[tuple[str, str]]:
    """The pairs that stand for a value, by the parameter's style (OpenAPI, "Style Values")."""
    name, style = parameter["name"], parameter.get("style", "form")
    explode = parameter.get("explode", style == "form")
    if "content" in parameter or not isinstance(value, (Mapping, list)):
        return [(name, _text(value))]
    if isinstance(value, Mapping):
        if style == "deepObject":
            return [(f"{name}[{key}]", _text(each)) for key, each in value.items()]
        if explode:
            return [(key, _text(each)) for key, each in value.items()]
        value = [each for pair in value.items() for each in pair]
    elif explode:
        return [(name, _text(each)) for each in value]
    return [(name, DELIMITERS.get(style, ",").join(map(_text, value)))]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
