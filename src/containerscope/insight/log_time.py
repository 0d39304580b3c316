"""Moments as a person writes them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_AGO = re.compile(r"(\d{1,6})\s*(s|m|h|d|w)")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def moment_of(text: str, now: datetime) -> datetime:
    """The moment of `--since` and `--until`: `10m`, `2h30m`, `1d`, or a date and time.

    Raises `ValueError` with what is allowed.
    """
    said = text.strip()
    if said and not _AGO.sub("", said).strip():
        seconds = sum(int(number) * _UNITS[unit] for number, unit in _AGO.findall(said))
        try:
            return now - timedelta(seconds=seconds)
        except OverflowError:
            raise ValueError(f"{said} is before all time") from None
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        allowed = "write 30s, 10m, 2h30m, 1d or 2026-11-24T13:00"
        raise ValueError(f"{said or 'nothing'} is no time: {allowed}") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=now.tzinfo)
