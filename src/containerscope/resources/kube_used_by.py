"""What uses an object of Kubernetes: workloads, pods, ingresses and others that name it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import msgspec

from containerscope.insight import kube_any
from containerscope.insight.kube_uses import USERS, uses
from containerscope.insight.verdict import Verdict
from containerscope.kube import Kind, several, together
from containerscope.model.kube import Selector
from containerscope.model.kube_config import ServiceAccount
from containerscope.model.kube_network import Ingress
from containerscope.model.kube_using import (
    Binding,
    KubeUse,
    UsingCron,
    UsingJob,
    UsingPod,
    UsingWorkload,
)
from containerscope.model.kube_workload import Hpa
from containerscope.model.listing import Item, Listing, Missing
from containerscope.resource import Clients, Column, Demand, Platform, Resource, Scope
from containerscope.resources import _kube, _kube_delegate
from containerscope.resources._kube_kinds import used_in

_RBAC = "rbac.authorization.k8s.io/v1"
_KINDS: dict[str, Kind[Any]] = {
    "Deployment": Kind(UsingWorkload, "deployments", "apps/v1"),
    "StatefulSet": Kind(UsingWorkload, "statefulsets", "apps/v1"),
    "DaemonSet": Kind(UsingWorkload, "daemonsets", "apps/v1"),
    "CronJob": Kind(UsingCron, "cronjobs", "batch/v1"),
    "Job": Kind(UsingJob, "jobs", "batch/v1"),
    "Pod": Kind(UsingPod, "pods"),
    "Ingress": Kind(Ingress, "ingresses", "networking.k8s.io/v1"),
    "ServiceAccount": Kind(ServiceAccount, "serviceaccounts"),
    "HorizontalPodAutoscaler": Kind(Hpa, "horizontalpodautoscalers", "autoscaling/v2"),
    "RoleBinding": Kind(Binding, "rolebindings", _RBAC),
    "ClusterRoleBinding": Kind(Binding, "clusterrolebindings", _RBAC, namespaced=False),
}
_ORDER = {kind: place for place, kind in enumerate(_KINDS)}


async def users(clients: Clients, scope: Scope, demand: Demand) -> AsyncIterator[Listing[KubeUse]]:
    """Everything in the namespace that uses what the parent names, as it changes."""
    kind, name, selector = used_in(scope.parent)
    kinds = USERS[kind]
    within = scope.within(parent="")
    parts = [(_KINDS[each], within) for each in kinds]
    known: dict[str, Item[KubeUse]] = {}
    async with aclosing(several(parts, clients, demand)) as told:
        async for listings in told:
            rows: dict[str, Item[KubeUse]] = {}
            for each, listing in zip(kinds, listings, strict=True):
                for item in listing.items:
                    row = _row(each, item, known.get(item.key), (kind, name, selector))
                    if row is not None:
                        rows[item.key] = row
            known = rows
            yield together(listings, items=tuple(rows.values()))


def _row(
    kind: str,
    item: Item[Any],
    before: Item[KubeUse] | None,
    sought: tuple[str, str, Selector | None],
) -> Item[KubeUse] | None:
    use = None if before is None or isinstance(before.value, Missing) else before.value
    if use is not None and use.value is item.value:
        return before
    if _over(item.value):
        return None
    ways = uses(sought[0], sought[1], item.value, sought[2])
    if not ways:
        return None
    return msgspec.structs.replace(item, value=KubeUse(kind, item.value, ways))


def _over(value: Any) -> bool:
    """A pod that has ended keeps nothing in use."""
    phase = value.status.phase if isinstance(value, UsingPod) and value.status else None
    return phase in ("Succeeded", "Failed")


def _verdict(use: KubeUse) -> Verdict:
    return kube_any.verdict(use.kind, use.value)


def _kind_order(item: Item[KubeUse]) -> Any:
    return item.value if isinstance(item.value, Missing) else _ORDER.get(item.value.kind, 99)


RESOURCE: Resource[KubeUse] = Resource(
    name="kube-used-by",
    noun="user in Kubernetes",
    platform=Platform.KUBERNETES,
    model=KubeUse,
    lister=users,
    live=True,
    columns=(
        _kube.CLUSTER,
        _kube.NAMESPACE,
        Column("KIND", lambda use: use.kind, priority=1),
        _kube.NAME,
        Column("USES IT AS", lambda use: ", ".join(use.ways), priority=1, width=70, name="as"),
        _kube.health_column(_verdict),
        Column("READY", lambda use: kube_any.ready(use.kind, use.value), kind="ratio", priority=3),
        _kube.AGE,
        Column("#", of_item=_kind_order, kind="number", wide=True, priority=9, name="order"),
    ),
    read=_kube_delegate.read,
    health=_kube.health(_verdict),
    changing=_kube.changing(_verdict),
    children=_kube_delegate.CHILDREN,
    itself=_kube_delegate.itself,
    owner=_kube.OWNER,
    details=_kube_delegate.DETAILS,
    logs=_kube_delegate.logs,
    leads=_kube_delegate.place,
    needs=("cluster", "parent"),
    permissions=_kube.PERMISSIONS,
    sort="order",
    empty="Nothing in {scope} uses it.",
    tags=_kube.tags,
)
