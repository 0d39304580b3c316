"""ECS clusters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from containerscope.model.fleet import ClusterRow
from containerscope.model.listing import Item
from containerscope.resource import Clients, Detail, Platform, Resource, Scope
from containerscope.resources import _cluster_columns as cluster
from containerscope.resources import _ecs
from containerscope.resources._ecs_cluster_details import INCLUDE, capacity, overview
from containerscope.resources._fleet import fleet


async def read(clients: Clients, scope: Scope, item: Item[ClusterRow]) -> Mapping[str, Any]:
    """The cluster whole, as DescribeClusters answers."""
    return await _ecs.read_one(
        clients, "DescribeClusters", "clusters", clusters=[item.key], include=INCLUDE
    )


PERMISSIONS = ("ecs:ListClusters", "ecs:DescribeClusters")
SWEEP_PERMISSIONS = ("ecs:ListServices", "ecs:DescribeServices")

RESOURCE: Resource[ClusterRow] = Resource(
    name="ecs",
    noun="ECS cluster",
    platform=Platform.ECS,
    several=True,
    model=ClusterRow,
    lister=partial(fleet, of_ecs=True, of_eks=False),
    aliases=("ecs-clusters",),
    columns=(
        cluster.NAME,
        cluster.KIND,
        cluster.STATUS,
        cluster.HEALTH,
        cluster.SERVICES,
        cluster.RUN,
        cluster.PEND,
        cluster.NODES_COLUMN,
    ),
    read=read,
    health=cluster.health,
    changing=cluster.changing,
    children=cluster.ECS_CHILDREN,
    details=(Detail("Overview", overview), Detail("Capacity", capacity)),
    console=cluster.console,
    permissions=PERMISSIONS + SWEEP_PERMISSIONS,
    interval=2.0,
    empty="No ECS clusters in {scope}.",
    tags=cluster.tags,
    arn=cluster.arn_of,
)
