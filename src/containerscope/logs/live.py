"""A live tail of CloudWatch Logs: lines within a second of being taken in.

CloudWatch Logs, "StartLiveTail": up to ten groups by ARN, names of streams only with one group;
an update each second with at most 500 lines, a sample where there are more; three hours at most.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import msgspec

from containerscope.logs.event import LogEvent
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.model.log_source import MOST_STREAMS, LogSource, by_group
from containerscope.model.logs import LiveTailEvent
from containerscope.resource import Clients

MOST_GROUPS = 10


@dataclass(frozen=True)
class Tailed:
    """An update of a live tail."""

    events: tuple[LogEvent, ...] = ()
    started: bool = False
    """The session has begun: what is taken in from now on is told."""
    sampled: bool = False
    """There were more lines than it tells."""


async def tail(
    clients: Clients, sources: Sequence[LogSource], pattern: str = ""
) -> AsyncGenerator[Tailed, None]:
    """The lines of the sources as they are taken in, until closed; raises `ApiError`.

    One session a group, since several groups cannot be narrowed to streams in one.
    """
    identity = await clients.identity()
    groups = by_group(sources)
    told: asyncio.Queue[Tailed | ApiError] = asyncio.Queue()

    async def session(group: str, members: Sequence[LogSource]) -> None:
        region = members[0].region or clients.region
        arn = f"arn:{clients.partition}:logs:{region}:{identity.account}:log-group:{group}"
        params: dict[str, Any] = {"logGroupIdentifiers": [arn]}
        streams = [member.stream for member in members]
        if len(streams) <= MOST_STREAMS:
            params["logStreamNames"] = streams
        if pattern:
            params["logEventFilterPattern"] = pattern
        wanted = frozenset(streams)
        feed: Any = clients.stream("logs", "StartLiveTail", "responseStream", **params)
        try:
            async with aclosing(feed) as events:
                async for event in events:
                    told.put_nowait(_update(group, event, wanted))
            told.put_nowait(ApiError(_ended("the live tail ended")))
        except ApiError as error:
            told.put_nowait(error)

    sessions = [
        asyncio.create_task(session(group, members))
        for group, members in list(groups.items())[:MOST_GROUPS]
    ]
    try:
        while True:
            update = await told.get()
            if isinstance(update, ApiError):
                raise update
            yield update
    finally:
        for each in sessions:
            each.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)


def _ended(message: str) -> Problem:
    return Problem(Why.FAILED, "logs:StartLiveTail", message, retry_after=1.0)


def _update(group: str, event: Mapping[str, Any], wanted: frozenset[str]) -> Tailed:
    if "sessionStart" in event:
        return Tailed(started=True)
    update = event.get("sessionUpdate")
    if update is None:
        said: Any = next(iter(event.values()), {})
        message = said.get("message", "") if isinstance(said, Mapping) else ""
        raise ApiError(_ended(message or "the live tail was interrupted"))
    lines = [
        msgspec.convert(each, LiveTailEvent, strict=False)
        for each in update.get("sessionResults") or ()
    ]
    events = tuple(
        LogEvent(
            line.timestamp or 0,
            group,
            line.log_stream_name or "",
            line.message or "",
            line.ingestion_time or 0,
        )
        for line in lines
        if line.log_stream_name in wanted
    )
    sampled = bool((update.get("sessionMetadata") or {}).get("sampled"))
    return Tailed(events, sampled=sampled)
