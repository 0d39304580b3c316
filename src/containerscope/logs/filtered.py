"""Reading with FilterLogEvents: every line once, in the order of time.

CloudWatch Logs, "FilterLogEvents": up to 100 streams of one group a call; a page may be empty and
still have a token; lines can be taken in seconds after they were written.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from containerscope.logs.event import LogEvent
from containerscope.model.listing import ApiError, Why
from containerscope.model.log_source import LogSource, batches
from containerscope.model.logs import FilteredLogEvent
from containerscope.resource import Clients

PAGE = 10_000
OVERLAP = 30_000
"""Milliseconds that a poll looks back: a line that arrives late is not lost."""


async def pages(
    clients: Clients,
    group: str,
    sources: Sequence[LogSource],
    start: int,
    end: int | None,
    pattern: str = "",
) -> AsyncGenerator[tuple[LogEvent, ...], None]:
    """The lines of some streams of a group from `start` up to but not including `end`, by page.

    Times are milliseconds since 1970. A stream that nobody has written to yet has no lines.
    """
    params: dict[str, object] = {
        "logGroupName": group,
        "logStreamNames": [source.stream for source in sources],
        "startTime": start,
        "limit": PAGE,
    }
    if end is not None:
        params["endTime"] = end
    if pattern:
        params["filterPattern"] = pattern
    token: str | None = None
    while True:
        more = {} if token is None else {"nextToken": token}
        try:
            page = await clients.read(
                "logs", "FilterLogEvents", "events", FilteredLogEvent, **params, **more
            )
        except ApiError as error:
            if _not_there_yet(error):
                return
            raise
        found = tuple(_event(group, each) for each in page.items)
        yield tuple(each for each in found if each is not None)
        token = page.token
        if not token:
            return


def _not_there_yet(error: ApiError) -> bool:
    problem = error.problem
    return problem.why is Why.FAILED and "stream does not exist" in problem.message


def _event(group: str, event: FilteredLogEvent) -> LogEvent | None:
    if event.timestamp is None:
        return None
    return LogEvent(
        event.timestamp,
        group,
        event.log_stream_name or "",
        event.message or "",
        event.ingestion_time or 0,
        event.event_id or "",
    )


async def merged(
    clients: Clients,
    sources: Sequence[LogSource],
    start: int,
    end: int | None,
    pattern: str = "",
) -> AsyncGenerator[tuple[LogEvent, ...], None]:
    """The lines of all sources from `start` to `end`, merged by time, in parts as they arrive."""
    feeds = [
        _Feed(pages(clients, group, part, start, end, pattern)) for group, part in batches(sources)
    ]
    try:
        await asyncio.gather(*(feed.fill() for feed in feeds))
        while feeds := [feed for feed in feeds if feed.waiting or not feed.ended]:
            # What lies before the last line read of every feed can be told for good.
            open_feeds = [feed for feed in feeds if not feed.ended]
            horizon = min((feed.waiting[-1].at for feed in open_feeds), default=None)
            out: list[LogEvent] = []
            for feed in feeds:
                out += feed.take(horizon)
            out.sort(key=lambda event: event.at)
            if out:
                yield tuple(out)
            await asyncio.gather(*(feed.fill() for feed in open_feeds if feed.behind(horizon)))
    finally:
        for feed in feeds:
            await feed.close()


class _Feed:
    """The pages of one call, read one ahead."""

    def __init__(self, source: AsyncGenerator[tuple[LogEvent, ...], None]) -> None:
        self.waiting: list[LogEvent] = []
        self.ended = False
        self._source = source

    async def fill(self) -> None:
        """Read until there is a line that was not there, or the end."""
        have = len(self.waiting)
        while not self.ended and len(self.waiting) == have:
            try:
                self.waiting += await anext(self._source)
            except StopAsyncIteration:
                self.ended = True

    def behind(self, horizon: int | None) -> bool:
        """Whether it is what the others wait for."""
        return horizon is None or not self.waiting or self.waiting[-1].at <= horizon

    def take(self, horizon: int | None) -> list[LogEvent]:
        """What is at or before the horizon; all of it without one."""
        if horizon is None:
            out, self.waiting = self.waiting, []
            return out
        count = sum(1 for event in self.waiting if event.at < horizon)
        if self.ended:
            count = sum(1 for event in self.waiting if event.at <= horizon)
        out, self.waiting = self.waiting[:count], self.waiting[count:]
        return out

    async def close(self) -> None:
        """Read no more."""
        await self._source.aclose()
