"""Where a cluster is that was named without its kind, and that ECS does not know."""

from __future__ import annotations

from typing import Any

from containerscope.model.eks import Cluster
from containerscope.model.listing import ApiError, Listing
from containerscope.resource import Clients
from containerscope.resources._cluster_columns import EKS_CHILDREN

_LACKING = "ClusterNotFoundException"
"""In the message of ECS about a cluster that it does not have."""


def lacks(listing: Listing[Any]) -> bool:
    """Whether a list could not be had because ECS has no such cluster."""
    return not listing.items and any(_LACKING in each.message for each in listing.problems)


async def elsewhere(clients: Clients, cluster: str) -> str:
    """The resource that a cluster of EKS or of the kubeconfig is opened with; empty for none.

    It is one call at most.
    """
    first = EKS_CHILDREN[0].resource
    if cluster in clients.kube_contexts:
        return first
    try:
        page = await clients.read("eks", "DescribeCluster", "cluster", Cluster, name=cluster)
    except ApiError:
        # What ECS says stays on screen, with where to look.
        return ""
    return first if page.items else ""
