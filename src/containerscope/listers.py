"""Lists that name their items in one call and describe them in others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice
from typing import Any, Generic, TypeVar

import msgspec

from containerscope.model.listing import (
    ApiError,
    Item,
    Listing,
    Missing,
    Page,
    Phase,
    Problem,
    Why,
)
from containerscope.resource import Clients, Demand

T = TypeVar("T")

PARALLEL = 3
"""Calls of one listing under way at once; the rate budget is kept below, in clients.

Their answers are decoded one after the other between two key presses: more at once would be felt.
"""
_BREATH = 0.05
"""Seconds between two listings, so that thousands of batches do not cost thousands of copies."""


async def pages(
    clients: Clients, service: str, operation: str, member: str, /, **params: Any
) -> AsyncIterator[Page[str]]:
    """Every page of a List operation whose token is `nextToken`."""
    token: str | None = None
    while True:
        more = {} if token is None else {"nextToken": token}
        page = await clients.read(service, operation, member, str, **params, **more)
        yield page
        token = page.token
        if not token:
            return


async def read_pages(
    clients: Clients,
    service: str,
    operation: str,
    member: str,
    model: type[T],
    token_name: str,
    /,
    **params: Any,
) -> AsyncIterator[Page[T]]:
    """Every page of an operation that lists with the details; `token_name` is the request's."""
    token: str | None = None
    while True:
        more = {} if token is None else {token_name: token}
        page = await clients.read(service, operation, member, model, **params, **more)
        yield page
        token = page.token
        if not token:
            return


async def tried(work: Awaitable[T], problems: list[Problem]) -> T | None:
    """What the work returned; None where it could not be had, with the problem noted."""
    try:
        return await work
    except ApiError as error:
        problems.append(error.problem)
        return None


async def has_account(clients: Clients) -> bool:
    """Whether AWS can be asked at all: not where contexts of a kubeconfig are all there is."""
    if not clients.kube_contexts:
        return True
    try:
        return bool((await clients.identity()).account)
    except ApiError:
        return True


@dataclass(frozen=True)
class Part(Generic[T]):
    """One parent's worth of a list, a cluster's services: how to name and to describe them."""

    where: str
    """Name of the parent, for problems; empty where there is only one part."""
    pages: Callable[[], AsyncIterator[Page[str]]]
    describe: Callable[[Sequence[str]], Awaitable[Page[T]]]
    """Takes at most `batch` listed names."""
    batch: int
    item: Callable[[str], Item[T]]
    """From a listed name to the row without its details."""
    key: Callable[[T], str]
    """The key of the row that a described value belongs to."""
    operation: str
    """`ecs:DescribeServices`, for the problems that its answers hold."""


class _PartState(Generic[T]):
    """The rows of one part: listed, waiting to be described, described."""

    def __init__(self, part: Part[T]) -> None:
        self.part = part
        self.items: list[Item[T]] = []
        self.place: dict[str, int] = {}
        self.names: dict[str, str] = {}
        """Key -> the name to describe it by."""
        self.waiting: dict[str, None] = {}
        self.listed = False
        self.answered = False
        self.denied: Problem | None = None
        """Set once the first describe was denied: the others would be too."""

    def add(self, names: Sequence[str]) -> None:
        for name in names:
            item = self.part.item(name)
            if item.key not in self.place:
                self.place[item.key] = len(self.items)
                self.items.append(item)
                self.names[item.key] = name
                self.waiting[item.key] = None

    def put(self, key: str, value: T | Missing) -> None:
        place = self.place.get(key)
        if place is not None:
            self.items[place] = msgspec.structs.replace(self.items[place], value=value)

    def take(self, visible: Sequence[str], *, lazily: bool) -> list[str]:
        """The keys to describe next: while the list may grow, full batches with rows on screen.

        Lists and describes share a rate: what nobody sees would hold the other names up.
        """
        if not self.waiting or (len(self.waiting) < self.part.batch and not self.listed):
            return []
        chosen = [key for key in visible if key in self.waiting][: self.part.batch]
        if not chosen and not self.listed:
            return []
        for key in chosen:
            del self.waiting[key]
        if not lazily:
            others = list(islice(self.waiting, self.part.batch - len(chosen)))
            for key in others:
                del self.waiting[key]
            chosen += others
        return chosen


