"""Application Auto Scaling at work: alarms and schedules change desired counts, and tell of it."""

from __future__ import annotations

from typing import Any

from containerscope.demo.cloudwatch_state import Alarm
from containerscope.demo.ecs_control import set_desired
from containerscope.demo.ids import uuid
from containerscope.demo.load import counts_at
from containerscope.demo.scaling_alarms import policy_arn
from containerscope.demo.scaling_control import is_deploying, scaled_service
from containerscope.demo.scaling_decide import Decision, Signal, agreed, decide
from containerscope.demo.scaling_state import Activity, Policy, Target
from containerscope.demo.world import World

_HISTORY = 42 * 86400.0
_MOST = 20_000
_CHECK = 15.0
"""Seconds between looks at whether a service has the tasks that it was told to have."""
_PATIENCE = 1800.0
_REPEAT = 900.0
"""A reason not to scale is told again after so many seconds."""


def policy_of(world: World, arn: str) -> tuple[Target, Policy] | None:
    """The policy with this ARN, and what it scales."""
    for target in world.scaling.targets.values():
        for policy in target.policies.values():
            if policy_arn(world, target, policy) == arn:
                return target, policy
    return None


def trigger(world: World, alarm: Alarm, arn: str, at: float, value: float) -> None:
    """Let the policy behind an alarm's action act on the newest datapoint."""
    found = policy_of(world, arn)
    there = scaled_service(world, found[0]) if found else None
    if found is None or there is None:
        return
    target, policy = found
    running = counts_at(world, *there, at)[1]
    signal = signal_of(alarm, policy, value, running)
    if not may_act(world, target, policy, signal):
        return
    service = there[1]
    decision = decide(
        target,
        policy,
        signal,
        service.desired,
        world.now(),
        deploying=is_deploying(service),
    )
    carry_out(world, target, decision, cause_of(alarm, policy), service.desired)


def signal_of(alarm: Alarm, policy: Policy, value: float, running: int) -> Signal:
    """What an alarm tells its policy."""
    outward = bool(policy.alarms) and alarm.name == policy.alarms[0]
    return Signal(value, float(alarm.body["Threshold"]), outward, running)


def cause_of(alarm: Alarm, policy: Policy) -> str:
    """The cause of an activity, in the words of AWS."""
    return f"monitor alarm {alarm.name} in state ALARM triggered policy {policy.name}"


def may_act(world: World, target: Target, policy: Policy, signal: Signal) -> bool:
    """Whether no other target tracking policy keeps the tasks that this one would remove."""
    if policy.kind != "TargetTrackingScaling" or signal.outward:
        return True
    lows = [
        each.alarms[1]
        for each in target.policies.values()
        if each.kind == "TargetTrackingScaling" and len(each.alarms) > 1
    ]
    alarms = world.cloudwatch.alarms
    return agreed([alarms[each].state for each in lows if each in alarms])


def carry_out(world: World, target: Target, decision: Decision, cause: str, current: int) -> None:
    """Do what was decided, or write down why nothing was done."""
    if decision.wanted is not None:
        scale_to(world, target, decision.wanted, cause, current)
    elif decision.reasons and is_news(target, decision, world.now()):
        refuse(world, target, decision, cause, world.now())


def is_news(target: Target, decision: Decision, at: float) -> bool:
    """Whether this reason not to scale was not told a moment ago."""
    code = decision.reasons[0]["Code"]
    if at < target.refused.get(code, 0.0) + _REPEAT:
        return False
    target.refused[code] = at
    return True


def refuse(world: World, target: Target, decision: Decision, cause: str, at: float) -> Activity:
    """An activity that scaled nothing, and why."""
    description = "Attempting to scale due to alarm triggered"
    activity = new_activity(world, target, cause, description, at)
    activity.status, activity.ended_at = "Failed", at + 0.3
    activity.message = "Failed to scale because the target was not scaled."
    activity.reasons = list(decision.reasons)
    return activity


