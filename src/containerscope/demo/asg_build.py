"""The Auto Scaling groups behind the container instances and the node groups of the account."""

from __future__ import annotations

from typing import Any

from containerscope.demo import cloudwatch_run as running
from containerscope.demo.asg_counts import record_counts
from containerscope.demo.asg_engine import HISTORY, stamp, try_again
from containerscope.demo.asg_managed import measure
from containerscope.demo.asg_nodegroups import (
    FOLLOW,
    follow,
    group_name,
    new_group,
    node_groups,
)
from containerscope.demo.asg_schedules import plan
from containerscope.demo.asg_state import AutoScalingGroup, GroupActivity, GroupInstance
from containerscope.demo.cloudwatch_evaluate import evaluate_alarm
from containerscope.demo.cloudwatch_state import Alarm
from containerscope.demo.ecs_recipe import DAY, HOUR, MINUTE
from containerscope.demo.ecs_state import CapacityProvider, Cluster
from containerscope.demo.ids import hexes, node_instance, number, uuid
from containerscope.demo.rhythm import every
from containerscope.demo.world import World

_LACKING = 3
"""How many instances a node group lacks whose launches fail."""
_RETRY = 300.0


def build(world: World) -> None:
    """Groups for each ECS cluster with instances and for each node group, with their past."""
    for cluster in world.clusters.values():
        if cluster.instances:
            _of_cluster(world, cluster)
    for eks, body in node_groups(world):
        if name := group_name(body):
            world.asgs[name] = group = new_group(world, eks, body)
            group.asked = (group.minimum, group.maximum, group.desired)
            _fill(world, group)
    _habits(world)
    for each in world.asgs.values():
        record_counts(world, each)
    measure(world)
    for provider in world.capacity_providers.values():
        _manage(world, provider)
    every(world, FOLLOW, lambda: follow(world))
    every(world, 60.0, lambda: measure(world), world.now() // 60 * 60 + 60)


def _of_cluster(world: World, cluster: Cluster) -> None:
    """The group whose instances the container instances of a cluster are."""
    first = next(iter(cluster.instances.values()))
    name = f"ecs-{cluster.name}"
    count = len(cluster.instances)
    group = AutoScalingGroup(
        name,
        minimum=min(3, count),
        # The provider would like one more instance than it may have.
        maximum=count if first.capacity_provider else 2 * count,
        desired=count,
        created_at=world.now() - 240 * DAY,
        template=_template(name),
        network=cluster.name,
        kinds=(first.kind,),
        cluster=cluster.name,
        provider=first.capacity_provider,
        tags={"Name": name, "AmazonECSManaged": "true", **cluster.tags},
    )
    world.asgs[name] = group
    for each in cluster.instances.values():
        launched = each.registered_at - 97
        group.instances[each.ec2_id] = GroupInstance(each.ec2_id, each.kind, each.zone, launched)
        group.launched += 1
    newest = sorted(group.instances.values(), key=lambda each: -each.launched_at)[:4]
    group.activities = [_launched(group, each, count - step) for step, each in enumerate(newest)]


def _habits(world: World) -> None:
    """A schedule for the evening on one group, and a refresh that another has behind it."""
    edge, data = world.asgs.get("ecs-edge"), world.asgs.get("ecs-data")
    if edge is not None:
        sizes = {"MinSize": 3, "MaxSize": 6, "DesiredCapacity": 4}
        evening = {"Recurrence": "0 17 * * *", "TimeZone": "Europe/Berlin", **sizes}
        plan(world, edge, {"ScheduledActionName": "evening-peak", **evening})
    if data is not None:
        begin = world.now() - 12 * DAY
        refresh = {
            "InstanceRefreshId": uuid("refresh", data.name),
            "AutoScalingGroupName": data.name,
            "Status": "Successful",
            "StartTime": begin,
            "EndTime": begin + 2.4 * HOUR,
            "PercentageComplete": 100,
            "InstancesToUpdate": 0,
            "Preferences": {"MinHealthyPercentage": 90, "InstanceWarmup": 120},
        }
        data.refreshes.append(refresh)


def _template(name: str) -> dict[str, Any]:
    return {
        "LaunchTemplateId": f"lt-0{hexes(16, 'lt', name)}",
        "LaunchTemplateName": name,
        "Version": "$Latest",
    }


def _fill(world: World, group: AutoScalingGroup) -> None:
    """The instances that a node group has, and why it has no more."""
    cluster, _, name = group.node_group.partition("/")
    count = group.desired
    if group.failure:
        count = max(group.desired - _LACKING, group.minimum)
    for index in range(count):
        key = node_instance(cluster, name, index)
        zone = group.zones[index % len(group.zones)]
        launched = group.created_at + (9 + number(90, key)) * HOUR
        kind = group.kinds[index % len(group.kinds)]
        group.instances[key] = GroupInstance(key, kind, zone, launched)
    group.launched = count
    newest = sorted(group.instances.values(), key=lambda each: -each.launched_at)[:2]
    recent = [each for each in newest if each.launched_at > world.now() - HISTORY]
    group.activities = [_launched(group, each, count - step) for step, each in enumerate(recent)]
    if group.failure:
        group.activities = [*_failures(world, group, count), *group.activities]
        first = _RETRY - 60.0 - number(120, group.name)
        group.retry = world.agenda.after(first, lambda: try_again(world, group))


def _launched(group: AutoScalingGroup, instance: GroupInstance, count: int) -> GroupActivity:
    at = instance.launched_at
    cause = (
        f"At {stamp(at)} an instance was started in response to a difference between desired and "
        f"actual capacity, increasing the capacity from {count - 1} to {count}."
    )
    description = f"Launching a new EC2 instance: {instance.id}"
    key = uuid("asg activity", group.name, description)
    return GroupActivity(key, at, description, cause, ended_at=at + 42, zone=instance.zone)


def _failures(world: World, group: AutoScalingGroup, count: int) -> list[GroupActivity]:
    """The launches that failed in the last hours, the newest first."""
    made = []
    for step in range(24):
        at = world.now() - 60.0 - number(120, group.name) - _RETRY * step
        cause = (
            f"At {stamp(at)} an instance was started in response to a difference between desired "
            f"and actual capacity, increasing the capacity from {count} to {group.desired}."
        )
        made.append(
            GroupActivity(
                uuid("asg failure", group.name, step),
                at,
                "Launching a new EC2 instance",
                cause,
                "Failed",
                group.failure,
                ended_at=at + 1,
                zone=group.zones[0],
            )
        )
    return made


def _manage(world: World, provider: CapacityProvider) -> None:
    """The policy and the alarms with which a capacity provider scales its group."""
    arn = provider.body["autoScalingGroupProvider"]["autoScalingGroupArn"]
    group = world.asgs.get(arn.rpartition("/")[2])
    scaling = provider.body["autoScalingGroupProvider"].get("managedScaling", {})
    if group is None or scaling.get("status") != "ENABLED":
        return
    key = uuid("managed", provider.name)
    name = f"ECSManagedAutoScalingPolicy-{key}"
    policy_arn = world.arn(
        "autoscaling",
        f"scalingPolicy:{key}:autoScalingGroupName/{group.name}:policyName/{name}",
    )
    metric = _reservation(provider)
    goal = float(scaling.get("targetCapacity", 100))
    alarms = [
        _alarm(world, group, policy_arn, metric, side, goal) for side in ("AlarmHigh", "AlarmLow")
    ]
    tracking = {
        "CustomizedMetricSpecification": metric,
        "TargetValue": goal,
        "DisableScaleIn": False,
    }
    policy = {
        "AutoScalingGroupName": group.name,
        "PolicyName": name,
        "PolicyARN": policy_arn,
        "PolicyType": "TargetTrackingScaling",
        "StepAdjustments": [],
        "Alarms": [_named(world, each) for each in alarms],
        "TargetTrackingConfiguration": tracking,
        "Enabled": True,
    }
    group.policies.append(policy)


def _reservation(provider: CapacityProvider) -> dict[str, Any]:
    """The metric that shows how much of its instances a capacity provider needs."""
    return {
        "MetricName": "CapacityProviderReservation",
        "Namespace": "AWS/ECS/ManagedScaling",
        "Dimensions": [
            {"Name": "CapacityProviderName", "Value": provider.name},
            {"Name": "ClusterName", "Value": provider.cluster},
        ],
        "Statistic": "Average",
    }


def _named(world: World, alarm: Alarm) -> dict[str, str]:
    arn = world.arn("cloudwatch", f"alarm:{alarm.name}")
    return {"AlarmName": alarm.name, "AlarmARN": arn}


def _alarm(
    world: World,
    group: AutoScalingGroup,
    policy_arn: str,
    metric: dict[str, Any],
    side: str,
    goal: float,
) -> Alarm:
    high = side == "AlarmHigh"
    purpose = f"For TargetTrackingScaling policy {policy_arn}."
    body = {
        **metric,
        "AlarmDescription": f"DO NOT EDIT OR DELETE. {purpose}",
        "ActionsEnabled": True,
        "OKActions": [],
        "AlarmActions": [policy_arn],
        "InsufficientDataActions": [],
        "Period": 60,
        "EvaluationPeriods": 1 if high else 15,
        "Threshold": goal,
        "ComparisonOperator": "GreaterThanThreshold" if high else "LessThanThreshold",
    }
    made = Alarm(
        f"TargetTracking-{group.name}-{side}-{uuid('asg alarm', group.name, side)}",
        body,
        group.created_at,
    )
    at = world.now() - 3 * HOUR - number(50, made.name) * MINUTE
    evaluate_alarm(world, made, at)
    second = 5 + number(50, "look", group.name)
    return running.watch(world, made, (world.now() + 60) // 60 * 60 + second)
