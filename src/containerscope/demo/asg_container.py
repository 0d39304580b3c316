"""The container instances that the instances of a group become."""

from __future__ import annotations

from containerscope.demo import ecs_capacity
from containerscope.demo.asg_state import AutoScalingGroup, GroupInstance
from containerscope.demo.ecs_state import Cluster, Instance
from containerscope.demo.ecs_views_cluster import on_instance
from containerscope.demo.ids import hexes
from containerscope.demo.world import World


def container_instance(
    world: World, group: AutoScalingGroup, ec2_id: str
) -> tuple[Cluster, Instance] | None:
    """The container instance behind an EC2 instance of the group."""
    cluster = world.clusters.get(group.cluster)
    for each in cluster.instances.values() if cluster else ():
        if cluster is not None and each.ec2_id == ec2_id:
            return cluster, each
    return None


def idle(world: World, group: AutoScalingGroup, ec2_id: str) -> bool:
    """Whether no task runs on an instance, be it because it has none to run."""
    found = container_instance(world, group, ec2_id)
    return found is None or not on_instance(*found)


def register(world: World, group: AutoScalingGroup, instance: GroupInstance) -> None:
    """Let the agent of a new instance report to its cluster."""
    cluster = world.clusters.get(group.cluster)
    if cluster is None or instance.lifecycle != "InService":
        return
    like = next(iter(cluster.instances.values()), None)
    if like is None:
        return
    made = Instance(
        hexes(32, "instance", group.name, instance.id),
        instance.id,
        instance.kind,
        instance.zone,
        like.cpu,
        like.memory,
        world.now(),
        capacity_provider=group.provider,
        tags=dict(like.tags),
    )
    ecs_capacity.register(world, cluster, made)


def drain(world: World, group: AutoScalingGroup, instance: GroupInstance) -> None:
    """Drain the container instance of an instance that goes."""
    found = container_instance(world, group, instance.id)
    if found is not None:
        ecs_capacity.drain(world, *found)


def lose(world: World, group: AutoScalingGroup, instance: GroupInstance) -> None:
    """Take the container instance of an instance that is gone out of its cluster."""
    found = container_instance(world, group, instance.id)
    if found is not None:
        ecs_capacity.lose(world, *found)