def new_activity(world: World, target: Target, cause: str, description: str, at: float) -> Activity:
    """One more activity; those of more than six weeks ago are forgotten."""
    activities = world.scaling.activities
    world.scaling.told += 1
    made = Activity(
        uuid("activity", target.resource, description, at, world.scaling.told),
        target.key,
        cause,
        description,
        at,
    )
    activities.append(made)
    if len(activities) > _MOST or activities[0].started_at < at - _HISTORY:
        kept = [each for each in activities if each.started_at >= at - _HISTORY]
        activities[:] = kept[-_MOST:]
    return made


def scale_to(world: World, target: Target, count: int, cause: str, current: int) -> Activity:
    """Set the desired count, and follow the service until it has so many tasks."""
    at = world.now()
    for each in world.scaling.activities:
        if each.key == target.key and each.status in ("Pending", "InProgress"):
            override(each, at)
    activity = begun(world, target, count, cause, current, at)
    there = scaled_service(world, target)
    if there is None:
        activity.status, activity.ended_at = "Failed", at
        activity.message = f"Failed to set desired count to {count}. Reason: ECS service not found."
        return activity
    set_desired(world, there[0], there[1], count)
    world.agenda.after(_CHECK, lambda: _follow(world, target, activity))
    return activity


def begun(
    world: World, target: Target, count: int, cause: str, current: int, at: float
) -> Activity:
    """The activity of a new desired count, with what it means for the cooldowns."""
    description = f"Setting desired count to {count}."
    activity = new_activity(world, target, cause, description, at)
    activity.status, activity.count = "InProgress", count
    done = f"Successfully set desired count to {count}."
    activity.message = f"{done} Waiting for change to be fulfilled by ecs."
    if count > current:
        target.out_at, target.out_from = at, current
    else:
        target.in_at = at
    return activity


def override(activity: Activity, at: float) -> None:
    """End an activity whose count no longer counts."""
    activity.status, activity.ended_at = "Overridden", at
    activity.message = (
        f"Successfully set desired count to {activity.count}. Change was overridden by a newer "
        "scaling activity."
    )


def fulfil(activity: Activity, at: float) -> None:
    """End an activity whose count has been reached."""
    activity.status, activity.ended_at = "Successful", at
    activity.message = (
        f"Successfully set desired count to {activity.count}. Change successfully fulfilled by ecs."
    )


def _follow(world: World, target: Target, activity: Activity) -> None:
    if activity.status != "InProgress":
        return
    there, at = scaled_service(world, target), world.now()
    if there is None or there[1].desired != activity.count:
        override(activity, at)
    elif counts_at(world, *there, at)[1] == activity.count:
        fulfil(activity, at)
    elif at > activity.started_at + _PATIENCE:
        activity.status, activity.ended_at = "Unfulfilled", at
        activity.message = (
            f"Successfully set desired count to {activity.count}. Change could not be fulfilled by "
            "ecs in time."
        )
    else:
        world.agenda.after(_CHECK, lambda: _follow(world, target, activity))


def keep_within(world: World, target: Target) -> None:
    """Bring the desired count between the minimum and the maximum of its target."""
    there = scaled_service(world, target)
    if there is None:
        return
    current = there[1].desired
    if current < target.minimum:
        cause = f"minimum capacity was set to {target.minimum}"
        scale_to(world, target, target.minimum, cause, current)
    elif current > target.maximum:
        cause = f"maximum capacity was set to {target.maximum}"
        scale_to(world, target, target.maximum, cause, current)


def run_action(world: World, target: Target, name: str, action: dict[str, Any]) -> None:
    """Carry out a scheduled action: new limits, and what follows from them."""
    if target.suspended.get("ScheduledScalingSuspended"):
        return
    parts = []
    if "MinCapacity" in action:
        target.minimum = int(action["MinCapacity"])
        target.maximum = max(target.maximum, target.minimum)
        parts.append(f"min capacity to {target.minimum}")
    if "MaxCapacity" in action:
        target.maximum = int(action["MaxCapacity"])
        target.minimum = min(target.minimum, target.maximum)
        parts.append(f"max capacity to {target.maximum}")
    said, at = " and ".join(parts), world.now()
    cause = f"scheduled action name {name} was triggered"
    activity = new_activity(world, target, cause, f"Setting {said}", at)
    activity.status, activity.ended_at = "Successful", at + 0.4
    activity.message = f"Successfully set {said}"
    keep_within(world, target)
