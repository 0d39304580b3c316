"""What happens next, and when: the one queue from which the world moves."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

Happening = Callable[[], None]


@dataclass(order=True, slots=True)
class Entry:
    """Something that will happen, unless it is cancelled before."""

    at: float
    order: int
    happening: Happening | None = field(compare=False)

    def cancel(self) -> None:
        """Let it not happen."""
        self.happening = None


class Agenda:
    """A queue of happenings by time; equal times keep the order in which they were put in.

    Each happens at its own time, however late the queue is run, so that a world which is looked
    at once an hour and one which is looked at each second have the same history.
    """

    def __init__(self, start: float) -> None:
        self.now = start
        """Epoch seconds: the time of what is happening, else that up to which all has happened."""
        self._entries: list[Entry] = []
        self._order = itertools.count()

    def at(self, when: float, happening: Happening) -> Entry:
        """Let something happen at this time, at once if that has passed."""
        entry = Entry(max(when, self.now), next(self._order), happening)
        heapq.heappush(self._entries, entry)
        return entry

    def after(self, seconds: float, happening: Happening) -> Entry:
        """Let something happen so many seconds from now."""
        return self.at(self.now + seconds, happening)

    def every(self, seconds: float, happening: Happening, first: float | None = None) -> Entry:
        """Let something happen again and again; cancelling the entry ends it for good."""
        ticking = Entry(self.now, 0, happening)

        def tick() -> None:
            if ticking.happening is None:
                return
            ticking.happening()
            self.at(self.now + seconds, tick)

        self.at(self.now + seconds if first is None else first, tick)
        return ticking

    def clear(self) -> None:
        """Let nothing of all this happen: the world stands still."""
        self._entries.clear()

    def run(self, until: float) -> None:
        """Let everything happen that is due by then."""
        while self._entries and self._entries[0].at <= until:
            entry = heapq.heappop(self._entries)
            if entry.happening is not None:
                self.now = entry.at
                entry.happening()
        self.now = max(self.now, until)
