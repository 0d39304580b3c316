"""Home: ECS and EKS clusters in one table; one being denied never hides the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

import msgspec

from containerscope.model.fleet import ClusterRow
from containerscope.model.listing import Item
from containerscope.resource import Block, Clients, Detail, Platform, Resource, Scope
from containerscope.resources import _cluster_columns as cluster
from containerscope.resources import _ecs_cluster_details, _eks_cluster_details, ecs, eks
from containerscope.resources._fleet import context_blocks, fleet, is_context, is_eks


async def read(clients: Clients, scope: Scope, item: Item[ClusterRow]) -> Mapping[str, Any]:
    """The cluster whole, as its own service answers."""
    if is_context(item):
        found: Mapping[str, Any] = msgspec.json.decode(
            await clients.kube(item.name).get("/version")
        )
        return found
    if is_eks(item):
        return await eks.read(clients, scope, item)
    return await ecs.read(clients, scope, item)


async def overview(
    clients: Clients, scope: Scope, item: Item[ClusterRow]
) -> AsyncIterator[tuple[Block, ...]]:
    """The overview of any kind."""
    if is_context(item):
        yield context_blocks(item)
        return
    details = _eks_cluster_details if is_eks(item) else _ecs_cluster_details
    async for blocks in details.overview(clients, scope, item):
        yield blocks


RESOURCE: Resource[ClusterRow] = Resource(
    name="clusters",
    noun="cluster",
    platform=Platform.BOTH,
    several=True,
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
    details=(
        Detail("Overview", overview),
        Detail("Capacity", _ecs_cluster_details.capacity, lambda item: not is_eks(item)),
        *_eks_cluster_details.TABS,
    ),
    console=cluster.console,
    permissions=ecs.PERMISSIONS + eks.PERMISSIONS + ecs.SWEEP_PERMISSIONS + eks.SWEEP_PERMISSIONS,
    interval=2.0,
    empty="No clusters in {scope}.",
    tags=cluster.tags,
    arn=cluster.arn_of,
)
