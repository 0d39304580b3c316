"""What a line of a log says: its level, its time, and its fields where it is JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from containerscope.model.health import Level

_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("trace", "trc", "finest", "finer", "verbose"), "trace"),
    **dict.fromkeys(("debug", "dbg", "fine"), "debug"),
    **dict.fromkeys(("info", "inf", "information", "informational", "notice", "log"), "info"),
    **dict.fromkeys(("warn", "warning", "wrn"), "warn"),
    **dict.fromkeys(("error", "err", "severe", "eror"), "error"),
    **dict.fromkeys(("fatal", "critical", "crit", "alert", "emergency", "emerg", "panic"), "fatal"),
}
LEVELS = ("trace", "debug", "info", "warn", "error", "fatal")
"""The levels of lines, from the quietest."""
_LEVEL_FIELDS = ("level", "severity", "loglevel", "log_level", "levelname", "lvl", "log.level")
_TIME_FIELDS = ("time", "timestamp", "@timestamp", "ts", "datetime", "date")
TOLD_FIELDS = frozenset((*_LEVEL_FIELDS, *_TIME_FIELDS))
"""Members of a line that is JSON which its time and its colour tell already; in lower case."""
_TEXT_FIELDS = ("message", "msg", "log", "event", "text")
_PINO = {10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal"}

_WORD = re.compile(
    r"(?<![\w-])(TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|SEVERE|FATAL|CRITICAL|PANIC|EMERGENCY)"
    r"(?![\w-])"
)
_BRACKETS = re.compile(r"[\[<|(]\s*(\w{3,13})\s*[\]>|)]")
_LOGFMT = re.compile(r"\b(?:level|lvl|severity)=\"?(\w+)", re.IGNORECASE)
_KLOG = re.compile(r"^([IWEF])\d{4} \d\d:\d\d:\d\d")
_ACCESS = re.compile(r"HTTP/\d(?:\.\d)?\"? (\d{3})\b")
_START = re.compile(r"^(panic: |Traceback \(most recent call last\)|Exception in thread |fatal: )")
_LOOK = 200
"""Characters of a line in which its level is looked for."""
_ISO = re.compile(r"^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)")
_OF_LEVEL: Mapping[str, Level] = {
    "warn": Level.WARNING,
    "error": Level.FAILED,
    "fatal": Level.FAILED,
}


class Line(msgspec.Struct, frozen=True):
    """A line taken apart."""

    text: str
    """The line as it came."""
    level: str = ""
    """One of `LEVELS`; empty where the line does not say."""
    at: datetime | None = None
    """The time that the line itself tells."""
    message: str = ""
    """The text of a line that is JSON, else the line."""
    fields: tuple[tuple[str, Any], ...] = ()
    """The other members of a line that is JSON."""

    @property
    def tone(self) -> Level:
        """The level that colours it."""
        return _OF_LEVEL.get(self.level, Level.NONE)


def parsed(text: str) -> Line:
    """A line taken apart; what is no JSON is kept whole."""
    members = _members(text)
    if members is None:
        return Line(text, level_of(text), _iso(text), text)
    lowered = {name.lower(): name for name in members}
    by_name = {name: members[own] for name, own in lowered.items()}
    level = next(filter(None, (_level(by_name.get(name)) for name in _LEVEL_FIELDS)), "")
    at = next(filter(None, (_time(by_name.get(name)) for name in _TIME_FIELDS)), None)
    spoken = next((lowered[n] for n in _TEXT_FIELDS if isinstance(by_name.get(n), str)), "")
    message = members[spoken] if spoken else text
    rest = tuple((name, value) for name, value in members.items() if name != spoken)
    return Line(text, level or (level_of(message) if spoken else ""), at, message, rest)


def _members(text: str) -> dict[str, Any] | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None
    return found if isinstance(found, dict) else None


def level_of(text: str) -> str:
    """The level that a plain line names near its start; empty where it names none."""
    head = text[:_LOOK]
    klog = _KLOG.match(head)
    if klog is not None:
        return {"I": "info", "W": "warn", "E": "error", "F": "fatal"}[klog[1]]
    if _START.match(head):
        return "error"
    for pattern in (_LOGFMT, _WORD):
        found = pattern.search(head)
        if found is not None and found[1].lower() in _NAMES:
            return _NAMES[found[1].lower()]
    for found in _BRACKETS.finditer(head):
        if found[1].lower() in _NAMES:
            return _NAMES[found[1].lower()]
    access = _ACCESS.search(head)
    if access is not None:
        return "error" if access[1].startswith("5") else "info"
    return ""


def _level(value: Any) -> str:
    if isinstance(value, str):
        return _NAMES.get(value.strip().lower(), "")
    if isinstance(value, int) and not isinstance(value, bool):
        return _PINO.get(value // 10 * 10, "")
    return ""


def _time(value: Any) -> datetime | None:
    if isinstance(value, str):
        return _iso(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    seconds = float(value)
    # Seconds, milliseconds, microseconds or nanoseconds since 1970, by their size.
    while seconds > 1e11:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC) if 1e8 < seconds < 1e10 else None


def _iso(text: str) -> datetime | None:
    found = _ISO.match(text)
    if found is None:
        return None
    # Python reads at most six digits of a second.
    written = re.sub(r"([.,]\d{6})\d+", r"\1", found[1]).replace(",", ".")
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
