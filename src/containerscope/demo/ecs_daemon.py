"""Services with a task on each container instance."""

from __future__ import annotations

from containerscope.demo import ecs_launch, ecs_rolling, ecs_tell
from containerscope.demo.ecs_placement import fits, needs_of, usage
from containerscope.demo.ecs_rollout import bounds
from containerscope.demo.ecs_state import Cluster, Instance, Service
from containerscope.demo.ecs_wake import poke
from containerscope.demo.world import World


def roll(world: World, cluster: Cluster, service: Service, fit: frozenset[str]) -> None:
    """Give each active instance its task, replacing old ones as far as the minimum allows."""
    hosts = [each for each in cluster.instances.values() if each.status == "ACTIVE"]
    primary = service.primary
    service.desired = primary.desired = 0 if service.status == "DRAINING" else len(hosts)
    alive = [each for each in service.tasks.values() if each.alive]
    here = {each.id for each in hosts} if service.desired else set()
    homeless = [each for each in alive if each.instance not in here]
    ecs_rolling.retire(world, cluster, service, homeless, len(homeless), fit)
    alive = [each for each in alive if each.alive]
    old = [each for each in alive if each.started_by != primary.id]
    least, _ = bounds(service.desired, service.minimum, 100)
    spare = sum(1 for each in alive if each.id in fit) - least
    unready = sum(1 for each in old if each.id not in fit)
    ecs_rolling.retire(world, cluster, service, old, min(len(old), spare + unready), fit)
    for each in service.live[1:]:
        each.desired = sum(1 for task in old if task.alive and task.started_by == each.id)
    if primary.rollout != "FAILED" and service.desired:
        _start(world, cluster, service, hosts)


def _start(world: World, cluster: Cluster, service: Service, hosts: list[Instance]) -> None:
    taken = {each.instance for each in service.tasks.values() if not each.stopped_at}
    free = [each for each in hosts if each.id not in taken]
    if not free:
        return
    if world.now() < service.retry_at:
        poke(world, cluster, service, service.retry_at - world.now())
        return
    used, needs = usage(cluster), needs_of(service.definition)
    made = [
        ecs_launch.start_on(world, cluster, service, service.primary, each)
        for each in free
        if not fits(each, used[each.id], needs)
    ]
    if made:
        ecs_tell.say(world, cluster, service, ecs_tell.started(made))
