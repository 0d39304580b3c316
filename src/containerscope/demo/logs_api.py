"""The operations of CloudWatch Logs."""

from __future__ import annotations

from collections.abc import Mapping

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.logs_find import known_group
from containerscope.demo.logs_groups import (
    delete_retention_policy,
    describe_log_groups,
    describe_log_streams,
    put_retention_policy,
)
from containerscope.demo.logs_insights import get_query_results, start_query, stop_query
from containerscope.demo.logs_read import filter_log_events, get_log_events
from containerscope.demo.logs_tail import start_live_tail
from containerscope.demo.world import World


def flood(world: World, group: str, lines_a_minute: float) -> None:
    """Let so many lines a minute be written to a group beside the usual ones; 0 ends it."""
    world.logs.floods.setdefault(group, []).append((world.now(), lines_a_minute / 60))


def list_tags(call: Call) -> Result:
    """The tags of a log group: those that the stack gave it which made it."""
    group = known_group(call.world, call.params["resourceArn"])
    owner = group.split("/")[2] if group.startswith("/ecs/") else "aws"
    return {"tags": {"managed-by": "terraform", "cluster": owner}}


LOGS: Mapping[str, Handler] = {
    "DescribeLogGroups": describe_log_groups,
    "DescribeLogStreams": describe_log_streams,
    "GetLogEvents": get_log_events,
    "FilterLogEvents": filter_log_events,
    "StartLiveTail": start_live_tail,
    "StartQuery": start_query,
    "GetQueryResults": get_query_results,
    "StopQuery": stop_query,
    "PutRetentionPolicy": put_retention_policy,
    "DeleteRetentionPolicy": delete_retention_policy,
    "ListTagsForResource": list_tags,
}
