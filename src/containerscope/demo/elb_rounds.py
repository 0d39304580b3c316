"""The round that finds running tasks which have ceased to answer their load balancer."""

from __future__ import annotations

from containerscope.demo.ecs_state import Cluster, Service
from containerscope.demo.elb_checks import watch
from containerscope.demo.elb_targets import places, target_of
from containerscope.demo.world import World

_APART = 5.0
"""Seconds from one round to the next; a round without a spoiled fate looks at no task."""


def attach(world: World) -> None:
    """Make the rounds from now on."""
    world.agenda.every(_APART, lambda: go_round(world))


def go_round(world: World) -> None:
    """Check the targets of all services whose fate it is to fail."""
    spoiled = {key for key, fate in world.fates.items() if fate.target_reason}
    if not spoiled:
        return
    for cluster in world.clusters.values():
        for service in cluster.services.values():
            if service.load_balancers and spoiled & _fates(cluster, service):
                _look_at(world, cluster, service)


def _fates(cluster: Cluster, service: Service) -> set[str]:
    """The keys under which the fate of a service's tasks may stand."""
    named = {each.revision.definition.arn for each in service.deployments if each.role}
    return {f"{cluster.name}/{service.name}", *named}


def _look_at(world: World, cluster: Cluster, service: Service) -> None:
    for task in service.tasks.values():
        if task.status == "RUNNING" and world.fate(cluster, task).target_reason:
            for place in places(world, cluster, task):
                group = place.group
                if place.key not in group.targets and place.key not in group.withdrawn:
                    watch(world, group, target_of(cluster, task, place))
