"""One place under watch: refresh after refresh, and what is shown meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Generic, TypeVar, cast

import msgspec

from containerscope.model.listing import ApiError, Item, Listing, Missing, Phase, Problem, Why
from containerscope.poller.cover import Cover, failure, stale
from containerscope.poller.joining import Joining
from containerscope.poller.latest import Latest
from containerscope.poller.tempo import Tempo
from containerscope.poller.wait import set_within
from containerscope.resource import Clients, Demand, Resource, Scope

T = TypeVar("T")


class Watch(Generic[T]):
    """Lists one place again and again and lays each refresh over what is shown."""

    def __init__(
        self,
        clients: Clients,
        resource: Resource[T],
        scope: Scope,
        demand: Demand,
        latest: Latest,
        tempo: Tempo,
        *,
        attention: bool,
    ) -> None:
        self.news = asyncio.Event()
        """Set when there may be something new to take."""
        self._clients = clients
        self._resource = resource
        self._scope = scope
        self._demand = demand
        self._latest = latest
        self._tempo = tempo
        self._attention = attention
        self._poked = False
        self._stirred = asyncio.Event()
        self._shown: Listing[T] | None = latest.get((resource.name, scope))
        self._own = () if self._shown is None else self._shown.problems
        """The problems of the listing shown, without those of its joins."""
        self._read: Listing[T] | None = None
        """The newest listing of the refresh under way that was not laid over the shown one yet."""
        self._newest: Listing[T] = Listing()
        """The newest listing of the refresh under way."""
        self._reading: asyncio.Task[None] | None = None
        self._cover = Cover(self._shown)
        self._ready: Listing[T] | None = None
        """What to show next, if it is more than what is shown."""
        self._joining = Joining(clients, resource, scope, demand, self._joined)
        self._joining.attention = attention
        demand.changed = self._looked
        self._news_of_joins = False

    def poke(self) -> None:
        """Refresh now; a refresh under way is followed by another, once it has all rows."""
        self._poked = True
        self._joining.renew()
        self._stirred.set()
        if self._reading is not None and self._newest.phase is Phase.DONE:
            self._reading.cancel()

    def attend(self, attention: bool) -> None:
        """Somebody looks, or nobody does any more: the interval is reckoned anew."""
        self._attention = self._joining.attention = attention
        self._joining.stir()
        self._stirred.set()

    def _looked(self) -> None:
        """Somebody looks at other rows: their joins are wanted, and details left out so far."""
        self._joining.stir()
        shown, demand = self._shown, self._demand
        if shown is None or (self._reading is not None and self._newest.phase is not Phase.DONE):
            return
        visible = frozenset(demand.visible)
        wanted = (item for item in shown.items if demand.details or item.key in visible)
        if any(_loading(item) for item in wanted):
            self._poked = True
            self._stirred.set()

    def _joined(self) -> None:
        """A value was joined to a row."""
        self._news_of_joins = True
        self.news.set()

    def take(self) -> Listing[T] | None:
        """The newest listing to show; None if it was taken before."""
        self._lay()
        ready, self._ready = self._ready, None
        return ready

    @property
    def settled(self) -> bool:
        """Whether what there is to take is the end of a refresh."""
        newest = self._read or self._ready
        return newest is not None and newest.phase is Phase.DONE

    def _lay(self) -> None:
        """Lay what was read over what is shown: only as often as somebody looks."""
        read, self._read = self._read, None
        if read is not None:
            # A stream tells the whole truth each time: nothing before it is to be kept.
            listing = read if read.live else self._cover.lay(read)
            if read.phase is Phase.DONE and failure(read) is not None:
                listing = self._failed(listing, read)
            self._show(listing, final=read.phase is Phase.DONE)
        elif self._news_of_joins and self._shown is not None:
            self._show(msgspec.structs.replace(self._shown, problems=self._own))
        self._news_of_joins = False

    def _failed(self, listing: Listing[T] | None, read: Listing[T]) -> Listing[T]:
        return stale(self._cover.base, listing, read.problems, self._clients.clock.now())

    def _show(self, listing: Listing[T], *, final: bool = False) -> None:
        shown = self._shown
        self._own = listing.problems
        listing = self._joining.over(listing)
        if shown is not None and _alike(shown, listing, final=final):
            return
        self._shown = self._ready = listing
        self._latest.put((self._resource.name, self._scope), listing)

    async def poll(self) -> None:
        """Refresh until cancelled; raises only what is a bug of ours."""
        works = [asyncio.create_task(self._poll())]
        if self._resource.joins:
            works.append(asyncio.create_task(self._joining.run()))
        try:
            done, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            for work in done:
                work.result()
        finally:
            for work in works:
                work.cancel()
            await asyncio.gather(*works, return_exceptions=True)

    async def _poll(self) -> None:
        clock = self._clients.clock
        while True:
            self._poked = False
            started = clock.monotonic()
            await self._refresh()
            await self._rest(clock.monotonic() - started)

    async def _refresh(self) -> None:
        base = self._shown
        if base is not None and base.problems != self._own:
            base = msgspec.structs.replace(base, problems=self._own)
        self._cover = Cover(base)
        self._newest = Listing()
        problem: Problem | None = None
        reading = self._reading = asyncio.create_task(self._read_all())
        try:
            await asyncio.wait({reading})
            if not reading.cancelled():
                reading.result()
        except ApiError as error:
            problem = error.problem
        finally:
            self._reading = None
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        read = self._newest
        if problem is not None:
            read = msgspec.structs.replace(read, problems=(*read.problems, problem))
        self._lay()
        problem = problem or failure(read)
        if problem is not None:
            self._tempo.failed(problem)
            self._show(self._failed(self._shown, read), final=True)
        else:
            self._judge(base, read)
        self.news.set()

    async def _read_all(self) -> None:
        lister = self._resource.lister(self._clients, self._scope, self._demand)
        # Closed in time, not by the garbage collector: calls under way end with it.
        async with aclosing(cast("AsyncGenerator[Listing[T], None]", lister)):
            async for read in lister:
                self._newest = self._read = read
                self.news.set()

    def _judge(self, base: Listing[T] | None, read: Listing[T]) -> None:
        """Set the tempo by what a refresh brought."""
        items = () if self._shown is None else self._shown.items
        if read.problems and items and all(isinstance(item.value, Missing) for item in read.items):
            self._tempo.failed(read.problems[0])
            return
        changing = self._resource.changing
        self._tempo.answered(
            changed=base is None or items is not base.items,
            changing=any(
                changing(item.value) for item in items if not isinstance(item.value, Missing)
            ),
        )

    async def _rest(self, took: float) -> None:
        """Wait for the next refresh, at least as long as the last one took."""
        clock = self._clients.clock
        ended = clock.monotonic()
        while not self._poked:
            wait = max(took, self._tempo.interval(attention=self._attention))
            left = ended + wait - clock.monotonic()
            if left <= 0:
                return
            self._stirred.clear()
            await set_within(self._stirred, left, clock)


def _loading(item: Item[Any]) -> bool:
    return isinstance(item.value, Missing) and item.value.why is Why.LOADING


def _alike(shown: Listing[Any], listing: Listing[Any], *, final: bool) -> bool:
    """Whether there is no need to show it; the date alone is news only when a refresh is over."""
    return (
        shown.items is listing.items
        and shown.phase is listing.phase
        and shown.problems == listing.problems
        and shown.stale_since == listing.stale_since
        and shown.columns == listing.columns
        and (not final or shown.fetched_at == listing.fetched_at)
    )
