"""A clock that moves only when a test says so."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

_TURNS = 60
"""Turns of the event loop in which everything that can run without waiting has run."""


class VirtualClock:
    """Time as a number; sleepers wake in order while `advance` moves it."""

    def __init__(self, start: datetime = datetime(2026, 3, 4, 12, tzinfo=UTC)) -> None:
        self._start = start
        self._seconds = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    def now(self) -> datetime:
        """The start plus the seconds that passed."""
        return self._start + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        """The seconds that passed."""
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        """Return once the clock was moved that far."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self._seconds + max(0.0, seconds)
        heapq.heappush(self._sleepers, (due, next(self._order), woken))
        await woken

    @property
    def sleeping(self) -> int:
        """How many sleepers wait."""
        return sum(not woken.done() for _, _, woken in self._sleepers)

    async def settle(self) -> None:
        """Let everything run that does not wait for time."""
        for _ in range(_TURNS):
            await asyncio.sleep(0)

    async def advance(self, seconds: float) -> None:
        """Move on, waking each sleeper at its own time."""
        end = self._seconds + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                self._seconds = max(self._seconds, due)
                woken.set_result(None)
                await self.settle()
        self._seconds = end
        await self.settle()

    async def until(self, condition: Callable[[], bool], *, within: float = 3600.0) -> None:
        """Move from sleeper to sleeper until the condition holds; fails after `within` seconds."""
        end = self._seconds + within
        await self.settle()
        while not condition():
            waiting = [due for due, _, woken in self._sleepers if not woken.done()]
            assert waiting, "nothing waits for time, and the condition does not hold"
            assert min(waiting) <= end, "the condition does not hold in time"
            await self.advance(max(0.0, min(waiting) - self._seconds))
