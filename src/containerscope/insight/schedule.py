"""When a scheduled action runs next.

Source: Application Auto Scaling API Reference, PutScheduledAction; for the hours in which clocks
change, EventBridge Scheduler User Guide: a time that does not exist is left out, one that comes
twice is taken once.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import msgspec

from containerscope.insight.cron import CronError, parse_cron
from containerscope.model.scaling import ScheduledAction

_SHAPE = re.compile(r"\s*(at|rate|cron)\((.*)\)\s*", re.IGNORECASE | re.DOTALL)
_RATE = re.compile(r"\s*([0-9]{1,9})\s+(minute|hour|day)s?\s*", re.IGNORECASE)
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
_GAPS = 1500
"""Times left out in a row before we give up: an hour of minutes, or all years there are."""


class NextRun(msgspec.Struct, frozen=True):
    """The next run of a schedule, or why there is none."""

    at: datetime | None = None
    """In UTC."""
    why: str = ""
    """A sentence; empty with a time."""


def next_run(action: ScheduledAction, now: datetime) -> NextRun:
    """The first run after `now` within the action's start and end."""
    try:
        zone = _zone(action.timezone)
    except (KeyError, ValueError, OSError):
        return NextRun(why=f"the time zone {action.timezone} is not known on this machine")
    shape = _SHAPE.fullmatch(action.schedule or "")
    if shape is None:
        return NextRun(
            why=f"the schedule {action.schedule or ''} cannot be read".replace("  ", " ")
        )
    kind, inside = shape[1].lower(), shape[2]
    try:
        at = _next(kind, inside, action, now, zone)
    except (CronError, ValueError, OverflowError) as error:
        return NextRun(why=f"the schedule cannot be read: {error}")
    if at is None:
        return NextRun(why="it runs no more")
    if action.end_time is not None and at > action.end_time:
        return NextRun(why="it has ended")
    return NextRun(at)


def _zone(name: str | None) -> tzinfo:
    return UTC if not name or name.upper() in ("UTC", "ETC/UTC") else ZoneInfo(name)


def _next(
    kind: str, inside: str, action: ScheduledAction, now: datetime, zone: tzinfo
) -> datetime | None:
    if kind == "at":
        once = datetime.fromisoformat(inside.strip())
        at = once.replace(tzinfo=zone).astimezone(UTC) if once.tzinfo is None else once
        return at if at > now else None
    start = action.start_time
    if kind == "rate":
        return _next_of_rate(inside, start or action.creation_time, now)
    # A run at the very start counts.
    after = now if start is None or start <= now else start - timedelta(seconds=1)
    return _next_of_cron(inside, after, zone)


def _next_of_rate(inside: str, start: datetime | None, now: datetime) -> datetime | None:
    rate = _RATE.fullmatch(inside)
    if rate is None or int(rate[1]) == 0:
        raise CronError(f"{inside.strip()} is no rate")
    if start is None:
        raise CronError("it is not known when it began")
    every = timedelta(seconds=int(rate[1]) * _SECONDS[rate[2].lower()])
    if start > now:
        return start
    return start + every * (math.floor((now - start) / every) + 1)


def _next_of_cron(inside: str, after: datetime, zone: tzinfo) -> datetime | None:
    cron = parse_cron(inside)
    local: datetime | None = after.astimezone(zone).replace(tzinfo=None)
    for _ in range(_GAPS):
        local = cron.after(local) if local is not None else None
        if local is None:
            return None
        at = local.replace(tzinfo=zone).astimezone(UTC)
        exists = at.astimezone(zone).replace(tzinfo=None) == local
        # In the hour that comes twice the local clock goes back behind `after`.
        if exists and at > after:
            return at
    return None