class _Gathering(Generic[T]):
    """All parts of one listing and the calls under way for them."""

    def __init__(self, demand: Demand, *, lazily: bool) -> None:
        self.demand = demand
        self.lazily = lazily
        self.parts: list[_PartState[T]] = []
        self.problems: dict[tuple[Why, str, str, str], Problem] = {}
        self.date: datetime | None = None
        self.parts_known = False
        self.calls: set[asyncio.Task[None]] = set()
        self.lists = asyncio.Semaphore(PARALLEL)
        self.describing = 0
        self.news = asyncio.Event()
        """A call ended or a page of names came."""

    def start(self, work: Any) -> None:
        call = asyncio.create_task(work)
        call.add_done_callback(lambda _: self.news.set())
        self.calls.add(call)

    def ended(self) -> list[asyncio.Task[None]]:
        """The calls that have ended since this was asked."""
        done = [call for call in self.calls if call.done()]
        self.calls.difference_update(done)
        return done

    def note(self, problem: Problem, where: str) -> None:
        if where and not problem.where:
            problem = msgspec.structs.replace(problem, where=where)
        kind = (problem.why, problem.operation, problem.where, problem.message)
        known = self.problems.get(kind)
        if known is not None:
            problem = msgspec.structs.replace(known, keys=known.keys + problem.keys)
        self.problems[kind] = problem

    def dated(self, date: datetime | None) -> None:
        if date is not None and (self.date is None or date > self.date):
            self.date = date

    async def find_parts(self, parts: AsyncIterator[Part[T]]) -> None:
        try:
            async for part in parts:
                state = _PartState(part)
                self.parts.append(state)
                self.start(self.list_part(state))
        except ApiError as error:
            self.note(error.problem, "")
        finally:
            self.parts_known = True

    async def list_part(self, state: _PartState[T]) -> None:
        try:
            async with self.lists:
                async for page in state.part.pages():
                    state.add(page.items)
                    if state.denied is not None:
                        self.fail(state, [], state.denied)
                    self.dated(page.date)
                    for odd in page.odd:
                        self.note(odd, state.part.where)
                    self.describe_more()
                    self.news.set()
        except ApiError as error:
            self.note(error.problem, state.part.where)
        finally:
            state.listed = True
        self.describe_more()

    def describe_more(self) -> None:
        """Start as many describes as may run, those of visible rows first."""
        if self.describing >= PARALLEL:
            return
        lazily = self.lazily and not (self.demand.everything or self.demand.details)
        visible = tuple(self.demand.visible)
        wanted = [state for state in self.parts if not state.waiting.keys().isdisjoint(visible)]
        for state in dict.fromkeys(chain(wanted, self.parts)):
            while self.describing < PARALLEL:
                keys = state.take(visible, lazily=lazily)
                if not keys:
                    break
                self.describing += 1
                self.start(self.describe(state, keys))

    async def describe(self, state: _PartState[T], keys: list[str]) -> None:
        try:
            page = await state.part.describe([state.names[key] for key in keys])
        except ApiError as error:
            self.fail(state, keys, error.problem)
        else:
            self.take_in(state, keys, page)
        finally:
            self.describing -= 1
        self.describe_more()

    def fail(self, state: _PartState[T], keys: list[str], problem: Problem) -> None:
        if problem.why is Why.DENIED and not state.answered:
            state.denied = problem
            keys = [*keys, *state.waiting]
            state.waiting.clear()
        for key in keys:
            state.put(key, problem.as_missing())
        self.note(msgspec.structs.replace(problem, keys=tuple(keys)), state.part.where)

    def take_in(self, state: _PartState[T], keys: list[str], page: Page[T]) -> None:
        state.answered = True
        self.dated(page.date)
        left = dict.fromkeys(keys)
        for value in page.items:
            key = state.part.key(value)
            state.put(key, value)
            left.pop(key, None)
        for odd in page.odd:
            self.note(odd, state.part.where)
        reasons = {failure.arn: failure for failure in page.failures}
        for key in left:
            failure = reasons.get(key) or reasons.get(state.names[key])
            said = f"{failure.reason or 'failed'}: {failure.detail or ''}" if failure else ""
            said = said.rstrip(": ")
            message = f"AWS gave no details ({said})" if said else "AWS gave no details"
            if page.odd and failure is None:
                message = "the details could not be read"
            state.put(key, Missing(Why.FAILED, message))
            if failure is not None or not page.odd:
                self.note(
                    Problem(Why.FAILED, state.part.operation, message, keys=(key,)),
                    state.part.where,
                )

    @property
    def found(self) -> bool:
        """Whether there is anything to show; an empty list would only delay its first rows."""
        return bool(self.problems) or any(state.items for state in self.parts)

    def listing(self) -> Listing[T]:
        named = self.parts_known and all(state.listed for state in self.parts)
        items = tuple(chain.from_iterable(state.items for state in self.parts))
        phase = Phase.NAMES if not named else Phase.DETAILS if self.calls else Phase.DONE
        return Listing(
            items=items,
            phase=phase,
            expected=len(items) if named else None,
            problems=tuple(self.problems.values()),
            fetched_at=self.date,
        )


async def names_then_details(
    demand: Demand,
    parts: AsyncIterator[Part[T]],
    *,
    lazily: bool = False,
) -> AsyncGenerator[Listing[T], None]:
    """List all parts and describe what they name, yielding as it grows; the last one is DONE.

    Order is that of the parts and of their lists. A failed call becomes a problem and never hides
    the rest. With `lazily`, only the rows in `demand.visible` are described.
    """
    gathering: _Gathering[T] = _Gathering(demand, lazily=lazily)
    gathering.start(gathering.find_parts(parts))
    loop = asyncio.get_running_loop()
    shown = -_BREATH
    try:
        while gathering.calls:
            await gathering.news.wait()
            gathering.news.clear()
            for call in gathering.ended():
                call.result()
            if gathering.calls and gathering.found and loop.time() - shown >= _BREATH:
                shown = loop.time()
                yield gathering.listing()
        yield gathering.listing()
    finally:
        for call in gathering.calls:
            call.cancel()
        await asyncio.gather(*gathering.calls, return_exceptions=True)


def first(part: Part[T], most: int) -> Part[T]:
    """The part without what its parent lists beyond so many, nor the pages of that."""

    async def some() -> AsyncIterator[Page[str]]:
        left = most
        async for page in part.pages():
            yield msgspec.structs.replace(page, items=page.items[:left])
            left -= len(page.items)
            if left <= 0:
                return

    return replace(part, pages=some)


async def single(part: Part[T]) -> AsyncIterator[Part[T]]:
    """The parts of a listing that has only one."""
    yield part
