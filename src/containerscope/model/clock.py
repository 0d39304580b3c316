"""Time as a value that is passed in, so that tests and the demo can own it."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time, monotonic time and sleep; passed to poller, pace, rows and demo."""

    def now(self) -> datetime:
        """The wall time, timezone-aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back, from an arbitrary start."""

    async def sleep(self, seconds: float) -> None:
        """Return after that many of this clock's seconds."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The machine's wall time in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """The machine's monotonic time in seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(seconds)
