"""EKS clusters, with those that EKS only shows because they are connected to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec

from containerscope.model.eks import Cluster
from containerscope.model.fleet import ClusterRow
from containerscope.model.listing import Item
from containerscope.resource import Clients, Column, Detail, Platform, Resource, Scope
from containerscope.resources import _cluster_columns as cluster
from containerscope.resources import _eks
from containerscope.resources._eks_cluster_details import TAB_PERMISSIONS, TABS, overview
from containerscope.resources._fleet import fleet, is_context


async def read(clients: Clients, scope: Scope, item: Item[ClusterRow]) -> Mapping[str, Any]:
    """The cluster whole, as DescribeCluster answers; of a context, its API server."""
    if is_context(item):
        told: Mapping[str, Any] = msgspec.json.decode(await clients.kube(item.name).get("/version"))
        return told
    answer = await clients.call("eks", "DescribeCluster", name=item.name)
    found: Mapping[str, Any] = answer.get("cluster") or {}
    return found


def _of(row: ClusterRow) -> Cluster:
    return row.eks or Cluster()


def _endpoint(row: ClusterRow) -> str | None:
    vpc = _of(row).resources_vpc_config
    if vpc is None:
        return None
    ways = {"public": vpc.endpoint_public_access, "private": vpc.endpoint_private_access}
    return " and ".join(name for name, is_open in ways.items() if is_open) or None


def _cidrs(row: ClusterRow) -> tuple[str, ...] | None:
    vpc = _of(row).resources_vpc_config
    return vpc.public_access_cidrs if vpc and vpc.endpoint_public_access else None


def _authentication(row: ClusterRow) -> str | None:
    access = _of(row).access_config
    return _eks.words(access.authentication_mode) if access else None


def _support(row: ClusterRow) -> str | None:
    policy = _of(row).upgrade_policy
    return _eks.words(policy.support_type) if policy else None


def _logs(row: ClusterRow) -> tuple[str, ...] | None:
    setups = _of(row).logging
    found = (setups.cluster_logging if setups else None) or ()
    return tuple(name for setup in found if setup.enabled for name in setup.types or ()) or None


PERMISSIONS = ("eks:ListClusters", "eks:DescribeCluster", "eks:DescribeClusterVersions")
SWEEP_PERMISSIONS = ("eks:ListNodegroups", "eks:DescribeNodegroup")

RESOURCE: Resource[ClusterRow] = Resource(
    name="eks",
    noun="EKS cluster",
    platform=Platform.EKS,
    several=True,
    model=ClusterRow,
    lister=partial(fleet, of_ecs=False, of_eks=True),
    aliases=("eks-clusters",),
    columns=(
        cluster.NAME,
        cluster.KIND,
        cluster.STATUS,
        cluster.HEALTH,
        cluster.NODES_COLUMN,
        cluster.VERSION,
        Column("PLATFORM", lambda row: _of(row).platform_version, priority=6),
        Column("ENDPOINT", _endpoint, priority=5),
        Column("FROM", _cidrs, wide=True, priority=6, name="cidrs"),
        Column("ACCESS", _authentication, priority=6, width=24),
        Column("SUPPORT", _support, wide=True, priority=7),
        Column("LOGS", _logs, wide=True, priority=7),
        Column("ROLE", lambda row: _eks.role(_of(row).role_arn), wide=True, priority=8),
        Column("AGE", lambda row: _of(row).created_at, kind="age", priority=4),
    ),
    read=read,
    health=cluster.health,
    changing=cluster.changing,
    children=cluster.EKS_CHILDREN,
    details=(Detail("Overview", overview), *TABS),
    console=cluster.console,
    permissions=PERMISSIONS + SWEEP_PERMISSIONS + TAB_PERMISSIONS,
    interval=2.0,
    empty="No EKS clusters in {scope}.",
    tags=cluster.tags,
    arn=cluster.arn_of,
)
