"""Live Tail: a session that tells each second what came in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from functools import partial
from typing import Any

from containerscope.demo.calls import Call, Result
from containerscope.demo.event_stream import event
from containerscope.demo.ids import uuid
from containerscope.demo.logs_filter import Matches, compiled
from containerscope.demo.logs_find import group_arn, known_group, now_of
from containerscope.demo.logs_read import BEHIND_ALL, Place, invalid, merged
from containerscope.demo.logs_stream import Stream
from containerscope.demo.logs_streams import streams

_EVERY = 1.0
_MOST_GROUPS = 10
_MOST_EVENTS = 500
"""So many events are told in a second; of more, a sample."""
_LASTS = 3 * 3600.0


def start_live_tail(call: Call) -> Result:
    """A stream of events: the session's start, then what came in, each second."""
    params, world = call.params, call.world
    given = params["logGroupIdentifiers"]
    if not 1 <= len(given) <= _MOST_GROUPS:
        raise invalid(f"A session needs between 1 and {_MOST_GROUPS} log groups.")
    names, prefixes = params.get("logStreamNames"), params.get("logStreamNamePrefixes")
    if (names or prefixes) and len(given) > 1:
        raise invalid("Streams can be chosen for one log group only.")
    if any(not each.startswith("arn:") for each in given):
        raise invalid("logGroupIdentifiers must be the ARNs of log groups.")
    for each in given:
        known_group(world, each)
    return {
        "responseStream": partial(_session, call, compiled(params.get("logEventFilterPattern", "")))
    }


async def _session(call: Call, matches: Matches) -> AsyncGenerator[bytes]:
    world, params = call.world, call.params
    groups = params["logGroupIdentifiers"]
    names = [known_group(world, each) for each in groups]
    session = uuid("live tail", world.seed, world.now(), *groups)
    yield event("initial-response", {})
    opening: dict[str, Any] = {
        "requestId": uuid("request", session),
        "sessionId": session,
        "logGroupIdentifiers": [group_arn(world, each) for each in names],
    }
    for each in ("logStreamNames", "logStreamNamePrefixes", "logEventFilterPattern"):
        if params.get(each):
            opening[each] = params[each]
    yield event("sessionStart", opening)
    begun, last = world.now(), Place(now_of(world), BEHIND_ALL, 0)
    while world.now() < begun + _LASTS:
        await asyncio.sleep(_EVERY)
        world.advance(world.clock.now())
        found = list(_since(call, names, last, matches))
        if found:
            last = found[-1][0]
        sampled = len(found) > _MOST_EVENTS
        step = len(found) / _MOST_EVENTS if sampled else 1.0
        shown = [found[int(index * step)] for index in range(min(len(found), _MOST_EVENTS))]
        yield event(
            "sessionUpdate",
            {
                "sessionMetadata": {"sampled": sampled},
                "sessionResults": [each for _, each in shown],
            },
        )


def _since(
    call: Call, groups: Sequence[str], last: Place, matches: Matches
) -> Iterator[tuple[Place, dict[str, Any]]]:
    """What has come in since then, and where each stands."""
    world = call.world
    sources = [each for group in groups for each in streams(world, group) if _wanted(call, each)]
    for place, source, found in merged(sources, last, now_of(world)):
        if matches(found.text):
            view = {
                "logStreamName": source.name,
                "logGroupIdentifier": group_arn(world, source.group),
                "message": found.text,
                "timestamp": found.at,
                "ingestionTime": found.at + 180,
            }
            yield place, view


def _wanted(call: Call, source: Stream) -> bool:
    names = call.params.get("logStreamNames")
    prefixes = call.params.get("logStreamNamePrefixes")
    if names:
        return source.name in names
    return not prefixes or source.name.startswith(tuple(prefixes))
