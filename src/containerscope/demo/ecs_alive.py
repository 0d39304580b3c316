"""Sets a world that was laid out as of one moment going."""

from __future__ import annotations

from containerscope.demo import ecs_life
from containerscope.demo.ecs_scheduler import ServiceScheduler
from containerscope.demo.ecs_state import Service
from containerscope.demo.ecs_steady import count, next_reminder, remind
from containerscope.demo.ecs_wake import poke
from containerscope.demo.world import World


def start(world: World) -> None:
    """Let every task and every service live on from now; nothing has moved yet."""
    for cluster in world.clusters.values():
        for task in cluster.tasks.values():
            ecs_life.adopt(world, cluster, task)
        for service in cluster.services.values():
            for task in service.tasks.values():
                count(service, task)
            begun = (service.created_at, service.desired, service.running)
            service.history = service.history or [begun]
            service.steady = _steady(service)
            if service.steady:
                remind(world, cluster, service, next_reminder(service))
            else:
                poke(world, cluster, service, 5.0)
    world.scheduler = ServiceScheduler()


def _steady(service: Service) -> bool:
    settled = all(each.rollout == "COMPLETED" for each in service.deployments if each.role)
    return settled and service.running == service.desired
