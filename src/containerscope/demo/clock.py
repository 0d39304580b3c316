"""Clocks for the demo account: one that runs faster, and one that stands until told otherwise."""

from __future__ import annotations

import asyncio
import time
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


class PacedClock:
    """A clock that runs at a multiple of real time, which may change while it runs."""

    def __init__(self, speed: float = 1.0, start: datetime | None = None) -> None:
        self._speed = speed
        self._start = start or datetime.now(UTC)
        self._passed = 0.0
        self._since = time.monotonic()

    @property
    def speed(self) -> float:
        """Seconds of this clock in one real second."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._passed = self.monotonic()
        self._since = time.monotonic()
        self._speed = speed

    def now(self) -> datetime:
        """The start plus what has passed."""
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """The seconds of this clock that have passed."""
        return self._passed + (time.monotonic() - self._since) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Wait until that much of this clock's time has passed, at its present speed."""
        await asyncio.sleep(seconds / self._speed if self._speed else seconds)

    def advance(self, seconds: float) -> None:
        """Let that much time pass at once."""
        self._passed += seconds
