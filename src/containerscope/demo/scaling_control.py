"""The services that scaling scales."""

from __future__ import annotations

from containerscope.demo.ecs_state import Cluster, Service
from containerscope.demo.scaling_state import Target
from containerscope.demo.world import World


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


def is_deploying(service: Service) -> bool:
    """Whether a deployment of the service is under way."""
    return any(each.rollout == "IN_PROGRESS" for each in service.live)
