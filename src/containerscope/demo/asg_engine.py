"""EC2 Auto Scaling at work: groups launch and terminate instances until they have what they should.

The sentences of causes are those of EC2 Auto Scaling's own activity history.
"""

from __future__ import annotations

from datetime import UTC, datetime

from containerscope.demo.asg_container import drain, idle, lose, register
from containerscope.demo.asg_counts import record_counts
from containerscope.demo.asg_state import AutoScalingGroup, GroupActivity, GroupInstance
from containerscope.demo.ids import hexes, node_instance, uuid
from containerscope.demo.world import World

_LAUNCH = 42.0
_BOOT = 55.0
"""Seconds from a launched instance to its agent in the cluster."""
_TERMINATION = 48.0
_RETRY = 300.0
HISTORY = 42 * 86400.0
"""Seconds for which activities are told."""
_MOST = 1000


def stamp(at: float) -> str:
    """A time as it stands in a cause."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def set_desired(world: World, group: AutoScalingGroup, desired: int, who: str) -> None:
    """Change what a group should have; `who` goes before ` changing the desired capacity`."""
    at, before = world.now(), group.desired
    group.desired = desired
    if before != desired:
        group.scaled_at = at
    change = f"changing the desired capacity from {before} to {desired}"
    said = f"{who} {change}" if before != desired else who
    record_counts(world, group)
    reconcile(world, group, f"At {stamp(at)} {said}.  ")


def reconcile(world: World, group: AutoScalingGroup, cause: str = "") -> None:
    """Launch or terminate instances until there are as many as desired."""
    there = [each for each in group.instances.values() if counts(each)]
    while len(there) < group.desired and "Launch" not in group.suspended:
        if group.failure:
            _fail(world, group, cause, len(there))
            return
        there.append(_launch(world, group, cause, len(there)))
    for each in _leaving(world, group, there):
        terminate(world, group, each, cause)
    record_counts(world, group)


def counts(instance: GroupInstance) -> bool:
    """Whether an instance is one of those that its group has, and not on its way out."""
    return not instance.lifecycle.startswith(("Terminat", "Warmed"))


def _leaving(
    world: World, group: AutoScalingGroup, there: list[GroupInstance]
) -> list[GroupInstance]:
    """The instances that go, those without tasks first and the oldest before the newer."""
    surplus = len(there) - group.desired
    if surplus <= 0 or "Terminate" in group.suspended:
        return []
    free = [each for each in there if not each.protected]
    free.sort(key=lambda each: (not idle(world, group, each.id), each.launched_at))
    if group.provider:
        free = [each for each in free if idle(world, group, each.id)]
    return free[:surplus]


def _activity(
    world: World, group: AutoScalingGroup, description: str, cause: str, zone: str = ""
) -> GroupActivity:
    at = world.now()
    key = uuid("asg activity", group.name, description, at, len(group.activities))
    made = GroupActivity(key, at, description, cause, "InProgress", progress=30, zone=zone)
    group.activities.insert(0, made)
    if len(group.activities) > _MOST or group.activities[-1].started_at < at - HISTORY:
        kept = [each for each in group.activities if each.started_at >= at - HISTORY]
        group.activities[:] = kept[:_MOST]
    return made


def _difference(world: World, before: int, after: int) -> str:
    what = "started" if after > before else "taken out of service"
    how = "increasing" if after > before else "shrinking"
    return (
        f"At {stamp(world.now())} an instance was {what} in response to a difference between "
        f"desired and actual capacity, {how} the capacity from {before} to {after}."
    )


def next_instance(group: AutoScalingGroup) -> str:
    """The id of the instance that a group launches next."""
    cluster, _, name = group.node_group.partition("/")
    if name:
        return node_instance(cluster, name, group.launched)
    return f"i-0{hexes(16, 'asg', group.name, group.launched)}"


def _launch(world: World, group: AutoScalingGroup, cause: str, before: int) -> GroupInstance:
    at = world.now()
    zone = _emptiest_zone(group)
    made = GroupInstance(next_instance(group), group.kinds[0], zone, at, "Pending")
    made.config = dict(group.config)
    group.launched += 1
    group.instances[made.id] = made
    description = f"Launching a new EC2 instance: {made.id}"
    whole = f"{cause}{_difference(world, before, before + 1)}"
    activity = _activity(world, group, description, whole, zone)
    activity.status = "PreInService"

    def in_service() -> None:
        if made.lifecycle == "Pending":
            made.lifecycle = "InService"
            finish(activity, world.now())
            record_counts(world, group)
            if group.cluster:
                world.agenda.after(_BOOT, lambda: register(world, group, made))

    world.agenda.after(_LAUNCH, in_service)
    return made


def _emptiest_zone(group: AutoScalingGroup) -> str:
    zones = [each.zone for each in group.instances.values() if counts(each)]
    return min(group.zones, key=lambda zone: (zones.count(zone), zone))


def finish(activity: GroupActivity, at: float) -> None:
    """End an activity well."""
    activity.status, activity.progress, activity.ended_at = "Successful", 100, at


def _fail(world: World, group: AutoScalingGroup, cause: str, before: int) -> None:
    """A launch that fails, and is tried again for as long as it is wanted."""
    whole = f"{cause}{_difference(world, before, group.desired)}"
    description = "Launching a new EC2 instance"
    activity = _activity(world, group, description, whole, _emptiest_zone(group))
    activity.status, activity.progress = "Failed", 100
    activity.ended_at, activity.message = world.now() + 1, group.failure
    if group.retry is None:
        group.retry = world.agenda.after(_RETRY, lambda: try_again(world, group))


def try_again(world: World, group: AutoScalingGroup) -> None:
    """Launch what could not be launched before, if it is still wanted."""
    group.retry = None
    if world.asgs.get(group.name) is group:
        reconcile(world, group)


def terminate(
    world: World, group: AutoScalingGroup, instance: GroupInstance, cause: str = ""
) -> GroupActivity:
    """Take an instance out of service, out of its cluster and out of the group."""
    there = sum(1 for each in group.instances.values() if counts(each))
    instance.lifecycle = "Terminating"
    whole = f"{cause}{_difference(world, there, there - 1)}"
    description = f"Terminating EC2 instance: {instance.id}"
    activity = _activity(world, group, description, whole, instance.zone)
    drain(world, group, instance)

    def gone() -> None:
        group.instances.pop(instance.id, None)
        lose(world, group, instance)
        finish(activity, world.now())
        record_counts(world, group)

    world.agenda.after(_TERMINATION, gone)
    return activity


def interrupt(world: World, instance_id: str) -> None:
    """EC2 takes a Spot instance back, and the group gets another one for it."""
    for group in world.asgs.values():
        instance = group.instances.get(instance_id)
        if instance is None or not counts(instance):
            continue
        cause = (
            f"At {stamp(world.now())} an instance was taken out of service in response to an EC2 "
            "instance rebalance recommendation.  "
        )
        terminate(world, group, instance, cause)
        _launch(world, group, cause, sum(1 for each in group.instances.values() if counts(each)))
        record_counts(world, group)
