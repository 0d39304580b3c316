"""Logs of Kubernetes containers: a stream for each, merged, those of pods that come added."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import quote

from containerscope.logs.event import LogEvent
from containerscope.logs.follow import Batch, Find, Wanted
from containerscope.model.kube import KubeError
from containerscope.model.listing import ApiError, Problem
from containerscope.model.log_source import LogSource, Sources
from containerscope.resource import Clients

_LOOK_AGAIN = 10.0
"""Seconds after which new pods are looked for."""
_WAIT, _LONGEST_WAIT = 1.0, 30.0
_IDLE = 3600.0
"""Seconds for which a container may write nothing before its stream is asked for again."""
_TAIL = 2_000
"""Lines of each container that are read of what it wrote before."""
_PARALLEL = 12
"""Containers read at once as far as they have written."""


def event_of(line: bytes, source: LogSource) -> LogEvent | None:
    """A line with the time that the kubelet put before it; None for an empty one."""
    if not line:
        return None
    stamp, space, rest = line.partition(b" ")
    try:
        at = _milliseconds(stamp.decode("ascii"))
    except ValueError:
        at, rest = 0, line
    text = (rest if space or not at else b"").decode("utf-8", "replace").rstrip("\r")
    return LogEvent(at, source.group, source.stream, text)


def _milliseconds(stamp: str) -> int:
    """RFC 3339 with up to nine digits of a second."""
    whole, point, fraction = stamp.rstrip("Z").partition(".")
    moment = datetime.fromisoformat(whole).replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1000 + (int(fraction[:3].ljust(3, "0")) if point else 0)


def _path(source: LogSource) -> tuple[str, str]:
    namespace, pod, container = source.stream.split("/")
    return f"/api/v1/namespaces/{quote(namespace)}/pods/{quote(pod)}/log", container


class _Reader:
    """All streams that are under way and what they told."""

    def __init__(self, clients: Clients, wanted: Wanted) -> None:
        self.clients = clients
        self.wanted = wanted
        self.batches: asyncio.Queue[Batch] = asyncio.Queue()
        self.tasks: dict[LogSource, asyncio.Task[None]] = {}
        self.places = asyncio.Semaphore(_PARALLEL)
        self.unknown: list[Problem] = []
        """Of containers that have no earlier run: news only if that is so of all of them."""

    async def past(self, source: LogSource) -> tuple[list[LogEvent], Problem | None]:
        """What a container has written, from the time that is wanted on."""
        path, container = _path(source)
        query = {"container": container, "timestamps": "true", "tailLines": str(_TAIL)}
        if self.wanted.previous:
            query["previous"] = "true"
        elif self.wanted.since:
            query["sinceTime"] = _rfc(self.wanted.since)
        try:
            async with self.places:
                body = await self.clients.kube(source.group).get(path, accept="*/*", **query)
        except KubeError as error:
            if error.status not in (400, 404):
                return [], error.problem
            if self.wanted.previous:
                self.unknown.append(error.problem)
            return [], None
        except ApiError as error:
            return [], error.problem
        made = (event_of(line, source) for line in body.split(b"\n"))
        return [event for event in made if event is not None], None

    def follow(self, source: LogSource, after: LogEvent | None) -> None:
        """Read on from the last line that is known."""
        if source not in self.tasks:
            self.tasks[source] = asyncio.create_task(self._follow(source, after))

    async def _follow(self, source: LogSource, last: LogEvent | None) -> None:
        path, container = _path(source)
        wait = _WAIT
        while True:
            since = last.at if last is not None else self.wanted.since
            query = {"container": container, "timestamps": "true", "follow": "true"}
            if since:
                query["sinceTime"] = _rfc(since)
            known = _Known(last)
            try:
                stream = self.clients.kube(source.group).stream(path, idle=_IDLE, **query)
                async with aclosing(cast("Any", stream)) as packets:
                    async for lines in packets:
                        made = [event_of(line, source) for line in lines]
                        fresh = known.fresh([each for each in made if each is not None])
                        if fresh:
                            last, wait = fresh[-1], _WAIT
                            self.batches.put_nowait(Batch(tuple(fresh)))
            except KubeError as error:
                # 400: not started yet. 404: gone, which the next look for pods will tell.
                if error.status == 404:
                    return
                if error.status not in (0, 400):
                    self.batches.put_nowait(Batch(problem=error.problem))
            except ApiError as error:
                self.batches.put_nowait(Batch(problem=error.problem))
            await self.clients.clock.sleep(wait)
            wait = min(_LONGEST_WAIT, wait * 2)

    async def look_again(self, find: Find, sources: Sources) -> None:
        """Look for pods that came, and forget those that went."""
        while True:
            await self.clients.clock.sleep(_LOOK_AGAIN)
            with suppress(ApiError):
                found = await find()
                if set(found.found) == set(sources.found):
                    continue
                for source in set(sources.found) - set(found.found):
                    task = self.tasks.pop(source, None)
                    if task is not None:
                        task.cancel()
                sources = found
                self.batches.put_nowait(Batch(sources=found))
                for source in found.found:
                    self.follow(source, None)

    async def close(self) -> None:
        """End every stream."""
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)


class _Known:
    """Leaves out what was told before: `sinceTime` has whole seconds and takes them in."""

    def __init__(self, last: LogEvent | None) -> None:
        self._last = last

    def fresh(self, events: list[LogEvent]) -> list[LogEvent]:
        """The events after the last one known."""
        last = self._last
        if last is None:
            return events
        for place, event in enumerate(events):
            if event.at > last.at:
                self._last = None
                return events[place:]
            if event.at == last.at and event.text == last.text:
                self._last = None
                return events[place + 1 :]
        return []


def _rfc(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


async def read(clients: Clients, find: Find, wanted: Wanted) -> AsyncGenerator[Batch, None]:
    """The lines of all containers by time, then what they write, until closed.

    Raises `ApiError` only where nothing can be read at all.
    """
    sources = await find()
    yield Batch(sources=sources)
    reader = _Reader(clients, wanted)
    told = await asyncio.gather(*map(reader.past, sources.found))
    events = sorted((event for part, _ in told for event in part), key=lambda event: event.at)
    if events:
        yield Batch(tuple(events))
    problems = [problem for _, problem in told if problem is not None]
    for problem in dict.fromkeys([*problems, *(() if events else reader.unknown)]):
        yield Batch(problem=problem)
    yield Batch(caught_up=True)
    if wanted.previous or not wanted.follow:
        return
    yield Batch(mode="streamed")
    for source, (part, _) in zip(sources.found, told, strict=True):
        reader.follow(source, part[-1] if part else None)
    looking = asyncio.create_task(reader.look_again(find, sources))
    try:
        while True:
            yield await reader.batches.get()
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await reader.close()
