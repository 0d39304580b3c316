"""Waiting for an event on a clock that may not be that of the machine."""

from __future__ import annotations

import asyncio
import math
from typing import Any

from containerscope.model.clock import Clock


async def set_within(event: asyncio.Event, seconds: float, clock: Clock) -> None:
    """Return when the event is set, or after so many of the clock's seconds."""
    waits: list[asyncio.Task[Any]] = [asyncio.create_task(event.wait())]
    if math.isfinite(seconds):
        waits.append(asyncio.create_task(_slept(clock, seconds)))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


async def _slept(clock: Clock, seconds: float) -> None:
    await clock.sleep(seconds)
