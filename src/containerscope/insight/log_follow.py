"""Lines of several sources as one stream by time, of which nothing is lost and nothing repeated."""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec


class Entry(msgspec.Struct, frozen=True):
    """A line and where it came from; `at` is CloudWatch's time in milliseconds."""

    at: int
    source: str
    text: str
    event_id: str = ""


def merged(sources: Iterable[Sequence[Entry]]) -> list[Entry]:
    """The lines of several sources by time; those of one source keep their order."""
    ordered = (sorted(source, key=lambda entry: entry.at) for source in sources)
    return list(heapq.merge(*ordered, key=lambda entry: entry.at))


class Follower:
    """Which lines of overlapping answers are new: nothing is lost and nothing repeated.

    Lines arrive late and out of order, so each question starts `overlap` milliseconds before the
    newest line seen, and lines that were shown are known by their ids for as long.
    """

    def __init__(self, since: int, overlap: int = 30_000) -> None:
        self._since = since
        self._overlap = overlap
        self._newest = since
        self._seen: dict[str, int] = {}

    @property
    def start(self) -> int:
        """The `startTime` of the next question."""
        return max(self._since, self._newest - self._overlap)

    def take(self, entries: Iterable[Entry], now: int | None = None) -> list[Entry]:
        """Those that were not shown before, by time.

        `now` keeps a source whose clock runs ahead from hiding what the others write.
        """
        fresh: list[Entry] = []
        for entry in entries:
            if entry.event_id:
                if entry.event_id in self._seen:
                    continue
                self._seen[entry.event_id] = entry.at
            if entry.at >= self._since:
                fresh.append(entry)
                known = entry.at if now is None else min(entry.at, now)
                self._newest = max(self._newest, known)
        start = self.start
        self._seen = {key: at for key, at in self._seen.items() if at >= start}
        return merged([fresh])


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
