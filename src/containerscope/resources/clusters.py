"""Home: ECS and EKS clusters in one table; one being denied never hides the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

from containerscope.model.fleet import ClusterRow
from containerscope.model.listing import Item
from containerscope.resource import Block, Clients, Detail, Platform, Resource, Scope
from containerscope.resources import _cluster_columns as cluster
from containerscope.resources import _ecs_cluster_details, _eks_cluster_details, ecs, eks
from containerscope.resources._fleet import fleet, is_eks

_NODES = ("name", "health", "min", "desired", "max", "capacity", "types", "version", "age")


async def read(clients: Clients, scope: Scope, item: Item[ClusterRow]) -> Mapping[str, Any]:
    """The cluster whole, as its own service answers."""
    if is_eks(item):
        return await eks.read(clients, scope, item)
    return await ecs.read(clients, scope, item)


async def overview(
    clients: Clients, scope: Scope, item: Item[ClusterRow]
) -> AsyncIterator[tuple[Block, ...]]:
    """The overview of either kind."""
    details = _eks_cluster_details if is_eks(item) else _ecs_cluster_details
    async for blocks in details.overview(clients, scope, item):
        yield blocks


async def capacity(
    clients: Clients, scope: Scope, item: Item[ClusterRow]
) -> AsyncIterator[tuple[Block, ...]]:
    """What its tasks can run on; of an EKS cluster its node groups."""
    if not is_eks(item):
        async for blocks in _ecs_cluster_details.capacity(clients, scope, item):
            yield blocks
        return
    # Imported here: the names of the clusters stand before anybody looks into one.
    from containerscope.resources import nodegroups
    from containerscope.resources._listed import listed_blocks

    here = scope.within(cluster=item.name, service="", parent="")
    rows = listed_blocks("Node groups", nodegroups.RESOURCE, _NODES, clients, here, "this cluster")
    async for blocks in rows:
        yield blocks


RESOURCE: Resource[ClusterRow] = Resource(
    name="clusters",
    noun="cluster",
    platform=Platform.BOTH,
    model=ClusterRow,
    lister=partial(fleet, of_ecs=True, of_eks=True),
    aliases=("cl", "home"),
    columns=(
        cluster.NAME,
        cluster.KIND,
        cluster.STATUS,
        cluster.HEALTH,
        cluster.SERVICES,
        cluster.RUN,
        cluster.PEND,
        cluster.NODES_COLUMN,
        cluster.VERSION,
    ),
    read=read,
    health=cluster.health,
    changing=cluster.changing,
    children=cluster.ECS_CHILDREN + cluster.EKS_CHILDREN,
    details=(Detail("Overview", overview), Detail("Capacity", capacity)),
    console=cluster.console,
    permissions=ecs.PERMISSIONS + eks.PERMISSIONS + ecs.SWEEP_PERMISSIONS + eks.SWEEP_PERMISSIONS,
    interval=2.0,
    empty="No clusters in {scope}.",
    tags=cluster.tags,
    arn=cluster.arn_of,
)
