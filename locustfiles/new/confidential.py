"""What of a recording is nobody's business: credentials by name, by form, and wherever they are repeated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

HEADERS = re.compile(r"^(cookie|set-cookie|(proxy-)?authorization)$", re.IGNORECASE)
NAMES = re.compile(
    r"passw(or)?d|passphrase|(^|[^a-z])pass$|secret|token|api.?key|auth(?!or)|credential|session|signature|^sig$|^pwd$|csrf|xsrf"
    r"|jwt|^otp$|^pin$|^sid$|private.?key",
    re.IGNORECASE,
)
FORMS = re.compile(r"^(Bearer |Basic )|^eyJ[\w-]{8,}\.[\w-]+\.|^gh[opsu]_\w{20,}|^(AKIA|ASIA)[A-Z0-9]{16}$")
LEFT_OUT = "LEFT OUT"
SHORTEST = 8
"""Shorter values of cookies are not looked for elsewhere: they would be found everywhere."""


class Confidential:
    """Knows the credentials of one recording. `left_out` names what was taken out, never its value."""

    def __init__(self, headers: Iterable[Mapping[str, str]], cookies: Iterable[Mapping[str, str]]) -> None:
        self.left_out: set[str] = set()
        self._values: set[str] = {_plain(each["value"]) for each in cookies}
        for header in headers:
            name, value = header["name"], header["value"]
            if HEADERS.match(name) or NAMES.search(name):
                self.left_out.add(f"the header {name}")
                self._values.update(_plain(part) for part in re.split(r"[\s;=]+", value))
        self._values = {value for value in self._values if len(value) >= SHORTEST}

    def query(self, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """The parameters without those that hold a credential."""
        kept = []
        for name, value in pairs:
            if self._is_secret(name, value):
                self.left_out.add(f"the parameter {name}")
            else:
                kept.append((name, value))
        return tuple(kept)

    def body(self, value: Any, name: str = "") -> Any:
        """A JSON value in which credentials are replaced by LEFT_OUT."""
        if isinstance(value, Mapping):
            return {key: self.body(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [self.body(item, name) for item in value]
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            if not self._is_secret(name, str(value)):
                return value
            self.left_out.add(f"the value of {name or 'a body'}")
            return LEFT_OUT
        return value

    def in_path(self, path: str) -> bool:
        """Whether a segment of the path is a credential."""
        return any(self._is_secret("", segment) for segment in path.split("/"))

    def _is_secret(self, name: str, value: str) -> bool:
        plain = _plain(value)
        return bool(value) and bool(NAMES.search(name) or FORMS.search(plain) or plain in self._values)


def _plain(value: str) -> str:
    return unquote(value).strip().strip('"')
