"""When a scheduled action is due: `at(…)`, `rate(…)` and `cron(…)`, in its time zone.

Source: Application Auto Scaling User Guide, "Schedule expressions".
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_CRON = re.compile(r"cron\((.+)\)")
_SECONDS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_HORIZON = 366 * 5


def next_time(expression: str, zone: str, begun: float, after: float) -> float | None:
    """The first time after `after`; `begun` is when a rate starts to count. None for never.

    An expression or a time zone that does not exist is a ValueError.
    """
    if found := _RATE.fullmatch(expression):
        step = int(found[1]) * _SECONDS[found[2]]
        if not step:
            raise ValueError("a rate of nothing")
        return begun + step * (int(max(after - begun, 0) // step) + 1)
    try:
        place = ZoneInfo(zone or "UTC")
    except (KeyError, OSError) as error:
        raise ValueError(f"no time zone {zone}") from error
    if found := _AT.fullmatch(expression):
        at = datetime.fromisoformat(found[1]).replace(tzinfo=place).timestamp()
        return at if at > after else None
    if found := _CRON.fullmatch(expression):
        return _cron(found[1].split(), place, after)
    raise ValueError(f"no schedule expression: {expression}")


def _cron(fields: list[str], place: ZoneInfo, after: float) -> float | None:
    if len(fields) == 5:
        fields = [*fields, "*"]
    if len(fields) != 6:
        raise ValueError("cron needs six fields")
    minutes, hours = _numbers(fields[0], 0, 59), _numbers(fields[1], 0, 23)
    months = _numbers(fields[3], 1, 12, _MONTHS)
    years = _numbers(fields[5], 1970, 2199)
    start = datetime.fromtimestamp(after, place)
    day = start.date()
    for _ in range(_HORIZON):
        if day.year in years and day.month in months and _day_fits(fields, day):
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=place)
                    at = local.astimezone(UTC).timestamp()
                    if at > after:
                        return at
        day += timedelta(days=1)
    return None


def _day_fits(fields: list[str], day: date) -> bool:
    last = monthrange(day.year, day.month)[1]
    if fields[2] == "L":
        if day.day != last:
            return False
    elif day.day not in _numbers(fields[2], 1, 31):
        return False
    weekday = day.isoweekday() % 7 + 1
    name, _, nth = fields[4].partition("#")
    if nth and (day.day - 1) // 7 + 1 != int(nth):
        return False
    if name.endswith("L"):
        return day.day > last - 7 and weekday in _numbers(name[:-1] or "7", 1, 7, _DAYS)
    return weekday in _numbers(name, 1, 7, _DAYS)


def _numbers(field: str, low: int, high: int, names: tuple[str, ...] = ()) -> set[int]:
    """The numbers that a field of a cron expression allows."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span in ("*", "?"):
            first, last = low, high
        else:
            begin, dash, end = span.partition("-")
            first = _number(begin, names, low)
            last = _number(end, names, low) if dash else (high if step else first)
        if not low <= first <= last <= high:
            raise ValueError(f"{part} is not between {low} and {high}")
        found.update(range(first, last + 1, int(step or 1)))
    return found


def _number(text: str, names: tuple[str, ...], low: int) -> int:
    if text.upper() in names:
        return names.index(text.upper()) + low
    if not text.isdecimal():
        raise ValueError(f"{text!r} is no number")
    return int(text)
