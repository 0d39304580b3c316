"""Rows that stand for things of several kinds: each is read and shown as in its own list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, Protocol, cast

import msgspec

from containerscope.kube.selection import by_labels
from containerscope.model.ecs_service import Service
from containerscope.model.kube_pod import PodContainer
from containerscope.model.listing import ApiError, Item, Missing, Problem, Why
from containerscope.model.log_source import Sources
from containerscope.resource import Block, Child, Clients, Detail, Resource, Scope
from containerscope.resources import _kube, _kube_kinds, find

_CONTAINERS = "pod-containers"
ECS_SERVICE = "ECS service"
_BY_KIND = {kind: name for (_, kind), name in _kube_kinds.RESOURCES.items()} | {
    "Container": _CONTAINERS,
    ECS_SERVICE: "services",
}


class Kinded(Protocol):
    """The value of such a row."""

    @property
    def kind(self) -> str:
        """`Deployment`, `Pod`, `Container` …"""

    @property
    def value(self) -> Any:
        """The object itself."""


def resource_of(item: Item[Any]) -> Resource[Any] | None:
    """The resource in whose list the object is."""
    if isinstance(item.value, Missing):
        return None
    name = _BY_KIND.get(item.value.kind)
    return find(name) if name else None


def own(item: Item[Any]) -> Item[Any]:
    """The row as it is in its own list."""
    if isinstance(item.value, Missing):
        return item
    return msgspec.structs.replace(item, value=item.value.value)


def place(scope: Scope, item: Item[Any]) -> tuple[str, Scope, str] | None:
    """The list in which the object is alone, and its key there."""
    resource = resource_of(item)
    if resource is None:
        return None
    value = item.value.value  # type: ignore[union-attr]
    within = scope.within(cluster=item.cluster or scope.cluster, service="")
    if isinstance(value, Service):
        return resource.name, within.within(service=item.name, namespace="", parent=""), item.key
    if isinstance(value, PodContainer):
        there = within.within(namespace=value.namespace, parent=f"pod:{value.pod}")
        return _CONTAINERS, there, item.key
    namespace = _kube.meta(value).namespace or ""
    one = _kube_kinds.the_one(within, resource.name, namespace, item.name)
    return resource.name, one, item.key


def itself(scope: Scope, item: Item[Any]) -> tuple[Resource[Any], Scope, Item[Any]] | None:
    """The row in the object's own list."""
    resource, found = resource_of(item), place(scope, item)
    return None if resource is None or found is None else (resource, found[1], own(item))


def _inside(scope: Scope, item: Item[Any]) -> Scope:
    """The scope that the object's own list would have."""
    found = place(scope, item)
    return found[1] if found else scope


async def read(clients: Clients, scope: Scope, item: Item[Any]) -> Mapping[str, Any]:
    """The object whole."""
    resource = resource_of(item)
    if resource is None:
        raise ApiError(Problem(Why.FAILED, "kubernetes:get", "it cannot be read from here"))
    return await resource.read(clients, _inside(scope, item), own(item))


async def _overview(
    clients: Clients, scope: Scope, item: Item[Any]
) -> AsyncIterator[tuple[Block, ...]]:
    resource = resource_of(item)
    if resource is None or not resource.details:
        absent = _kube.missing(item)
        yield absent if absent is not None else ()
        return
    blocks = resource.details[0].blocks(clients, _inside(scope, item), own(item))
    async with aclosing(cast("Any", blocks)) as told:
        async for each in told:
            yield each


DETAILS: tuple[Detail[Any], ...] = (Detail("Overview", _overview),)


async def logs(clients: Clients, scope: Scope, item: Item[Any]) -> Sources:
    """Where its lines are; a kind without logs has none."""
    resource = resource_of(item)
    if resource is None or resource.logs is None:
        return Sources(item.name)
    return await resource.logs(clients, _inside(scope, item), own(item))


def _of(item: Item[Any]) -> Any:
    return None if isinstance(item.value, Missing) else item.value.value


def has_events(item: Item[Any]) -> bool:
    """Whether events name it."""
    value = _of(item)
    return value is not None and not isinstance(value, PodContainer | Service)


def _events(scope: Scope, item: Item[Any]) -> Scope:
    kind = item.value.kind  # type: ignore[union-attr]
    return _kube.to_events(kind).scope(scope, own(item))


def _pods(scope: Scope, item: Item[Any]) -> Scope:
    value = _of(item)
    selector = value.spec.selector if value.spec else None
    here = _kube.within(scope, own(item))
    return here.within(parent=by_labels(selector.text if selector else ""))


def _selects(item: Item[Any]) -> bool:
    return getattr(getattr(_of(item), "spec", None), "selector", None) is not None


def _pod(scope: Scope, item: Item[Any]) -> Scope:
    return _kube.within(scope, own(item)).within(parent=f"pod:{item.name}")


def _is_pod(item: Item[Any]) -> bool:
    return not isinstance(item.value, Missing) and item.value.kind == "Pod"


def _jobs(scope: Scope, item: Item[Any]) -> Scope:
    return _kube.to_owned("jobs").scope(scope, own(item))


def _is_cron(item: Item[Any]) -> bool:
    return not isinstance(item.value, Missing) and item.value.kind == "CronJob"


_GROWS = frozenset(
    {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "CronJob", "Job", "Pod"}
)


def _tree(scope: Scope, item: Item[Any]) -> Scope:
    kind = item.value.kind  # type: ignore[union-attr]
    return _kube.to_tree(kind, lambda value: getattr(value.spec, "selector", None)).scope(
        scope, own(item)
    )


def _grows(item: Item[Any]) -> bool:
    return not isinstance(item.value, Missing) and item.value.kind in _GROWS


CHILDREN: tuple[Child[Any], ...] = (
    Child("pods", _pods, _selects),
    Child(_CONTAINERS, _pod, _is_pod),
    Child("jobs", _jobs, _is_cron),
    Child("tree", _tree, _grows),
    Child("events", _events, has_events),
)
