"""Managed scaling of a capacity provider: how much of its instances is needed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from containerscope.demo import load
from containerscope.demo.asg_engine import set_desired
from containerscope.demo.asg_state import AutoScalingGroup
from containerscope.demo.cloudwatch_state import Alarm
from containerscope.demo.ecs_state import CapacityProvider, Cluster, Instance
from containerscope.demo.ecs_views_cluster import reserved
from containerscope.demo.world import World


def metric_of(provider: CapacityProvider) -> str:
    """Under which name the reservation of a provider is recorded."""
    return f"{provider.name}/CapacityProviderReservation"


def reservation(world: World, provider: CapacityProvider) -> float:
    """Percent of the provider's instances that its tasks need: over 100 where some must wait.

    Source: Amazon ECS, "Deep dive on cluster auto scaling": M / N x 100.
    """
    needed, there = needed_instances(world, provider), len(instances_of(world, provider))
    if not there:
        return 200.0 if needed else 100.0
    return round(100 * needed / there, 6)


def measure(world: World) -> None:
    """Record what the capacity providers need just now."""
    for provider in world.capacity_providers.values():
        load.record(world, metric_of(provider), reservation(world, provider))


def instances_of(world: World, provider: CapacityProvider) -> list[Instance]:
    """The active container instances of a capacity provider."""
    cluster = world.clusters.get(provider.cluster)
    return [
        each
        for each in (cluster.instances.values() if cluster else ())
        if each.capacity_provider == provider.name and each.status == "ACTIVE"
    ]


def needed_instances(world: World, provider: CapacityProvider) -> int:
    """How many instances the tasks of the provider take, those that wait for one included."""
    cluster = world.clusters.get(provider.cluster)
    if cluster is None:
        return 0
    used = {
        each.instance
        for each in cluster.tasks.values()
        if each.instance and each.status != "STOPPED"
    }
    used &= {each.id for each in instances_of(world, provider)}
    return len(used) + _for_waiting(cluster, provider)


def _for_waiting(cluster: Cluster, provider: CapacityProvider) -> int:
    """How many more instances the tasks in PROVISIONING would fill."""
    waiting = [
        each
        for each in cluster.tasks.values()
        if each.status == "PROVISIONING"
        and each.capacity_provider == provider.name
        and not each.instance
    ]
    if not waiting:
        return 0
    like = next(
        (each for each in cluster.instances.values() if each.capacity_provider == provider.name),
        None,
    )
    if like is None:
        return 1
    cpu = sum(reserved(each)[0] for each in waiting)
    memory = sum(reserved(each)[1] for each in waiting)
    return max(1, math.ceil(cpu / like.cpu), math.ceil(memory / like.memory))


def trigger(world: World, alarm: Alarm, arn: str) -> None:
    """Let the policy that manages a group's size act on what its tasks need."""
    found = _policy(world, arn)
    if found is None:
        return
    group, policy = found
    scaling = _scaling(world, group)
    goal = float(policy["TargetTrackingConfiguration"]["TargetValue"])
    outward = alarm.body["ComparisonOperator"].startswith("Greater")
    provider = world.capacity_providers[group.provider]
    needed = math.ceil(100 * needed_instances(world, provider) / goal)
    if outward and needed <= group.desired:
        return  # What was launched has not reported yet.
    if outward:
        step = max(scaling["minimumScalingStepSize"], needed - group.desired)
        wanted = group.desired + min(step, scaling["maximumScalingStepSize"])
    else:
        wanted = max(needed, group.desired - scaling["maximumScalingStepSize"])
    wanted = max(group.minimum, min(wanted, group.maximum))
    warm = world.now() >= group.scaled_at + scaling["instanceWarmupPeriod"]
    if wanted == group.desired or not warm or (wanted < group.desired) == outward:
        return
    who = f"a monitor alarm {alarm.name} in state ALARM triggered policy {policy['PolicyName']}"
    set_desired(world, group, wanted, who)


def _policy(world: World, arn: str) -> tuple[AutoScalingGroup, dict[str, Any]] | None:
    for group in world.asgs.values():
        for policy in group.policies:
            if policy["PolicyARN"] == arn and group.provider in world.capacity_providers:
                return group, policy
    return None


def _scaling(world: World, group: AutoScalingGroup) -> Mapping[str, Any]:
    """How the capacity provider of a group wants it to be scaled."""
    body = world.capacity_providers[group.provider].body["autoScalingGroupProvider"]
    usual = {
        "minimumScalingStepSize": 1,
        "maximumScalingStepSize": 10000,
        "instanceWarmupPeriod": 300,
        "targetCapacity": 100,
    }
    return {**usual, **body.get("managedScaling", {})}
