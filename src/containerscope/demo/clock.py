"""A clock that stands still until told otherwise, for tests and for pictures."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 24, 14, 12, 30, tzinfo=UTC)
"""When the pictures and most tests play."""


class StillClock:
    """A clock that moves only by `advance` and by sleeping on it."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._passed = 0.0

    def now(self) -> datetime:
        """The start plus what has passed."""
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """The seconds that have passed."""
        return self._passed

    async def sleep(self, seconds: float) -> None:
        """Let that much time pass at once."""
        self.advance(seconds)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Let that much time pass."""
        self._passed += seconds
