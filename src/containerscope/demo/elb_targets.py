"""Which tasks stand in which target group, and what becomes of a target when its task moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from containerscope.demo.ecs_state import Cluster, Service, Task
from containerscope.demo.elb_checks import begin
from containerscope.demo.elb_kube import pods_behind
from containerscope.demo.elb_state import Key, Target, TargetGroup
from containerscope.demo.ids import number
from containerscope.demo.world import World

SERVING = ("ACTIVATING", "RUNNING")
"""The statuses in which a task is registered with its target groups."""
_LEAVING = ("DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED", "DELETED")
_JUST_NOW = 5.0
"""Seconds within which a status counts as having just begun."""


@dataclass(frozen=True)
class Place:
    """A task in a target group."""

    group: TargetGroup
    id: str
    port: int

    @property
    def key(self) -> Key:
        """What tells its target from the others of the group."""
        return (self.id, self.port)


def attach(world: World) -> None:
    """Follow the tasks of the world, and register those that are under way already."""
    world.task_watchers.append(lambda cluster, task: follow(world, cluster, task))
    world.drain_seconds = lambda cluster, task: drain_seconds(world, cluster, task)
    for cluster in world.clusters.values():
        for service in cluster.services.values():
            if service.load_balancers:
                for task in service.tasks.values():
                    _find(world, cluster, task)


def _find(world: World, cluster: Cluster, task: Task) -> None:
    """Give a task of the opening scene the target that it would have by now."""
    for place in places(world, cluster, task):
        if task.status == "ACTIVATING":
            _register(world, cluster, task, place)
        elif task.stopping_at and task.started_at:
            left = task.stopping_at + place.group.delay - world.now()
            if left > 0:
                drain(world, place.group, target_of(cluster, task, place), left)


def places(world: World, cluster: Cluster, task: Task) -> list[Place]:
    """Where a task stands or would stand, if anywhere."""
    service = cluster.services.get(task.service)
    if service is None:
        return []
    alternate = task.started_by in world.balancing.alternate
    found = []
    for each in service.load_balancers:
        group = world.balancing.groups.get(_side(each, alternate))
        address = None if group is None else _address(cluster, task, group, each)
        if group is not None and address is not None:
            found.append(Place(group, *address))
    return found


def _side(balancer: dict[str, Any], alternate: bool) -> str:
    """The ARN of the target group of one side."""
    other = balancer.get("advancedConfiguration", {}).get("alternateTargetGroupArn", "")
    return str(other if alternate and other else balancer.get("targetGroupArn", ""))


def _address(
    cluster: Cluster, task: Task, group: TargetGroup, balancer: dict[str, Any]
) -> Key | None:
    port = int(balancer.get("containerPort", group.port))
    if group.kind == "ip":
        return (task.address, port) if task.address else None
    instance = cluster.instances.get(task.instance)
    if instance is None:
        return None
    return (instance.ec2_id, host_port(task, str(balancer.get("containerName", "")), port))


def host_port(task: Task, container: str, port: int) -> int:
    """The port of the instance at which a container's port is reached."""
    for each in task.definition.containers:
        for mapping in each.get("portMappings", ()) if each["name"] == container else ():
            if mapping["containerPort"] == port and mapping.get("hostPort"):
                return int(mapping["hostPort"])
    return 32768 + number(28000, task.id, port)


def users(world: World, group: TargetGroup) -> Iterator[tuple[Cluster, Service]]:
    """The services whose tasks stand in a target group."""
    for cluster in world.clusters.values():
        for service in cluster.services.values():
            if any(
                group.arn in (_side(each, False), _side(each, True))
                for each in service.load_balancers
            ):
                yield cluster, service


def standing(world: World, group: TargetGroup) -> Iterator[Target]:
    """A new target for each task that serves behind a group, whether it is registered or not."""
    for cluster, service in users(world, group):
        for task in service.tasks.values():
            if task.status in SERVING:
                for place in places(world, cluster, task):
                    if place.group is group:
                        yield target_of(cluster, task, place)


def targets(world: World, group: TargetGroup) -> list[Target]:
    """All targets of a group as they are now; those that answer are made for the caller alone."""
    found: dict[Key, Target] = {}
    for target in standing(world, group):
        if target.key not in group.withdrawn:
            target.become("healthy")
            found[target.key] = group.targets.get(target.key, target)
    if group.behind[0]:
        found |= {each.key: each for each in pods_behind(world, group)}
    found |= {key: each for key, each in group.targets.items() if key not in found}
    return list(found.values())


def healthy(world: World, cluster: Cluster, task: Task) -> bool:
    """Whether the load balancers, if the service has any, send requests to the task."""
    if task.status != "RUNNING":
        return False
    states = (each.group.targets.get(each.key) for each in places(world, cluster, task))
    return all(each is None or each.state == "healthy" for each in states)


def drain_seconds(world: World, cluster: Cluster, task: Task) -> float:
    """How long the load balancers let the task finish its requests once it is deregistered."""
    return max((each.group.delay for each in places(world, cluster, task)), default=0.0)


def follow(world: World, cluster: Cluster, task: Task) -> None:
    """Register a task that begins to serve, and deregister one that ends."""
    leaving = world.balancing.leaving
    for place in places(world, cluster, task):
        known = place.group.targets.get(place.key)
        if task.status in SERVING:
            if known is None and _begins(world, task):
                _register(world, cluster, task, place)
        elif task.status in _LEAVING and task.id not in leaving and _served(task, known):
            target = known or target_of(cluster, task, place)
            drain(world, place.group, target, place.group.delay)
    if task.status in _LEAVING:
        leaving.add(task.id)
    if task.status in ("STOPPED", "DELETED"):
        leaving.discard(task.id)


def _served(task: Task, known: Target | None) -> bool:
    """Whether it was registered until now."""
    return known.state != "draining" if known else task.started_at > 0


def _begins(world: World, task: Task) -> bool:
    """Whether it has just become so; of one that has run for long, only its wish has changed."""
    return task.status == "ACTIVATING" or world.now() - task.started_at < _JUST_NOW


def target_of(cluster: Cluster, task: Task, place: Place) -> Target:
    """A new target for a task in its place."""
    zone = task.zone if place.group.kind == "ip" else ""
    return Target(place.id, place.port, zone, cluster, task)


def _register(world: World, cluster: Cluster, task: Task, place: Place) -> None:
    place.group.withdrawn.discard(place.key)
    begin(world, place.group, target_of(cluster, task, place))


def drain(world: World, group: TargetGroup, target: Target, seconds: float) -> None:
    """Take a target out of service: it drains for so many seconds and is gone."""
    if target.next is not None:
        target.next.cancel()
    target.become("draining", "Target.DeregistrationInProgress")
    group.targets[target.key] = target

    def leave() -> None:
        if group.targets.get(target.key) is target:
            del group.targets[target.key]

    target.next = world.agenda.after(seconds, leave)
