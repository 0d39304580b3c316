"""When the scheduler looks at a service: soon after something of it has changed."""

from __future__ import annotations

from functools import partial

from containerscope.demo.ecs_state import Cluster, Service
from containerscope.demo.world import World

_SOON = 2.0


def poke(world: World, cluster: Cluster, service: Service, wait: float = _SOON) -> None:
    """Let the scheduler look at a service in so many seconds, unless it does so before."""
    at = world.now() + wait
    if service.wake is not None:
        if service.wake.at <= at:
            return
        service.wake.cancel()
    service.wake = world.agenda.at(at, partial(_look, world, cluster, service))


def capacity_changed(world: World, cluster: Cluster) -> None:
    """Let what waits for room on the cluster's instances try again."""
    for service in cluster.services.values():
        if service.launch_type == "EC2" and service.status != "INACTIVE" and not service.steady:
            poke(world, cluster, service)


def _look(world: World, cluster: Cluster, service: Service) -> None:
    service.wake = None
    if world.scheduler is not None:
        world.scheduler.look(world, cluster, service)
