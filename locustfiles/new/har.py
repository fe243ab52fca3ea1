"""The requests that a browser has recorded (HAR 1.2), without what was secret in them.

`har2locust` makes Locust tasks of a recording, with its headers and cookies; a plan wants none of them, and
the format is plain JSON.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from locustfiles.new.confidential import Confidential
from locustfiles.new.document import read
from locustfiles.new.errors import DescriptionError
from locustfiles.new.findings import NO_BODY, Findings, FoundRequest, weight

FORM = "a HAR file, as a browser's network panel saves it"
ASSETS = re.compile(r"^(image|font|audio|video)/|css|javascript|ecmascript|wasm|manifest")
ASSET_NAMES = re.compile(r"\.(css|js|mjs|map|png|jpe?g|gif|svg|webp|avif|ico|woff2?|ttf|mp[34]|wasm)$")
IDENTIFIER = re.compile(r"^(\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,})$", re.IGNORECASE)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})


class _LeftOut(Exception):  # noqa: N818  # no error: the reason is counted in the notes
    """An entry that is no request of a plan."""


def from_har(path: Path) -> Findings:
    """The requests of the address that was asked most, equal ones together. Raises DescriptionError."""
    document = read(path, form=FORM)
    try:
        return _findings(document["log"]["entries"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DescriptionError(f"{path}: {type(error).__name__}: {error}; expected {FORM}") from error


def _findings(entries: Sequence[Mapping[str, Any]]) -> Findings:
    left_out: Counter[str] = Counter()
    wanted = []
    for entry in entries:
        try:
            _check(entry)
            wanted.append(entry["request"])
        except _LeftOut as reason:
            left_out[str(reason)] += 1
    origins = Counter(_origin(request) for request in wanted)
    host = origins.most_common(1)[0][0] if origins else None
    left_out.update({f"to {origin}": times for origin, times in origins.items() if origin != host})
    ours = [request for request in wanted if _origin(request) == host]
    confidential = Confidential(
        headers=[header for entry in entries for header in entry["request"].get("headers", ())],
        cookies=[cookie for entry in entries for cookie in entry["request"].get("cookies", ())],
    )
    seen: dict[str, tuple[FoundRequest, int]] = {}
    for request in ours:
        try:
            found = _request(request, confidential)
        except _LeftOut as reason:
            left_out[str(reason)] += 1
            continue
        key = repr(found)
        seen[key] = (found, seen[key][1] + 1 if key in seen else 1)
    notes = [f"left out: {times} x {reason}" for reason, times in left_out.items()]
    notes += [f"left out as a secret: {what}" for what in sorted(confidential.left_out)]
    requests = tuple(replace(found, weight=weight(found.method, times)) for found, times in seen.values())
    return Findings(requests=requests, notes=tuple(notes), host=host)


def _check(entry: Mapping[str, Any]) -> None:
    """Raise _LeftOut for what no plan wants, with a reason that many entries share."""
    request, response = entry["request"], entry.get("response") or {}
    url, status = urlsplit(request["url"]), response.get("status", 0)
    kind = (response.get("content") or {}).get("mimeType") or ""
    if url.scheme not in {"http", "https"} or status == 101:
        raise _LeftOut("no HTTP request")
    if request["method"] not in METHODS:
        raise _LeftOut(f"{request['method']}, which browsers send by themselves")
    if ASSETS.search(kind) or ASSET_NAMES.search(url.path):
        raise _LeftOut("images, styles, scripts and other assets")
    if kind.startswith("text/event-stream"):
        raise _LeftOut("a stream of events, which does not end")
    if status <= 0:
        raise _LeftOut("without an answer")
    if 300 <= status < 400 and status != 304:
        raise _LeftOut("redirected elsewhere")
    if status >= 400:
        raise _LeftOut(f"answered with {status}")


def _origin(request: Mapping[str, Any]) -> str:
    url = urlsplit(request["url"])
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}"  # without user and password


def _request(request: Mapping[str, Any], confidential: Confidential) -> FoundRequest:
    url = urlsplit(request["url"])
    path = url.path or "/"
    if confidential.in_path(path):
        raise _LeftOut("with a secret in its path")
    return FoundRequest(
        name=f"{request['method']} {_grouped(path)}",
        method=request["method"],
        path=path,
        query=confidential.query(parse_qsl(url.query, keep_blank_values=True)),
        body=_body(request, confidential),
    )


def _grouped(path: str) -> str:
    """The path with numbers and identifiers named alike, so that one name stands for one endpoint."""
    return "/".join("{id}" if IDENTIFIER.match(segment) else segment for segment in path.split("/"))


def _body(request: Mapping[str, Any], confidential: Confidential) -> Any:
    data: Mapping[str, Any] = request.get("postData") or {}
    text = data.get("text")
    # Of forms and uploads some browsers keep the fields or the length alone.
    if not text and not data.get("params") and request.get("bodySize", 0) <= 0:
        return NO_BODY
    try:
        return confidential.body(json.loads(text or ""))
    except json.JSONDecodeError:
        raise _LeftOut(f"with a body of {data.get('mimeType') or 'no type'}; a plan carries JSON") from None
