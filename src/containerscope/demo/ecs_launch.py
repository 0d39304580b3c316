"""The tasks that a service's scheduler starts: where they go and what pays for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from containerscope.demo import ecs_life
from containerscope.demo.ecs_placement import Miss, choose, needs_of, usage
from containerscope.demo.ecs_state import Cluster, Deployment, Instance, Service, Task
from containerscope.demo.ids import hexes, number, subnet
from containerscope.demo.world import World

ZONES = "abc"


def start(
    world: World, cluster: Cluster, service: Service, deployment: Deployment, count: int
) -> tuple[list[Task], Miss | None]:
    """Start up to that many tasks of a deployment; and why there are no more, if there are not."""
    peers = [each for each in service.tasks.values() if each.alive]
    if service.launch_type != "EC2":
        return [_on_fargate(world, cluster, service, deployment, peers) for _ in range(count)], None
    used = usage(cluster)
    needs = needs_of(deployment.revision.definition)
    made: list[Task] = []
    for _ in range(count):
        task = _new(world, cluster, service, deployment)
        task.capacity_provider = provider_for(service.strategy, peers)
        found = choose(
            cluster,
            used,
            needs,
            peers,
            provider=task.capacity_provider,
            placement=service.placement,
        )
        if isinstance(found, Miss):
            if not scales(world, task.capacity_provider):
                return made, found
        else:
            put(task, found)
            used[found.id].take(needs)
        peers.append(task)
        made.append(ecs_life.launch(world, cluster, task))
    return made, None


def start_on(
    world: World, cluster: Cluster, service: Service, deployment: Deployment, instance: Instance
) -> Task:
    """Start a daemon's task on this instance."""
    task = _new(world, cluster, service, deployment)
    put(task, instance)
    return ecs_life.launch(world, cluster, task)


def put(task: Task, instance: Instance) -> None:
    """Give a task its place."""
    task.instance, task.zone = instance.id, instance.zone
    if instance.capacity_provider and task.capacity_provider:
        task.capacity_provider = instance.capacity_provider


def scales(world: World, provider: str) -> bool:
    """Whether tasks without a place wait for instances that a capacity provider will add."""
    found = world.capacity_providers.get(provider)
    group = found.body.get("autoScalingGroupProvider", {}) if found else {}
    return bool(group.get("managedScaling", {}).get("status") == "ENABLED")


def provider_for(strategy: Sequence[Mapping[str, Any]], peers: Sequence[Task]) -> str:
    """The capacity provider of the next task: bases first, then by weights."""
    counts = Counter(each.capacity_provider for each in peers)
    for each in strategy:
        if counts[each["capacityProvider"]] < each.get("base", 0):
            return str(each["capacityProvider"])
    weighted = [each for each in strategy if each.get("weight", 0)]
    if not weighted:
        return str(strategy[0]["capacityProvider"]) if strategy else ""
    chosen = min(
        weighted,
        key=lambda each: (
            (counts[each["capacityProvider"]] - each.get("base", 0) + 1) / each["weight"]
        ),
    )
    return str(chosen["capacityProvider"])


def _on_fargate(
    world: World, cluster: Cluster, service: Service, deployment: Deployment, peers: list[Task]
) -> Task:
    task = _new(world, cluster, service, deployment)
    task.capacity_provider = provider_for(service.strategy, peers)
    zones = zones_of(cluster, service.awsvpc)
    taken = Counter(each.zone for each in peers)
    first = number(len(zones), service.name)
    task.zone = min(zones[first:] + zones[:first], key=lambda each: taken[each])
    peers.append(task)
    return ecs_life.launch(world, cluster, task)


def zones_of(cluster: Cluster, awsvpc: Mapping[str, Any]) -> str:
    """The zones that a network configuration's subnets are in."""
    subnets = awsvpc.get("subnets", ())
    found = "".join(zone for zone in ZONES if subnet(cluster.name, zone) in subnets)
    return found or ZONES


def _new(world: World, cluster: Cluster, service: Service, deployment: Deployment) -> Task:
    service.launched += 1
    seed = (world.seed, cluster.name, service.name, deployment.id, "launched", service.launched)
    return Task(
        hexes(32, "task", *seed),
        deployment.revision.definition,
        world.now(),
        service=service.name,
        started_by=deployment.id,
        launch_type=service.launch_type,
        exec_enabled=service.exec_enabled,
        tags=service.tags,
    )
