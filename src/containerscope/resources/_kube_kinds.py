"""From what one object says of another to the list in which that other one is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from containerscope.kube.selection import by_fields
from containerscope.model.kube import Meta, Owner, Reference, Selector
from containerscope.model.kube_custom import ApiTypes
from containerscope.model.listing import ApiError, Item, Missing, Problem, Why
from containerscope.resource import Child, Clients, Jump, Scope

RESOURCES = {
    ("", "ConfigMap"): "configmaps",
    ("", "Event"): "events",
    ("", "Namespace"): "namespaces",
    ("", "Node"): "nodes",
    ("", "PersistentVolume"): "pvs",
    ("", "PersistentVolumeClaim"): "pvcs",
    ("", "Pod"): "pods",
    ("", "Secret"): "secrets",
    ("", "Service"): "kube-services",
    ("", "ServiceAccount"): "serviceaccounts",
    ("apps", "DaemonSet"): "daemonsets",
    ("apps", "Deployment"): "deployments",
    ("apps", "ReplicaSet"): "replicasets",
    ("apps", "StatefulSet"): "statefulsets",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "crds",
    ("autoscaling", "HorizontalPodAutoscaler"): "hpas",
    ("batch", "CronJob"): "cronjobs",
    ("batch", "Job"): "jobs",
    ("elbv2.k8s.aws", "TargetGroupBinding"): "targetgroupbindings",
    ("networking.k8s.io", "Ingress"): "ingresses",
    ("storage.k8s.io", "StorageClass"): "storageclasses",
}
"""Group and kind -> the resource that lists it."""
_WHOLE_CLUSTER = frozenset({"crds", "namespaces", "nodes", "pvs", "storageclasses"})
_KNOWN = 300.0
Lead = tuple[str, Scope, str] | None
"""Resource, scope and key of a row elsewhere."""


def group_of(api_version: str | None) -> str:
    """The group in `apps/v1`; empty for `v1`."""
    group, slash, _ = (api_version or "").partition("/")
    return group if slash else ""


def listed_as(api_version: str | None, kind: str | None) -> str | None:
    """The resource that lists objects of a kind; None for one that only discovery knows."""
    return RESOURCES.get((group_of(api_version), kind or ""))


def the_one(scope: Scope, resource: str, namespace: str, name: str) -> Scope:
    """A scope in which one object is listed alone."""
    inside = "" if resource in _WHOLE_CLUSTER else namespace
    return scope.within(service="", namespace=inside, parent=by_fields(f"metadata.name={name}"))


def lead_to(scope: Scope, item: Item[Any], found: Reference | None) -> Lead:
    """Where the object is that a row names; None for a kind that only discovery knows."""
    resource = listed_as(found.api_version, found.kind) if found is not None else None
    if resource is None or found is None or not found.name:
        return None
    meta: Meta | None = getattr(item.value, "metadata", None)
    namespace = found.namespace or (meta.namespace if meta else None) or ""
    within = scope.within(cluster=item.cluster or scope.cluster)
    return resource, the_one(within, resource, namespace, found.name), ""


async def resource_of(
    clients: Clients, cluster: str, api_version: str | None, kind: str | None
) -> str:
    """The resource that lists objects of a kind, custom ones too; raises `ApiError`."""
    known = listed_as(api_version, kind)
    if known is not None:
        return known
    base = f"/apis/{api_version}" if "/" in (api_version or "") else f"/api/{api_version}"

    async def discover() -> str:
        told = msgspec.json.decode(await clients.kube(cluster).get(base), type=ApiTypes)
        for each in told.resources or ():
            if each.kind == kind and each.name and "/" not in each.name:
                return f"{each.name}.{group_of(api_version)}"
        message = f"{cluster} serves no {kind} in {api_version}"
        raise ApiError(Problem(Why.FAILED, f"kubernetes:get {base}", message, where=cluster))

    return await clients.cached(("kube-kind", cluster, api_version, kind), _KNOWN, discover)


def _owner(item: Item[Any]) -> Owner | None:
    meta: Meta | None = getattr(item.value, "metadata", None)
    return meta.owner if meta is not None else None


async def _owner_place(clients: Clients, scope: Scope, item: Item[Any]) -> tuple[str, Scope]:
    owner = _owner(item) or Owner()
    cluster = item.cluster or scope.cluster
    resource = await resource_of(clients, cluster, owner.api_version, owner.kind)
    within = scope.within(cluster=cluster)
    namespace = item.value.metadata.namespace or ""  # type: ignore[union-attr]
    return resource, the_one(within, resource, namespace, owner.name or "")


OWNER: Jump[Any] = Jump(lambda item: _owner(item) is not None, _owner_place)
"""To what controls an object."""


_USED = "uses:"


def used_by(kind: str, selector: Callable[[Any], Selector | None] = lambda _: None) -> Child[Any]:
    """What uses a row, whose objects are of this kind; a service selects by its selector."""

    def scope(here: Scope, item: Item[Any]) -> Scope:
        meta: Meta | None = getattr(item.value, "metadata", None)
        found = None if isinstance(item.value, Missing) else selector(item.value)
        labels = msgspec.json.encode((found and found.match_labels) or {}).decode()
        return here.within(
            cluster=item.cluster or here.cluster,
            service="",
            namespace=(meta.namespace if meta else None) or here.namespace,
            parent=used(kind, item.name, labels),
        )

    return Child("kube-used-by", scope)


def used(kind: str, name: str, labels: str = "{}") -> str:
    """The parent of a scope of what uses an object; `labels` are what it selects by, as JSON."""
    return f"{_USED}{kind}/{name} {labels}"


def used_in(parent: str) -> tuple[str, str, Selector]:
    """Kind, name and selector, from the parent of such a scope."""
    what, _, labels = parent.removeprefix(_USED).partition(" ")
    kind, _, name = what.partition("/")
    return kind, name, Selector(msgspec.json.decode(labels or "{}", type=dict[str, str]))
