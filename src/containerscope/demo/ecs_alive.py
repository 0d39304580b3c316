"""Sets a world that was laid out as of one moment going."""

from __future__ import annotations

from containerscope.demo import ecs_life
from containerscope.demo.ecs_scheduler import ServiceScheduler
from containerscope.demo.ecs_state import Service
from containerscope.demo.ecs_steady import next_reminder, remind
from containerscope.demo.ecs_wake import poke
from containerscope.demo.world import World


def start(world: World) -> None:
    """Let every task and every service live on from now; nothing has moved yet."""
    for cluster in world.clusters.values():
        for task in cluster.tasks.values():
            ecs_life.adopt(world, cluster, task)
        for service in cluster.services.values():
            running = sum(1 for each in service.tasks.values() if each.status == "RUNNING")
            service.history = service.history or [(service.created_at, service.desired, running)]
            service.steady = _steady(service, running)
            if service.steady:
                remind(world, cluster, service, next_reminder(service))
            else:
                poke(world, cluster, service, 5.0)
    world.scheduler = ServiceScheduler()


def _steady(service: Service, running: int) -> bool:
    settled = all(each.rollout == "COMPLETED" for each in service.deployments if each.role)
    return settled and running == service.desired
