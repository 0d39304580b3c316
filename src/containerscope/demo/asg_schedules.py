"""Scheduled actions of EC2 Auto Scaling groups: sizes that come at their times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from containerscope.demo.asg_engine import set_desired
from containerscope.demo.asg_state import AutoScalingGroup, GroupSchedule
from containerscope.demo.calls import Result
from containerscope.demo.ids import uuid
from containerscope.demo.scaling_schedule import next_time
from containerscope.demo.world import World

_SIZES = ("MinSize", "MaxSize", "DesiredCapacity")
_KEPT = ("Recurrence", "TimeZone", "StartTime", "EndTime", *_SIZES)


def plan(world: World, group: AutoScalingGroup, given: Mapping[str, Any]) -> None:
    """A scheduled action, new or changed; a ValueError for a recurrence that makes no sense."""
    name = str(given["ScheduledActionName"])
    made = GroupSchedule(name, {key: given[key] for key in _KEPT if key in given})
    due = _next(world, made)
    drop(group, name)
    if due is not None:
        group.schedules[name] = made
        _await(world, group, made, due)


def drop(group: AutoScalingGroup, name: str) -> bool:
    """Delete a scheduled action; whether there was one."""
    found = group.schedules.pop(name, None)
    if found is not None and found.entry is not None:
        found.entry.cancel()
    return found is not None


def _next(world: World, schedule: GroupSchedule) -> float | None:
    """When an action is due next; None where that will never be again."""
    body, now = schedule.body, world.now()
    start = float(body.get("StartTime", 0.0))
    if "Recurrence" not in body:
        return start if start > now else None
    expression = f"cron({body['Recurrence']})"
    due = next_time(expression, str(body.get("TimeZone", "")), now, max(now, start - 1))
    return None if due is None or due > body.get("EndTime", due) else due


def _await(world: World, group: AutoScalingGroup, schedule: GroupSchedule, due: float) -> None:
    schedule.due = due

    def run() -> None:
        _carry_out(world, group, schedule)
        later = _next(world, schedule)
        if later is None:
            group.schedules.pop(schedule.name, None)
        else:
            _await(world, group, schedule, later)

    schedule.entry = world.agenda.at(due, run)


def _carry_out(world: World, group: AutoScalingGroup, schedule: GroupSchedule) -> None:
    if "ScheduledActions" in group.suspended or world.asgs.get(group.name) is not group:
        return
    body = schedule.body
    group.minimum = int(body.get("MinSize", group.minimum))
    group.maximum = int(body.get("MaxSize", group.maximum))
    wanted = int(body.get("DesiredCapacity", group.desired))
    desired = max(group.minimum, min(wanted, group.maximum))
    limits = f"min: {group.minimum}, max: {group.maximum}, desired: {desired}"
    who = f"a scheduled action update of AutoScalingGroup constraints to {limits}"
    set_desired(world, group, desired, who)


def schedule_view(world: World, group: AutoScalingGroup, schedule: GroupSchedule) -> Result:
    """A described scheduled action."""
    key = uuid("asg schedule", group.name, schedule.name)
    where = f"autoScalingGroupName/{group.name}:scheduledActionName/{schedule.name}"
    return {
        "AutoScalingGroupName": group.name,
        "ScheduledActionName": schedule.name,
        "ScheduledActionARN": world.arn("autoscaling", f"scheduledUpdateGroupAction:{key}:{where}"),
        **schedule.body,
        "StartTime": schedule.due,
    }
