"""Where a cluster is that was named without its kind, and that ECS does not know."""

from __future__ import annotations

from typing import Any

from containerscope.model.eks import Cluster
from containerscope.model.listing import ApiError, Listing, Phase
from containerscope.resource import Clients
from containerscope.resources._cluster_columns import EKS_CHILDREN

_LACKING = "ClusterNotFoundException"
"""In the message of ECS about a cluster that it does not have."""


async def elsewhere(clients: Clients, listing: Listing[Any], cluster: str) -> str:
    """The resource that a cluster of EKS or of the kubeconfig is opened with; empty for none.

    Nothing is asked unless the listing says that ECS has no such cluster; then it is one call.
    """
    lacking = any(_LACKING in each.message for each in listing.problems)
    if listing.phase is not Phase.DONE or listing.items or not lacking:
        return ""
    first = EKS_CHILDREN[0].resource
    if cluster in clients.kube_contexts:
        return first
    try:
        page = await clients.read("eks", "DescribeCluster", "cluster", Cluster, name=cluster)
    except ApiError:
        # What ECS says stays on screen, with where to look.
        return ""
    return first if page.items else ""
