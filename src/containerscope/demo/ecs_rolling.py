"""Starting and stopping the tasks of a service, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from containerscope.demo import ecs_launch, ecs_tell, elb_targets
from containerscope.demo.ecs_breaker import scaling
from containerscope.demo.ecs_death import stop
from containerscope.demo.ecs_rollout import BATCH, Counts, moves
from containerscope.demo.ecs_state import Cluster, Deployment, Service, Task
from containerscope.demo.ecs_wake import poke
from containerscope.demo.world import World

_RETRY = 300.0
"""Seconds until a place is looked for again when nothing on the instances has changed."""
_COMPLAIN_EVERY = 580.0


def roll(world: World, cluster: Cluster, service: Service, fit: frozenset[str]) -> None:
    """One step of a rolling deployment, or of replacing and scaling, which is no different."""
    primary = service.primary
    alive = [each for each in service.tasks.values() if each.alive]
    leaving = {each.id for each in cluster.instances.values() if each.status == "DRAINING"}
    new = [each for each in alive if each.started_by == primary.id and each.instance not in leaving]
    old = [each for each in alive if each.started_by != primary.id or each.instance in leaving]
    unready = [each for each in old if each.id not in fit]
    counts = Counts(
        service.desired,
        len(new),
        len(old),
        sum(1 for each in alive if each.id in fit),
        len(unready),
    )
    planned = moves(counts, service.minimum, service.maximum)
    retire(world, cluster, service, old, planned.stop_old, fit)
    retire(world, cluster, service, new, planned.stop_new, fit)
    for each in service.live:
        if each is not primary:
            each.desired = sum(1 for task in old if task.alive and task.started_by == each.id)
    primary.desired = service.desired
    if planned.stuck:
        ecs_tell.complain(world, cluster, service, "config", ecs_tell.blocked(), _COMPLAIN_EVERY)
    if primary.rollout != "FAILED":
        start(world, cluster, service, primary, planned.start)
    if planned.start == BATCH:
        poke(world, cluster, service, 5.0)


def start(
    world: World, cluster: Cluster, service: Service, deployment: Deployment, count: int
) -> None:
    """Start tasks of a deployment, unless too many failed just now; say what came of it."""
    if count <= 0:
        return
    if world.now() < service.retry_at:
        poke(world, cluster, service, service.retry_at - world.now())
        return
    made, miss = ecs_launch.start(world, cluster, service, deployment, count)
    if made:
        ecs_tell.say(world, cluster, service, ecs_tell.started(made))
    if miss is not None:
        text = ecs_tell.unplaced(miss.detail)
        ecs_tell.complain(world, cluster, service, "placement", text, _COMPLAIN_EVERY)
        poke(world, cluster, service, _RETRY)


def retire(
    world: World,
    cluster: Cluster,
    service: Service,
    tasks: Sequence[Task],
    count: int,
    fit: frozenset[str],
) -> None:
    """Stop so many of the tasks: what does not serve first, then from the fullest zone."""
    if count <= 0:
        return
    now = world.now()
    free = [each for each in tasks if each.protected_until <= now]
    by_id = {each.id: each for each in service.deployments}
    chosen = _chosen(free, count, fit)
    if len(chosen) < count:
        text = ecs_tell.protected(service.primary.id)
        ecs_tell.complain(world, cluster, service, "protection", text, _COMPLAIN_EVERY)
        ends = [each.protected_until for each in tasks if each.protected_until > now]
        poke(world, cluster, service, min(ends) - now)
    ran = [each for each in chosen if each.status == "RUNNING"]
    for each in chosen:
        each.seen_to = True
        stop(world, cluster, each, *scaling(by_id[each.started_by]))
    tell_stopped(world, cluster, service, ran)


def _chosen(tasks: Sequence[Task], count: int, fit: frozenset[str]) -> list[Task]:
    left = list(tasks)
    zones = Counter(each.zone for each in left)
    chosen = []
    for _ in range(min(count, len(left))):
        worst = min(
            left, key=lambda each: (each.id in fit, -zones[each.zone], each.created_at, each.id)
        )
        left.remove(worst)
        zones[worst.zone] -= 1
        chosen.append(worst)
    return chosen


def groups_of(world: World, cluster: Cluster, tasks: Sequence[Task]) -> Counter[str]:
    """The ARNs of the target groups that tasks stand in, and how many of them do."""
    return Counter(
        place.group.arn for task in tasks for place in elb_targets.places(world, cluster, task)
    )


def tell_stopped(world: World, cluster: Cluster, service: Service, tasks: Sequence[Task]) -> None:
    """Say that tasks have been stopped, and are targets no more."""
    if not tasks:
        return
    for group, count in groups_of(world, cluster, tasks).items():
        ecs_tell.say(world, cluster, service, ecs_tell.deregistered(count, group))
    if service.load_balancers:
        ecs_tell.say(world, cluster, service, ecs_tell.draining(len(tasks)))
    ecs_tell.say(world, cluster, service, ecs_tell.stopped(tasks))
