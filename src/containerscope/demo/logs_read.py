"""Reading events: GetLogEvents pages through a stream, FilterLogEvents through many of them.

Limits: 10,000 events or 1 MB in an answer, 100 streams in a call. A token is the position of an
event, so that pages neither lose nor repeat one, however the stream grows.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from containerscope.demo.calls import Call, Result
from containerscope.demo.ids import hexes
from containerscope.demo.logs_filter import compiled
from containerscope.demo.logs_find import group_of, now_of
from containerscope.demo.logs_stream import Event, Stream, position_at
from containerscope.demo.logs_streams import stream, streams
from containerscope.demo.protocol_errors import AwsError

_MOST = 10_000
_MOST_BYTES = 1_048_576
_OVERHEAD = 26
_MOST_STREAMS = 100
_MOST_SCANNED = 40_000
"""So many events are looked at for a page of filtered ones; it may be empty and have a next one."""
BEHIND_ALL = "\U0010ffff"
"""A name that comes after that of every stream."""
_DELAY = 180
"""Milliseconds from an event to its ingestion."""


def invalid(message: str) -> AwsError:
    """The answer to a request that makes no sense."""
    return AwsError("InvalidParameterException", message)


def _limit(call: Call) -> int:
    limit = int(call.params.get("limit", _MOST))
    if not 1 <= limit <= _MOST:
        raise invalid(f"The limit must be between 1 and {_MOST}, but was {limit}.")
    return limit


def _some(events: Iterator[Event], limit: int) -> list[Event]:
    """As many events as an answer holds."""
    found: list[Event] = []
    size = 0
    for each in events:
        size += len(each.text.encode()) + _OVERHEAD
        if found and size > _MOST_BYTES:
            break
        found.append(each)
        if len(found) == limit:
            break
    return found


def _view(event: Event) -> Result:
    return {
        "timestamp": event.at,
        "message": event.text,
        "ingestionTime": event.at + _DELAY,
    }


def _token(side: str, position: int) -> str:
    return f"{side}/{position:056d}/s"


def _position(token: str) -> tuple[str, int]:
    parts = token.split("/")
    if len(parts) != 3 or parts[0] not in ("f", "b") or not parts[1].isdecimal():
        raise invalid("The specified nextToken is invalid.")
    return parts[0], int(parts[1])


def get_log_events(call: Call) -> Result:
    """A page of one stream: the newest events, or the oldest, or those next to the last page."""
    params, world = call.params, call.world
    group = group_of(call)
    found = stream(world, group, params["logStreamName"])
    if found is None:
        raise AwsError("ResourceNotFoundException", "The specified log stream does not exist.")
    limit, now = _limit(call), now_of(world)
    since = int(params.get("startTime", 0))
    until = min(int(params.get("endTime", now + 1)) - 1, now)
    token = params.get("nextToken")
    if token:
        side, position = _position(token)
    else:
        side = "f" if params.get("startFromHead") else "b"
        position = position_at(since) if side == "f" else position_at(until + 20_000) + 1
    if side == "f":
        events = _some(found.after(position, until, since), limit)
    else:
        events = _some(found.before(position, since, until), limit)[::-1]
    return {
        "events": [_view(each) for each in events],
        "nextForwardToken": _token("f", _forward(found, events, side, position, until)),
        "nextBackwardToken": _token("b", events[0].position if events else position),
    }


def _forward(found: Stream, events: list[Event], side: str, position: int, until: int) -> int:
    """The position behind the page; of an empty page, that from which later events follow."""
    if events:
        return events[-1].position
    if side == "f":
        return max(position, 0)
    newest = next(found.before(position_at(until + 20_000) + 1, 0, until), None)
    return newest.position if newest else max(position_at(int(found.begin * 1000)), 0)


class Place(NamedTuple):
    """Where an event stands among those of all streams."""

    at: int
    stream: str
    position: int


def merged(
    chosen: Iterable[Stream], after: Place, until: int
) -> Iterator[tuple[Place, Stream, Event]]:
    """The events of all streams behind this place, oldest first."""
    return heapq.merge(*(_placed(each, after, until) for each in chosen), key=lambda each: each[0])


def _placed(each: Stream, after: Place, until: int) -> Iterator[tuple[Place, Stream, Event]]:
    for event in each.after(position_at(after.at), until, after.at):
        place = Place(event.at, each.name, event.position)
        if place > after:
            yield place, each, event


def chosen_streams(call: Call, group: str) -> list[Stream]:
    """The streams of a group that the call is about."""
    params = call.params
    names, prefix = params.get("logStreamNames"), params.get("logStreamNamePrefix")
    if names and prefix:
        raise invalid("logStreamNames and logStreamNamePrefix cannot both be specified.")
    if names:
        if len(names) > _MOST_STREAMS:
            raise invalid(f"At most {_MOST_STREAMS} log streams can be specified.")
        found = [stream(call.world, group, each) for each in dict.fromkeys(names)]
        if None in found:
            raise AwsError("ResourceNotFoundException", "The specified log stream does not exist.")
        return [each for each in found if each is not None]
    every = streams(call.world, group)
    return [each for each in every if each.name.startswith(prefix)] if prefix else every


def filter_log_events(call: Call) -> Result:
    """A page of the events that fit, of all streams in the order of their times."""
    params, world = call.params, call.world
    chosen = chosen_streams(call, group_of(call))
    matches = compiled(params.get("filterPattern", ""))
    limit, now = _limit(call), now_of(world)
    until = min(int(params.get("endTime", now)), now)
    since = int(params.get("startTime", 0))
    token = params.get("nextToken")
    place = _place(token) if token else Place(since - 1, BEHIND_ALL, 0)
    found: list[dict[str, Any]] = []
    size = 0
    for looked, (where, source, event) in enumerate(merged(chosen, place, until), 1):
        fits = matches(event.text)
        size += len(event.text.encode()) + _OVERHEAD if fits else 0
        if found and size > _MOST_BYTES:
            break
        place = where
        if fits:
            found.append(_filtered(where, source, event))
        if len(found) == limit or looked == _MOST_SCANNED:
            break
    else:
        return {"events": found, "searchedLogStreams": []}
    return {"events": found, "searchedLogStreams": [], "nextToken": _place_token(place)}


def _filtered(where: Place, source: Stream, event: Event) -> dict[str, Any]:
    tail = int(hexes(8, source.group, source.name), 16)
    return {
        "logStreamName": source.name,
        **_view(event),
        "eventId": f"3{where.position:025d}{tail:030d}",
    }


def _place_token(place: Place) -> str:
    return f"{place.at}.{place.position}.{place.stream}".encode().hex()


def _place(token: str) -> Place:
    try:
        at, position, name = bytes.fromhex(token).decode().split(".", 2)
        return Place(int(at), name, int(position))
    except ValueError as error:
        raise invalid("The specified nextToken is invalid.") from error
