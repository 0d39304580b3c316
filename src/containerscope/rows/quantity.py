"""Numbers as a person types them in a filter: `80`, `80%`, `1h30m`, `2GiB`."""

from __future__ import annotations

import re

from containerscope.model.text import visible

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?[smhdwy])+", re.IGNORECASE)
_DURATION_PART = re.compile(r"([0-9.]+)([smhdwy])", re.IGNORECASE)
_SIZE = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)([kmgtp]?)(i?b?)", re.IGNORECASE)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}


class BadQuantityError(ValueError):
    """What was typed is no quantity; the message says what is allowed."""


def read_number(text: str) -> float:
    """A plain number, a percent sign behind it ignored."""
    if _NUMBER.fullmatch(text.removesuffix("%")) is None:
        raise BadQuantityError(
            f"needs a number, not {visible(text)!r}" if text else "needs a number"
        )
    return float(text.removesuffix("%"))


def read_duration(text: str) -> float:
    """The seconds of `90s`, `5m`, `1h30m`, `2d`, `1w`."""
    if _DURATION.fullmatch(text) is None:
        raise BadQuantityError("needs a time such as 30s, 5m, 2h, 3d or 1w")
    parts = _DURATION_PART.findall(text)
    return sum(float(amount) * _SECONDS[unit.lower()] for amount, unit in parts)


def read_size(text: str, unit: int) -> float:
    """A size in units of `unit` bytes; a bare number counts in that unit."""
    found = _SIZE.fullmatch(text)
    if found is None:
        raise BadQuantityError("needs a size such as 512, 512M or 2GiB")
    amount, prefix, suffix = float(found[1]), found[2].lower(), found[3]
    if not prefix and not suffix:
        return amount
    return amount * 1024.0 ** _POWERS[prefix] / unit
