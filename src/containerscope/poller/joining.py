"""Values joined to the rows of a listing: only for what is looked at, that first, and only so long.

They come beside the listing and never hold it up: a row stands with its own details, and its
joined values appear as they arrive.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from containerscope.model.listing import (
    NOT_APPLICABLE,
    ApiError,
    Item,
    Listing,
    Missing,
    Problem,
    Why,
)
from containerscope.poller.wait import set_within
from containerscope.resource import Clients, Demand, Join, Resource, Scope

T = TypeVar("T")

PARALLEL = 6
"""Fetches of one listing under way at once; the rate budget is kept below, in clients."""
_AGAIN = 60.0
"""Seconds after which what was denied is tried again."""
_SOON = 15.0
"""The same of what failed otherwise, which may be over at any time."""

_Place = tuple[str, str]
"""The name of a join and the key of a row."""


class Joining(Generic[T]):
    """Fetches what the demand wants of a resource's joins, and lays it over listings."""

    def __init__(
        self,
        clients: Clients,
        resource: Resource[T],
        scope: Scope,
        demand: Demand,
        arrived: Callable[[], None],
    ) -> None:
        self.attention = True
        """Whether anybody looks: if not, nothing is fetched a second time."""
        self._clients = clients
        self._resource = resource
        self._joins = {join.name: join for join in resource.joins}
        self._scope = scope
        self._demand = demand
        self._arrived = arrived
        self._listing: Listing[T] = Listing()
        self._place: dict[str, int] | None = None
        self._values: dict[str, dict[str, Any]] = {}
        """By the key of a row: its joined values by join."""
        self._until: dict[_Place, float] = {}
        self._left: dict[str, deque[str]] = {}
        """Rows off screen that a join was not fetched for yet."""
        self._refused: dict[str, tuple[Missing, float]] = {}
        """Joins that were denied: what one row is refused, the others would be too."""
        self._under_way: set[_Place] = set()
        self._fetches: set[asyncio.Task[None]] = set()
        self._problems: dict[str, tuple[Problem, ...]] = {}
        self._stirred = asyncio.Event()

    def stir(self) -> None:
        """Look again at what is wanted."""
        self._stirred.set()

    def renew(self) -> None:
        """Take every value for old: somebody asked for fresh ones."""
        self._until.clear()
        self._left.clear()
        self._refused.clear()
        self._stirred.set()

    def over(self, listing: Listing[T]) -> Listing[T]:
        """The listing with what is known of the joins."""
        if not self._joins:
            return listing
        if listing.items is not self._listing.items:
            self._place = None
            self._left.clear()
        self._listing = listing
        self._stirred.set()
        wanted = [join.name for join in self._wanted()]
        problems = tuple(each for name in wanted for each in self._problems.get(name, ()))
        new = tuple(each for each in problems if each not in listing.problems)
        if new:
            listing = msgspec.structs.replace(listing, problems=(*listing.problems, *new))
        if not self._values and not self._refused:
            return listing
        before, values = listing.items, self._values
        # A list of thousands has joined values in the rows that were on screen, and no others.
        places = range(len(before))
        known = [at for at in places if before[at].key in values] if not self._refused else places
        made = ((at, self._with(before[at])) for at in known)
        changed = [(at, item) for at, item in made if item is not before[at]]
        if not changed:
            return listing
        items = list(before)
        for at, joined_item in changed:
            items[at] = joined_item
        return msgspec.structs.replace(listing, items=tuple(items))

    def _with(self, item: Item[T]) -> Item[T]:
        values = self._values.get(item.key)
        joined = {**item.joined, **(values or {})}
        for name, (missing, _) in self._refused.items():
            joined.setdefault(name, missing)
        return item if joined == item.joined else msgspec.structs.replace(item, joined=joined)

    async def run(self) -> None:
        """Fetch for as long as this runs; raises only what is a bug of ours."""
        clock = self._clients.clock
        try:
            while True:
                self._stirred.clear()
                self._start()
                for fetch in [each for each in self._fetches if each.done()]:
                    self._fetches.discard(fetch)
                    fetch.result()
                await set_within(self._stirred, self._rest(), clock)
        finally:
            for fetch in self._fetches:
                fetch.cancel()
            await asyncio.gather(*self._fetches, return_exceptions=True)

    async def all(self) -> None:
        """Fetch what is wanted once, to the end."""
        self._start()
        while self._fetches:
            done, self._fetches = await asyncio.wait(
                self._fetches, return_when=asyncio.FIRST_COMPLETED
            )
            for fetch in done:
                fetch.result()
            self._start()

    def _rest(self) -> float:
        """Seconds until a value of a row on screen is old."""
        now = self._clients.clock.monotonic()
        if not self.attention:
            return math.inf
        wanted = self._wanted()
        places = [(join.name, key) for join in wanted for key in self._demand.visible]
        soonest = min((self._until.get(place, math.inf) for place in places), default=math.inf)
        tries = [until for _, until in self._refused.values()]
        return max(0.05, min([soonest, *tries]) - now)

    def _wanted(self) -> list[Join[T]]:
        names = self._demand.joins | self._demand.whole
        return [join for name, join in self._joins.items() if name in names]

    def _start(self) -> None:
        """Begin as many fetches as may be under way, those of the rows on screen first."""
        for join in self._wanted():
            while len(self._fetches) < PARALLEL and not self._is_refused(join):
                batch = self._batch(join)
                if not batch:
                    break
                self._under_way |= {(join.name, item.key) for item in batch}
                fetch = asyncio.create_task(self._fetch(join, batch))
                fetch.add_done_callback(lambda _: self._stirred.set())
                self._fetches.add(fetch)

    def _is_refused(self, join: Join[T]) -> bool:
        refused = self._refused.get(join.name)
        if refused is not None and self._clients.clock.monotonic() >= refused[1]:
            del self._refused[join.name]
            return False
        return refused is not None

    def _batch(self, join: Join[T]) -> list[Item[T]]:
        """The next rows to fetch together."""
        batch: list[Item[T]] = []
        passed: list[str] = []
        for key in self._candidates(join):
            item = self._item(key)
            if item is None or isinstance(item.value, Missing) or not self._due(join, key):
                continue
            if batch and join.alike(item) != join.alike(batch[0]):
                passed.append(key)
                continue
            batch.append(item)
            if len(batch) == join.batch:
                break
        if passed and join.name in self._left:
            self._left[join.name].extendleft(reversed(passed))
        return batch

    def _candidates(self, join: Join[T]) -> Iterator[str]:
        yield from self._demand.visible
        if not (self._demand.everything or join.name in self._demand.whole):
            return
        left = self._left.get(join.name)
        if left is None:
            fresh = (item.key for item in self._listing.items)
            left = deque(key for key in fresh if (join.name, key) not in self._until)
            self._left[join.name] = left
        while left:
            yield left.popleft()

    def _due(self, join: Join[T], key: str) -> bool:
        place = (join.name, key)
        if place in self._under_way:
            return False
        until = self._until.get(place)
        if until is None:
            return True
        return self.attention and self._clients.clock.monotonic() >= until

    def _item(self, key: str) -> Item[T] | None:
        items = self._listing.items
        if self._place is None or key not in self._place:
            demand = self._demand
            if demand.everything or demand.whole:
                self._place = {item.key: at for at, item in enumerate(items)}
            else:
                wanted = {key, *demand.visible}
                self._place = dict.fromkeys(wanted, -1)
                found = {item.key: at for at, item in enumerate(items) if item.key in wanted}
                self._place |= found
        at = self._place.get(key, -1)
        return None if at < 0 else items[at]

    async def _fetch(self, join: Join[T], batch: Sequence[Item[T]]) -> None:
        places = {(join.name, item.key) for item in batch}
        good = join.seconds
        try:
            values = await join.fetch(self._clients, self._scope, batch)
            self._problems.pop(join.name, None)
        except ApiError as error:
            values = {item.key: error.problem.as_missing() for item in batch}
            self._problems[join.name] = (error.problem,)
            usual = _AGAIN if error.problem.why is Why.DENIED else _SOON
            good = error.problem.retry_after or usual
            if error.problem.why is Why.DENIED:
                until = self._clients.clock.monotonic() + good
                self._refused[join.name] = (error.problem.as_missing(), until)
        finally:
            self._under_way -= places
        until = self._clients.clock.monotonic() + good
        for item in batch:
            self._until[join.name, item.key] = until
            self._put(join.name, item.key, values.get(item.key, NOT_APPLICABLE))
        self._arrived()

    def _put(self, name: str, key: str, value: Any) -> None:
        """Keep a value; one that failed keeps the last one known."""
        row = self._values.setdefault(key, {})
        before = row.get(name)
        if isinstance(value, Missing) and value is not NOT_APPLICABLE and value.last is None:
            last = before.last if isinstance(before, Missing) else before
            value = msgspec.structs.replace(value, last=last)
        row[name] = value
