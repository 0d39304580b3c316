"""Following logs: what was written so far, then what is being written, until closed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field

from containerscope.logs.event import LogEvent
from containerscope.logs.filtered import OVERLAP, merged, pages
from containerscope.logs.live import tail
from containerscope.logs.seen import Seen
from containerscope.model.listing import ApiError, Problem
from containerscope.model.log_source import LogSource, Sources, batches
from containerscope.resource import Clients

POLL = 2.0
"""Seconds between two polls of a log that is followed."""
_LOOK_AGAIN = 15.0
"""Seconds after which new tasks are looked for."""
_FORGET = 4 * OVERLAP
_LATEST_RETRY = 30.0

Find = Callable[[], Awaitable[Sources]]
"""Looks for the sources, again each time it is called: tasks come and go."""


@dataclass(frozen=True)
class Wanted:
    """Which lines to read; times in milliseconds since 1970."""

    since: int
    until: int | None = None
    follow: bool = True
    pattern: str = ""
    """A CloudWatch filter pattern, which spares lines on the way."""
    live: bool = True
    """Whether a live tail may be tried, which AWS charges by the minute."""
    previous: bool = False
    """The lines of the container before, of one that was started again."""


@dataclass(frozen=True)
class Batch:
    """What has become known: lines by time, and how the reading goes."""

    events: tuple[LogEvent, ...] = ()
    sources: Sources | None = None
    """Set when the sources are known, or others than before."""
    mode: str = ""
    """How lines come from now on: `live tail`, `polling`; set when that changes."""
    problem: Problem | None = None
    caught_up: bool = False
    """All that was written before now has been told."""


class _Outbox:
    """Batches on their way to whoever reads; lines that wait together go together."""

    def __init__(self) -> None:
        self._batches: deque[Batch] = deque()
        self._there = asyncio.Event()

    def put(self, batch: Batch) -> None:
        self._batches.append(batch)
        self._there.set()

    async def take(self) -> Batch:
        await self._there.wait()
        first = self._batches.popleft()
        events = list(first.events)
        while events and self._batches and self._batches[0].events:
            events += self._batches.popleft().events
        if not self._batches:
            self._there.clear()
        if len(events) > len(first.events):
            events.sort(key=lambda event: event.at)
            return Batch(tuple(events))
        return first


@dataclass
class _State:
    """What following needs to remember."""

    wanted: Wanted
    sources: Sources
    watermark: int
    """The time up to which all is told, but for lines that arrive late."""
    seen: Seen = field(default_factory=Seen)
    outbox: _Outbox = field(default_factory=_Outbox)
    live: bool = True
    """Whether a live tail is worth a try: it is until one could not be had."""

    def tell(self, events: list[LogEvent]) -> None:
        fresh = self.seen.new(events)
        if fresh:
            fresh.sort(key=lambda event: event.at)
            self.watermark = max(self.watermark, fresh[-1].at)
            self.outbox.put(Batch(tuple(fresh)))
        self.seen.forget(self.watermark - _FORGET)


async def read(clients: Clients, find: Find, wanted: Wanted) -> AsyncGenerator[Batch, None]:
    """The lines as they become known; a failed call is a problem in a batch and is tried again.

    Raises `ApiError` only where nothing can be read at all.
    """
    sources = await find()
    yield Batch(sources=sources)
    now = _now(clients)
    end = wanted.until if wanted.until is not None else None if wanted.follow else now + 1
    state = _State(wanted, sources, watermark=min(now, wanted.until or now))
    async with aclosing(_past(clients, state, end)) as past:
        async for batch in past:
            yield batch
    yield Batch(caught_up=True)
    if not wanted.follow or (wanted.until is not None and wanted.until <= now):
        return
    async with aclosing(_new(clients, find, state)) as new:
        async for batch in new:
            yield batch


async def _new(clients: Clients, find: Find, state: _State) -> AsyncGenerator[Batch, None]:
    """What is being written, until closed."""
    work = asyncio.create_task(_keep_up(clients, find, state))
    try:
        while True:
            taking = asyncio.create_task(state.outbox.take())
            try:
                await asyncio.wait([taking, work], return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not taking.done():
                    taking.cancel()
            if work.done():
                work.result()
            yield taking.result()
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


def _now(clients: Clients) -> int:
    return int(clients.clock.now().timestamp() * 1000)


async def _past(clients: Clients, state: _State, end: int | None) -> AsyncGenerator[Batch, None]:
    """What was written up to now, merged; groups that fail are problems."""
    wanted = state.wanted
    feed = merged(clients, state.sources.found, wanted.since, end, wanted.pattern)
    try:
        async with aclosing(feed) as parts:
            async for events in parts:
                fresh = state.seen.new(events)
                if fresh:
                    yield Batch(tuple(fresh))
                state.seen.forget(events[-1].at - _FORGET)
    except ApiError as error:
        yield Batch(problem=error.problem)


async def _keep_up(clients: Clients, find: Find, state: _State) -> None:
    """Tail or poll, and look for new sources, until cancelled."""
    state.live = state.wanted.live
    while True:
        sources = state.sources
        work = _tailed(clients, state) if state.live else _polled(clients, state)
        reading = asyncio.create_task(work)
        try:
            changed = asyncio.create_task(_until_changed(clients, find, state))
            await asyncio.wait([reading, changed], return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
            await asyncio.gather(changed, return_exceptions=True)
            if reading.done():
                reading.result()
        except ApiError as error:
            if state.live:
                state.outbox.put(Batch(problem=error.problem))
                await clients.clock.sleep(error.problem.retry_after or POLL)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        new = set(state.sources.found) - set(sources.found)
        if new:
            await _catch_up(clients, state, tuple(new), state.wanted.since)


async def _until_changed(clients: Clients, find: Find, state: _State) -> None:
    """Return when there are other sources than before."""
    while True:
        await clients.clock.sleep(_LOOK_AGAIN)
        with suppress(ApiError):
            sources = await find()
            if set(sources.found) != set(state.sources.found):
                state.sources = sources
                state.outbox.put(Batch(sources=sources))
                return


async def _polled(clients: Clients, state: _State) -> None:
    state.outbox.put(Batch(mode="polling"))
    pause = POLL
    while True:
        try:
            await _catch_up(clients, state, _writing(clients, state), state.watermark - OVERLAP)
            pause = POLL
        except ApiError as error:
            state.outbox.put(Batch(problem=error.problem))
            pause = min(_LATEST_RETRY, error.problem.retry_after or pause * 2)
        await clients.clock.sleep(pause)


def _writing(clients: Clients, state: _State) -> tuple[LogSource, ...]:
    """The sources that may still write: those that ended a while ago don't."""
    past = clients.clock.now().timestamp() - 2 * OVERLAP / 1000
    return tuple(each for each in state.sources.found if not each.ended or each.ended > past)


async def _catch_up(
    clients: Clients, state: _State, sources: tuple[LogSource, ...], start: int
) -> None:
    """Read what was written since `start` and tell what is new."""
    wanted = state.wanted
    start = max(start, wanted.since)
    for group, part in batches(sources):
        feed = pages(clients, group, part, start, wanted.until, wanted.pattern)
        async with aclosing(feed) as found:
            async for events in found:
                state.tell(list(events))


async def _tailed(clients: Clients, state: _State) -> None:
    """A live tail; what was written while it began, or what it leaves out, is read as well."""
    sources = _writing(clients, state)
    if not sources:
        await _polled(clients, state)
    began = False
    try:
        async with aclosing(tail(clients, sources, state.wanted.pattern)) as told:
            async for update in told:
                if update.started:
                    began = True
                    state.outbox.put(Batch(mode="live tail"))
                state.tell(list(update.events))
                if update.started or update.sampled:
                    await _catch_up(clients, state, sources, state.watermark - OVERLAP)
    except ApiError:
        # One that never began will not begin the next time either: denied, or not in this region.
        state.live = began
        raise
