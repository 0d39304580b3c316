"""Answers that are good for a while: what never changes, or changes slowly."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

from containerscope.clients.flights import Flights
from containerscope.model.clock import Clock

T = TypeVar("T")

_MOST = 10_000
"""Values that are kept; the longest unused goes first."""


class Remembered:
    """The newest value of each key, with when it was fetched."""

    def __init__(self, flights: Flights, clock: Clock) -> None:
        self._flights, self._clock = flights, clock
        self._kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()

    async def get(self, key: Hashable, seconds: float, fetch: Callable[[], Awaitable[T]]) -> T:
        """What `fetch` returned for this key within the last `seconds`, else a fresh one."""
        kept = self._kept.get(key)
        if kept is not None and self._clock.monotonic() - kept[0] < seconds:
            self._kept.move_to_end(key)
            value: T = kept[1]
            return value

        async def fly() -> T:
            fresh = await fetch()
            self._kept[key] = (self._clock.monotonic(), fresh)
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
            return fresh

        return await self._flights.join(("cached", key), fly)
