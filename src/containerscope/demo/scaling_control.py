"""The one door from scaling to the services that it scales."""

from __future__ import annotations

from containerscope.demo.ecs_state import Cluster, Service
from containerscope.demo.load import counts_at, key_of
from containerscope.demo.scaling_state import Target
from containerscope.demo.world import World

_START = 70.0
"""Seconds until a task that is wanted runs."""


def service_of(world: World, resource: str) -> tuple[Cluster, Service] | None:
    """The service behind `service/CLUSTER/SERVICE`, unless it is gone."""
    parts = resource.split("/")
    if len(parts) != 3 or parts[0] != "service":
        return None
    cluster = world.clusters.get(parts[1])
    service = cluster.services.get(parts[2]) if cluster else None
    return None if cluster is None or service is None else (cluster, service)


def scaled_service(world: World, target: Target) -> tuple[Cluster, Service] | None:
    """The service that a target scales."""
    return service_of(world, target.resource)


def set_desired(world: World, cluster: Cluster, service: Service, count: int) -> None:
    """Let the service have this many tasks, as `UpdateService` would."""
    past = world.load.past.setdefault(key_of(cluster, service), [])
    running = counts_at(world, cluster, service, world.now())[1]
    service.desired = service.deployments[0].desired = count
    past.append((world.now(), count, running))
    world.agenda.after(_START, lambda: past.append((world.now(), service.desired, count)))


def is_deploying(service: Service) -> bool:
    """Whether a deployment of the service is under way."""
    return any(each.rollout == "IN_PROGRESS" for each in service.deployments if each.role)
