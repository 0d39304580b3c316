"""What nodes and pods really use, where the cluster has a metrics server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from containerscope.insight.kube_quantity import amount
from containerscope.kube import Kind
from containerscope.model.kube import KubeError, Quantities, RawList
from containerscope.model.kube_usage import NodeUsage, PodUsage
from containerscope.model.listing import LOADING, Item, Missing, Why
from containerscope.resource import Clients, Join, Scope
from containerscope.resources import _kube

T = TypeVar("T")

USAGE = "usage"
NODE_USAGE: Kind[NodeUsage] = Kind(NodeUsage, "nodes", "metrics.k8s.io/v1beta1", namespaced=False)
POD_USAGE: Kind[PodUsage] = Kind(PodUsage, "pods", "metrics.k8s.io/v1beta1")
_NONE = Missing(Why.NOT_APPLICABLE, "this cluster has no metrics server (metrics.k8s.io)")


class Used(msgspec.Struct, frozen=True, gc=False):
    """What something uses."""

    cpu: float = 0.0
    """Cores."""
    memory: float = 0.0
    """Bytes."""


def _used(*usages: Quantities | None) -> Used:
    return Used(
        sum(amount((each or {}).get("cpu")) or 0.0 for each in usages),
        sum(amount((each or {}).get("memory")) or 0.0 for each in usages),
    )


async def _all(
    clients: Clients, kind: Kind[T], cluster: str, namespace: str = ""
) -> list[T] | None:
    """All measurements; None where nothing serves them."""
    try:
        body = await clients.kube(cluster).get(kind.path(namespace))
    except KubeError as error:
        if error.status == 404:
            return None
        raise
    decode = kind.decode()
    return [decode(raw) for raw in msgspec.json.decode(body, type=RawList).items or ()]


async def _of_nodes(
    clients: Clients, scope: Scope, items: Sequence[Item[Any]]
) -> Mapping[str, Any]:
    found = await _all(clients, NODE_USAGE, items[0].cluster or scope.cluster)
    if found is None:
        return {item.key: _NONE for item in items}
    by_name = {_kube.meta(each).name: _used(each.usage) for each in found}
    return {item.key: by_name.get(item.name) for item in items}


async def _of_pods(clients: Clients, scope: Scope, items: Sequence[Item[Any]]) -> Mapping[str, Any]:
    namespace = _kube.meta(items[0].value).namespace or ""
    found = await _all(clients, POD_USAGE, items[0].cluster or scope.cluster, namespace)
    if found is None:
        return {item.key: _NONE for item in items}
    by_name = {
        _kube.meta(each).name: _used(*(part.usage for part in each.containers or ()))
        for each in found
    }
    return {item.key: by_name.get(item.name) for item in items}


def used(item: Item[Any]) -> Used | Missing | None:
    """What is known of a row's use."""
    found: Used | Missing | None = item.joined.get(USAGE, LOADING)
    return found


NODE_JOIN: Join[Any] = Join(USAGE, _of_nodes, batch=1000, alike=lambda item: item.cluster)
POD_JOIN: Join[Any] = Join(
    USAGE,
    _of_pods,
    batch=1000,
    alike=lambda item: (item.cluster, _kube.meta(item.value).namespace),
)
