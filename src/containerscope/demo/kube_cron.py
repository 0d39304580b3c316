"""Cron schedules: five fields with `*`, steps, ranges and lists."""

from __future__ import annotations

from datetime import UTC, datetime

_SHORT = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
}
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def due(schedule: str, when: float) -> bool:
    """Whether a schedule falls on the minute of a time, in UTC; a broken one never does."""
    fields = _SHORT.get(schedule, schedule).split()
    if len(fields) != 5:
        return False
    at = datetime.fromtimestamp(when, UTC)
    values = (at.minute, at.hour, at.day, at.month, at.isoweekday() % 7)
    try:
        fits = [
            value in _values(field, *bounds)
            or (index == 4 and value == 0 and 7 in _values(field, *bounds))
            for index, (field, value, bounds) in enumerate(
                zip(fields, values, _RANGES, strict=True)
            )
        ]
    except ValueError:
        return False
    # The day may be given by month or by week; if by both, either is enough.
    either = fields[2] != "*" and fields[4] != "*"
    day = (fits[2] or fits[4]) if either else (fits[2] and fits[4])
    return fits[0] and fits[1] and fits[3] and day


def _values(field: str, least: int, most: int) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            low, high = least, most
        else:
            first, _, last = span.partition("-")
            low = int(first)
            high = int(last) if last else (most if step else low)
        found.update(range(low, high + 1, int(step or 1)))
    return found
