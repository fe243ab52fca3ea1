"""Text from outside (endpoint names, error texts) made harmless for one line of a terminal or a message."""

from __future__ import annotations

import unicodedata

# Control characters, format characters (among them the right-to-left marks), surrogates, separators of lines.
_HARMFUL = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def plain(text: str, limit: int) -> str:
    """`text` on one line, what cannot be printed escaped, cut in the middle to at most `limit` characters."""
    # Escaping makes text longer, never shorter: what lies far outside the limit need not be looked at.
    if len(text) > 2 * limit:
        text = f"{text[:limit]}…{text[-limit:]}"
    safe = "".join(
        _escaped(character) if unicodedata.category(character) in _HARMFUL else character
        for character in text
    )
    if len(safe) <= limit:
        return safe
    head = (limit - 1) * 2 // 3
    return f"{safe[:head]}…{safe[len(safe) - (limit - 1 - head) :]}"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
