"""The cron expressions of AWS: six fields, Sunday is 1, with `?`, `L`, `W` and `#`.

Source: Application Auto Scaling User Guide, "Schedule recurring scaling actions using cron
expressions"; Amazon EventBridge Scheduler User Guide, "Cron-based schedules".
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import datetime

import msgspec

_MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_WEEKDAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_LAST_YEAR = 2199
_NUMBER = re.compile(r"[0-9]{1,4}")


class CronError(ValueError):
    """An expression that AWS would not take, and why."""


class DayRule(msgspec.Struct, frozen=True):
    """Some days of a month: which ones depends on the month and the year."""

    kind: str
    """`every`, `day`, `last`, `workday`, `last workday`, `weekday`, `last weekday`, `nth`."""
    number: int = 0
    """A day of the month, a day of the week from Sunday as 1, or days before the last."""
    nth: int = 0

    def days(self, year: int, month: int) -> Iterable[int]:
        """The days of this month that the rule means."""
        first, length = calendar.monthrange(year, month)
        if self.kind == "every":
            return range(1, length + 1)
        if self.kind == "day":
            return (self.number,) if self.number <= length else ()
        if self.kind == "last":
            return (length - self.number,) if length > self.number else ()
        if self.kind == "workday":
            there = self.number <= length
            return (_nearest_workday(first, length, self.number),) if there else ()
        if self.kind == "last workday":
            return (_nearest_workday(first, length, length),)
        # calendar counts from Monday as 0, AWS from Sunday as 1.
        start = (self.number - 2 - first) % 7 + 1
        found = tuple(range(start, length + 1, 7))
        if self.kind == "last weekday":
            return found[-1:]
        return found[self.nth - 1 : self.nth] if self.kind == "nth" else found


def _nearest_workday(first: int, length: int, day: int) -> int:
    """The weekday nearest to this day, without leaving the month."""
    weekday = (first + day - 1) % 7
    if weekday == calendar.SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == calendar.SUNDAY:
        return day + 1 if day < length else day - 2
    return day


class Cron(msgspec.Struct, frozen=True):
    """An expression taken apart; all times are of the schedule's own zone."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: tuple[int, ...]
    years: tuple[int, ...]
    rules: tuple[DayRule, ...]

    def after(self, moment: datetime) -> datetime | None:
        """The first time later than this one, without a zone; None if there is no more."""
        for year in self.years:
            if year < moment.year:
                continue
            for month in self.months:
                if (year, month) < (moment.year, moment.month):
                    continue
                for day in sorted({d for rule in self.rules for d in rule.days(year, month)}):
                    found = self._on(datetime(year, month, day), moment)  # noqa: DTZ001
                    if found is not None:
                        return found
        return None

    def _on(self, day: datetime, moment: datetime) -> datetime | None:
        if day.date() < moment.date():
            return None
        for hour in self.hours:
            for minute in self.minutes:
                found = day.replace(hour=hour, minute=minute)
                if found > moment:
                    return found
        return None


def parse_cron(text: str) -> Cron:
    """The six fields between `cron(` and `)`; raises `CronError` with what is wrong."""
    fields = text.upper().split()
    if len(fields) != 6:
        raise CronError(f"a cron expression has six fields, this one {len(fields)}")
    minutes, hours, days, months, weekdays, years = fields
    return Cron(
        minutes=_values(minutes, 0, 59, "minutes"),
        hours=_values(hours, 0, 23, "hours"),
        months=_values(months, 1, 12, "months", _MONTHS),
        years=_values(years, 1970, _LAST_YEAR, "years"),
        rules=_day_rules(days, weekdays),
    )


def _day_rules(days: str, weekdays: str) -> tuple[DayRule, ...]:
    if days == weekdays == "?":
        raise CronError("day of month and day of week cannot both be ?")
    if weekdays in ("?", "*"):
        return tuple(rule for part in days.split(",") for rule in _month_days(part))
    if days in ("?", "*"):
        return tuple(rule for part in weekdays.split(",") for rule in _week_days(part))
    raise CronError("one of day of month and day of week has to be ?")


def _month_days(part: str) -> tuple[DayRule, ...]:
    if part in ("*", "?"):
        return (DayRule("every"),)
    if part == "L":
        return (DayRule("last"),)
    if part in ("LW", "WL"):
        return (DayRule("last workday"),)
    if part.startswith("L-"):
        return (DayRule("last", _number(part[2:], 0, 30, "days before the last")),)
    if part.endswith("W"):
        return (DayRule("workday", _number(part[:-1], 1, 31, "days of month")),)
    return tuple(DayRule("day", number) for number in _range(part, 1, 31, "days of month", {}))


def _week_days(part: str) -> tuple[DayRule, ...]:
    if part == "L":
        return (DayRule("weekday", 7),)
    day, nth, number = part.partition("#")
    if nth:
        weekday = _number(day, 1, 7, "days of week", _WEEKDAYS)
        return (DayRule("nth", weekday, _number(number, 1, 5, "weeks of month")),)
    if part.endswith("L"):
        return (DayRule("last weekday", _number(part[:-1], 1, 7, "days of week", _WEEKDAYS)),)
    found = _range(part, 1, 7, "days of week", _WEEKDAYS)
    return tuple(DayRule("weekday", number) for number in found)


def _values(
    text: str, low: int, high: int, what: str, names: dict[str, int] | None = None
) -> tuple[int, ...]:
    parts = text.split(",")
    return tuple(sorted({n for part in parts for n in _range(part, low, high, what, names or {})}))


def _range(part: str, low: int, high: int, what: str, names: dict[str, int]) -> tuple[int, ...]:
    """One element of a field: `*`, `5`, `5-9`, `*/15`, `5/15`, `5-30/5`; a range may wrap."""
    span, slash, every = part.partition("/")
    step = _number(every, 1, high, f"steps of {what}") if slash else 1
    if span in ("*", "") and (slash or span):
        return tuple(range(low, high + 1, step))
    start, dash, end = span.partition("-")
    first = _number(start, low, high, what, names)
    if not dash:
        return tuple(range(first, high + 1, step)) if slash else (first,)
    last = _number(end, low, high, what, names)
    if last >= first:
        return tuple(range(first, last + 1, step))
    length = high - low + 1
    wrapped = range(first, last + length + 1, step)
    return tuple(low + (number - low) % length for number in wrapped)


def _number(text: str, low: int, high: int, what: str, names: dict[str, int] | None = None) -> int:
    named = (names or {}).get(text)
    if named is not None:
        return named
    if not _NUMBER.fullmatch(text) or not low <= int(text) <= high:
        raise CronError(f"{what} go from {low} to {high}, not {text or 'nothing'}")
    return int(text)
