"""Keys under which text sorts as a person expects: web-2 before web-10."""

from __future__ import annotations

import re

_DIGITS = re.compile("[0-9]+")
_HEX_ID = re.compile("[0-9a-f]{16,}|[0-9a-f]{8}-[0-9a-f-]{27}")
"""Numbers inside the id of a task mean nothing, and reading them costs most of a large sort."""


def _with_length(match: re.Match[str]) -> str:
    digits = match.group().lstrip("0") or "0"
    return chr(0x30 + min(len(digits), 0x1000)) + digits


def natural_key(text: str) -> str:
    """A string that sorts where a person looks for `text`: numbers in it by their value."""
    if _HEX_ID.fullmatch(text):
        return text
    return _DIGITS.sub(_with_length, text.casefold())
