"""Container instances that come and go."""

from __future__ import annotations

from containerscope.demo import ecs_death, ecs_launch, ecs_life
from containerscope.demo.ecs_placement import Miss, choose, needs_of, usage
from containerscope.demo.ecs_state import Cluster, Instance, Task
from containerscope.demo.ecs_wake import capacity_changed, poke
from containerscope.demo.world import World


def register(world: World, cluster: Cluster, instance: Instance) -> Instance:
    """The instance, now of the cluster; what waited for room may go to it."""
    cluster.instances[instance.id] = instance
    refresh(world, cluster)
    return instance


def lose(world: World, cluster: Cluster, instance: Instance, reason: str = "") -> None:
    """Take an instance away, and its tasks with it.

    Without a reason its machine was terminated.
    """
    text = reason or f"Host EC2 (instance {instance.ec2_id}) terminated."
    cluster.instances.pop(instance.id, None)
    for task in [each for each in cluster.tasks.values() if each.instance == instance.id]:
        ecs_death.lose(world, cluster, task, text)
    refresh(world, cluster)


def drain(world: World, cluster: Cluster, instance: Instance, *, back: bool = False) -> None:
    """Let services move their tasks off an instance, or let it have tasks again."""
    instance.status = "ACTIVE" if back else "DRAINING"
    for task in waiting_on(cluster, instance):
        service = cluster.services.get(task.service)
        if service is not None and not back:
            reason = "Container instance is in DRAINING state."
            ecs_death.stop(world, cluster, task, "ServiceSchedulerInitiated", reason)
    refresh(world, cluster)


def set_agent(world: World, cluster: Cluster, instance: Instance, *, connected: bool) -> None:
    """Let an instance's agent be reached, or not; its tasks run on without it."""
    instance.agent_connected = connected
    refresh(world, cluster)


def waiting_on(cluster: Cluster, instance: Instance) -> list[Task]:
    """The tasks that an instance has got but not started to run."""
    return [
        each
        for each in cluster.tasks.values()
        if each.instance == instance.id and each.alive and each.status == "PENDING"
    ]


def refresh(world: World, cluster: Cluster) -> None:
    """Look again at all that depends on the cluster's instances."""
    _place_waiting(world, cluster)
    capacity_changed(world, cluster)
    for service in cluster.services.values():
        if service.launch_type == "EC2":
            poke(world, cluster, service)


def _place_waiting(world: World, cluster: Cluster) -> None:
    """Give tasks that wait for their capacity provider a place, in the order they came."""
    waiting = [
        each
        for each in cluster.tasks.values()
        if each.launch_type == "EC2" and not each.instance and each.alive
    ]
    if not waiting:
        return
    used = usage(cluster)
    for task in waiting:
        service = cluster.services.get(task.service)
        peers = [each for each in (service.tasks.values() if service else ()) if each.alive]
        needs = needs_of(task.definition)
        found = choose(
            cluster,
            used,
            needs,
            peers,
            provider=task.capacity_provider,
            placement=service.placement if service else (),
        )
        if not isinstance(found, Miss):
            ecs_launch.put(task, found)
            used[found.id].take(needs)
            ecs_life.place(world, cluster, task)
