"""Which log groups and streams there are, as the API tells it."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from containerscope.demo.calls import Call, PageRule, Result
from containerscope.demo.ids import number
from containerscope.demo.logs_find import group_arn, group_of, now_of
from containerscope.demo.logs_read import invalid
from containerscope.demo.logs_stream import Stream, position_at
from containerscope.demo.logs_streams import groups, streams
from containerscope.demo.world import World

_FIFTY = PageRule(default=50, most=50)
_DAY = 86400
_RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653)


def _group_view(world: World, name: str) -> Result:
    days = world.logs.retention.get(name)
    made = world.load.start - _DAY * (30 + number(300, "log group", name))
    view: Result = {
        "logGroupName": name,
        "creationTime": int(made * 1000),
        "metricFilterCount": 0,
        "arn": f"{group_arn(world, name)}:*",
        "logGroupArn": group_arn(world, name),
        "logGroupClass": "STANDARD",
        "storedBytes": 10_000_000 + number(90_000_000_000, "stored", name),
    }
    if days:
        view["retentionInDays"] = days
    return view


def _page(call: Call, member: str, names: list[str], view: Callable[[str], Result]) -> Result:
    """A page by its names: the rest of an entry changes all the time, and costs something."""
    params = call.params
    asked = {"nextToken": params.get("nextToken")}
    if "limit" in params:
        asked["maxResults"] = params["limit"]
    page = _FIFTY.page(asked, member, names)
    return {**page, member: [view(each) for each in page[member]]}


def describe_log_groups(call: Call) -> Result:
    """Log groups by the beginning, or any part, of their names."""
    params = call.params
    prefix, part = params.get("logGroupNamePrefix"), params.get("logGroupNamePattern")
    if prefix and part:
        raise invalid("logGroupNamePrefix and logGroupNamePattern cannot both be specified.")
    found = [
        each
        for each in groups(call.world)
        if (not prefix or each.startswith(prefix))
        and (not part or part.lower() in each.lower())
        and (params.get("logGroupClass") in (None, "STANDARD"))
    ]
    return _page(call, "logGroups", found, partial(_group_view, call.world))


def describe_log_streams(call: Call) -> Result:
    """The streams of a group by name, or by the time of their last event."""
    params = call.params
    name = group_of(call)
    prefix, by_time = params.get("logStreamNamePrefix"), params.get("orderBy") == "LastEventTime"
    if prefix and by_time:
        raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    now = now_of(call.world)
    found = [
        each for each in streams(call.world, name) if not prefix or each.name.startswith(prefix)
    ]
    if by_time:
        found.sort(key=lambda each: (min(each.end, now / 1000), each.name))
    if params.get("descending"):
        found.reverse()
    known = {each.name: each for each in found}
    return _page(
        call, "logStreams", list(known), lambda each: _stream_view(call.world, known[each], now)
    )


def _stream_view(world: World, each: Stream, now: int) -> Result:
    begin = int(each.begin * 1000)
    view: Result = {
        "logStreamName": each.name,
        "creationTime": begin,
        "arn": f"{group_arn(world, each.group)}:log-stream:{each.name}",
        "storedBytes": 0,
        "uploadSequenceToken": f"{number(10**18, 'upload', each.name):056d}",
    }
    until = now if math.isinf(each.end) else min(int(each.end * 1000) + 1, now)
    newest = next(each.before(position_at(until + 20_000) + 1, until - 600_000, now), None)
    if newest is not None or until > begin:
        last = newest.at if newest is not None else until
        view |= {
            "firstEventTimestamp": begin + 1,
            "lastEventTimestamp": last,
            "lastIngestionTime": last + 180,
        }
    return view


def put_retention_policy(call: Call) -> Result:
    """Keep the events of a group for so many days."""
    days = call.params["retentionInDays"]
    if days not in _RETENTIONS:
        raise invalid(f"Invalid retention value. Valid values are: {list(_RETENTIONS)}")
    call.world.logs.retention[group_of(call)] = days
    return {}


def delete_retention_policy(call: Call) -> Result:
    """Keep the events of a group for ever."""
    call.world.logs.retention.pop(group_of(call), None)
    return {}
