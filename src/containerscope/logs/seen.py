"""Which lines were already told, however they were read: none is lost, none is repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from containerscope.logs.event import LogEvent

_Mark = tuple[str, int, int, str]
_OFTEN = 10_000
"""Milliseconds of log time after which it is worth looking for what can be forgotten."""


class Seen:
    """The lines of the newest past, by id where they have one, else by all that is in them.

    A live tail gives no ids: what it told once is what FilterLogEvents would tell once more, and
    the other way round, line for line, also where equal lines are written in one millisecond.
    """

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._forgot = 0
        self._filtered: Counter[_Mark] = Counter()
        """Lines told from FilterLogEvents that a live tail may tell again."""
        self._tailed: Counter[_Mark] = Counter()
        """Lines told from a live tail that FilterLogEvents may tell again."""

    def new(self, events: Iterable[LogEvent]) -> list[LogEvent]:
        """Those that were not told before, which from now on they are."""
        return [event for event in events if self._is_new(event)]

    def _is_new(self, event: LogEvent) -> bool:
        mark = event.mark
        if event.id:
            if event.id in self._ids:
                return False
            self._ids[event.id] = event.at
            other, own = self._tailed, self._filtered
        else:
            other, own = self._filtered, self._tailed
        if other[mark] > 0:
            other[mark] -= 1
            return False
        own[mark] += 1
        return True

    def forget(self, before: int) -> None:
        """Let go of what is older than this: nobody will ask for it again."""
        if before - self._forgot < _OFTEN:
            return
        self._forgot = before
        self._ids = {name: at for name, at in self._ids.items() if at >= before}
        for marks in (self._filtered, self._tailed):
            for mark in [each for each, count in marks.items() if each[1] < before or not count]:
                del marks[mark]
