"""Where stories play: a service, if the account still has it."""

from __future__ import annotations

from typing import NamedTuple

from containerscope.demo.ecs_state import Cluster, Service
from containerscope.demo.world import World


class Scene(NamedTuple):
    """A service in its cluster."""

    cluster: Cluster
    service: Service


def scene(world: World, cluster: str, service: str) -> Scene | None:
    """The service by the names of it and of its cluster; None where someone has deleted it."""
    where = world.clusters.get(cluster)
    found = where.services.get(service) if where else None
    if where is None or found is None or found.status != "ACTIVE":
        return None
    return Scene(where, found)
