"""How a value reads in a cell, and the same value as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from rich.cells import cell_len

from containerscope.model.listing import Missing, Why
from containerscope.model.text import visible
from containerscope.model.trend import Trend
from containerscope.resource import Column, Kind

NOTHING = "–"
GLYPHS = {
    Why.LOADING: "…",
    Why.DENIED: "⊘",
    Why.THROTTLED: "~",
    Why.EXPIRED: "!",
    Why.UNREACHABLE: "!",
    Why.FAILED: "!",
    Why.NOT_APPLICABLE: NOTHING,
}
_ASCII = {
    "…": "...",
    "⊘": "(denied)",
    "–": "-",
    "—": "-",
    "·": "|",
    "›": ">",
    "→": "->",
    "←": "<-",
    "×": "x",
    "✗": "x",
    "▲": "!",
    "◌": "~",
    "●": "*",
    "␡": "^?",
    "├": "|",
    "└": "`",
    "│": "|",
    "─": "-",
    **dict(zip("▁▂▃▄▅▆▇█", "_..-=+*#", strict=True)),
} | {chr(0x2400 + code): "^" + chr(0x40 + code) for code in range(0x20)}
_TO_ASCII = str.maketrans(_ASCII)
_STEPS = ((5, 0), (10, 5), (30, 10), (60, 30))
_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 365 * 86400


def to_ascii(text: str) -> str:
    """The text with every glyph of ours replaced; letters of other scripts stay."""
    return text if text.isascii() else text.translate(_TO_ASCII)


def utc(moment: datetime) -> datetime:
    """The moment in UTC, which a time without a zone is taken to be."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def age(moment: datetime, now: datetime) -> str:
    """The time since `moment`, short, never negative, in steps that let an idle screen rest."""
    seconds = (utc(now) - utc(moment)).total_seconds()
    for below, shown in _STEPS:
        if seconds < below:
            return f"{shown}s"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)}m"
    if seconds < 2 * _DAY:
        return f"{int(seconds // _HOUR)}h"
    if seconds < 2 * _YEAR:
        return f"{int(seconds // _DAY)}d"
    return f"{int(seconds // _YEAR)}y"


def number(value: float) -> str:
    """A number without separators, with one decimal where it has a fraction."""
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        return "∞" if value > 0 else "-∞" if value < 0 else NOTHING
    return f"{value:.1f}".removesuffix(".0")


_BARS = "▁▂▃▄▅▆▇█"
_SPARKS = 6
"""Bars of a sparkline."""


def sparkline(trend: Trend, most: float = 100.0) -> str:
    """The course in small bars, of which the highest stands for `most` or the largest value."""
    points = trend.points[-_SPARKS:]
    top = max([most, *(point for point in points if math.isfinite(point))])
    bars = (
        " " if not math.isfinite(point) else _BARS[min(7, max(0, int(point / top * 8)))]
        for point in points
    )
    return "".join(bars).rjust(_SPARKS)


def _bytes(value: float) -> str:
    if not math.isfinite(value):
        return number(value)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if abs(value) < 1024:
            return f"{number(round(value, 1))} {unit}"
        value /= 1024
    return f"{number(round(value, 1))} PiB"


def plain(value: Any) -> str:
    """Any value as one line that is harmless to show."""
    if isinstance(value, str):
        return visible(value)
    if value is None:
        return NOTHING
    if isinstance(value, Missing):
        return GLYPHS[value.why]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Trend):
        return number(value.last)
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, datetime):
        return utc(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Mapping):
        return ", ".join(f"{plain(key)}={plain(part)}" for key, part in value.items())
    if isinstance(value, Set):
        return ", ".join(sorted(map(plain, value)))
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value))
    return visible(str(value))


def formatted(value: Any, kind: Kind, title: str, now: datetime) -> str:
    """The text of a cell for a value that is there; what does not fit its kind is shown plainly."""
    if kind == "age" and isinstance(value, datetime):
        return age(value, now)
    if kind == "ratio" and isinstance(value, tuple | list) and len(value) == 2:
        return f"{plain(value[0])}/{plain(value[1])}"
    if isinstance(value, Trend):
        return f"{sparkline(value)} {number(round(value.last)):>3}"
    if not isinstance(value, int | float) or isinstance(value, bool):
        return plain(value)
    if kind == "percent":
        shown = number(round(value)) if math.isfinite(value) else number(value)
        return shown if "%" in title else f"{shown}%"
    if kind == "mib":
        return number(round(value)) if math.isfinite(value) else number(value)
    return _bytes(value) if kind == "bytes" else number(value)


def shown(value: Any, column: Column[Any], now: datetime) -> str:
    """The text of a cell; a missing value is its glyph, then the last value where one is known."""
    if isinstance(value, list | tuple) and column.kind == "text":
        return _listed(value, column, now)
    if not isinstance(value, Missing):
        return NOTHING if value is None else formatted(value, column.kind, column.title, now)
    glyph = GLYPHS[value.why]
    if value.last is None:
        return glyph
    return glyph + formatted(value.last, column.kind, column.title, now)


def _listed(parts: Sequence[Any], column: Column[Any], now: datetime) -> str:
    """Whole parts only: the head of one and the tail of another would read as a third."""
    for count in range(len(parts), 0, -1):
        text = formatted(parts[:count], column.kind, column.title, now)
        left = len(parts) - count
        text += f" +{left}" if left else ""
        if cell_len(text) <= column.width or count == 1:
            return text
    return formatted(parts, column.kind, column.title, now)


def jsonable(value: Any) -> Any:
    """The value as JSON holds it: exact, times in ISO 8601, a missing one with its reason."""
    if value is None or isinstance(value, str | bool | int):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Missing):
        return {"missing": value.why.value, "reason": value.reason}
    if isinstance(value, Enum):
        return jsonable(value.value)
    if isinstance(value, Trend):
        return jsonable(value.last)
    if isinstance(value, datetime):
        return utc(value).isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {str(key): jsonable(part) for key, part in value.items()}
    if isinstance(value, Set):
        return sorted(map(plain, value))
    if isinstance(value, list | tuple):
        return [jsonable(part) for part in value]
    return str(value)
