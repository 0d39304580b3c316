"""Identical work under way at the same time is done once, and its result shared."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class Flights:
    """The calls under way, by key."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, asyncio.Task[Any]] = {}
        self._riders: dict[asyncio.Task[Any], int] = {}

    async def join(self, key: Hashable, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of the flight with this key, started if there is none.

        A rider that is cancelled leaves the others their result; the last one to leave ends it.
        """
        flight: asyncio.Task[T] | None = self._flights.get(key)
        if flight is None:
            flight = asyncio.create_task(start())
            self._flights[key] = flight
            self._riders[flight] = 0
            flight.add_done_callback(lambda done: self._landed(key, done))
        self._riders[flight] = self._riders.get(flight, 0) + 1
        try:
            return await asyncio.shield(flight)
        finally:
            self._leave(key, flight)

    def _leave(self, key: Hashable, flight: asyncio.Task[Any]) -> None:
        self._riders[flight] -= 1
        if self._riders[flight]:
            return
        del self._riders[flight]
        if not flight.done():
            if self._flights.get(key) is flight:
                del self._flights[key]
            flight.cancel()

    def _landed(self, key: Hashable, flight: asyncio.Task[Any]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
        if not flight.cancelled():
            flight.exception()

    async def close(self) -> None:
        """Cancel whatever is under way and wait for its end."""
        under_way = list(self._flights.values())
        for flight in under_way:
            flight.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


def frozen(value: Any) -> Hashable:
    """Parameters as a key: equal for equal ones, whatever the order of their names."""
    if isinstance(value, Mapping):
        return tuple(sorted((name, frozen(part)) for name, part in value.items()))
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(frozen(part) for part in value)
    hashable: Hashable = value
    return hashable
