"""The poller: the listings of a place for as long as somebody looks at it."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import msgspec

from containerscope.model.clock import Clock
from containerscope.model.listing import ApiError, Listing, Phase
from containerscope.poller.joining import Joining
from containerscope.poller.latest import Latest
from containerscope.poller.tempo import Tempo
from containerscope.poller.wait import set_within
from containerscope.poller.watch import Watch
from containerscope.resource import Clients, Demand, Resource, Scope

T = TypeVar("T")

MOST_A_SECOND = 4
"""Listings of one follow: a screen needs no more, and a slow one bears less."""


class _Pace:
    """Spreads what is on its way evenly; what is finished need not wait while there is room."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._times: deque[float] = deque(maxlen=MOST_A_SECOND)

    def shown(self) -> None:
        self._times.append(self._clock.monotonic())

    def rest(self, *, settled: bool) -> float:
        """Seconds until the next listing may be shown."""
        rest = 0.0
        if len(self._times) == MOST_A_SECOND:
            rest = self._times[0] + 1.0 - self._clock.monotonic()
        if self._times and not settled:
            rest = max(rest, self._times[-1] + 1 / MOST_A_SECOND - self._clock.monotonic())
        return rest


class Poller:
    """Lists again and again, through one set of clients; a new profile or region gets its own."""

    def __init__(
        self, clients: Clients, refresh: float, chance: Callable[[], float] = random.random
    ) -> None:
        self._clients = clients
        self._refresh = refresh
        self._chance = chance
        self._latest = Latest()
        self._watches: set[Watch[Any]] = set()
        self._attention = True

    @property
    def attention(self) -> bool:
        """Whether anybody is looking; False when hidden or unfocused, which slows everything."""
        return self._attention

    @attention.setter
    def attention(self, attention: bool) -> None:
        self._attention = attention
        for watch in self._watches:
            watch.attend(attention)

    def poke(self) -> None:
        """Refresh now, or again if a refresh is under way: it may have read the past."""
        for watch in self._watches:
            watch.poke()

    def latest(self, resource: Resource[T], scope: Scope) -> Listing[T] | None:
        """The newest listing of this place, if it is still held."""
        return self._latest.get((resource.name, scope))

    async def follow(
        self, resource: Resource[T], scope: Scope, demand: Demand
    ) -> AsyncIterator[Listing[T]]:
        """The listing as it is known at once, then as it becomes known, until closed.

        At most four a second, the newest always among them. Closing it cancels what is under way.
        """
        base = self.latest(resource, scope)
        tempo = Tempo(self._refresh * resource.interval, self._chance)
        watch = Watch(
            self._clients,
            resource,
            scope,
            demand,
            self._latest,
            tempo,
            attention=self._attention,
        )
        self._watches.add(watch)
        polling: asyncio.Task[None] | None = None
        pace = _Pace(self._clients.clock)
        try:
            if base is not None:
                pace.shown()
                yield base
            polling = asyncio.create_task(watch.poll())
            polling.add_done_callback(lambda _: watch.news.set())
            while True:
                await watch.news.wait()
                while (rest := pace.rest(settled=watch.settled)) > 0:
                    watch.news.clear()
                    await set_within(watch.news, rest, self._clients.clock)
                watch.news.clear()
                if polling.done():
                    polling.result()
                listing = watch.take()
                if listing is not None:
                    pace.shown()
                    yield listing
        finally:
            self._watches.discard(watch)
            if polling is not None:
                polling.cancel()
                await asyncio.gather(polling, return_exceptions=True)

    async def once(
        self,
        resource: Resource[T],
        scope: Scope,
        demand: Demand | None = None,
        on_progress: Callable[[Listing[T]], None] | None = None,
    ) -> Listing[T]:
        """One full listing with the joins that the demand names; a failure is a problem in it."""
        listing: Listing[T] = Listing()
        demand = demand or Demand(everything=True)
        lister = resource.lister(self._clients, scope, demand)
        try:
            async for listing in lister:
                if on_progress is not None:
                    on_progress(listing)
        except ApiError as error:
            problems = (*listing.problems, error.problem)
            listing = msgspec.structs.replace(listing, phase=Phase.DONE, problems=problems)
        listing = await self._with_joins(resource, scope, demand, listing)
        self._latest.put((resource.name, scope), listing)
        return listing

    async def _with_joins(
        self, resource: Resource[T], scope: Scope, demand: Demand, listing: Listing[T]
    ) -> Listing[T]:
        joining = Joining(self._clients, resource, scope, demand, lambda: None)
        joining.over(listing)
        await joining.all()
        return joining.over(listing)
