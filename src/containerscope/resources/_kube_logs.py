"""Where the lines of pods are: the API of their cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from containerscope.kube import Kind
from containerscope.model.kube import RawList, Selector
from containerscope.model.kube_pod import Pod, PodContainer
from containerscope.model.listing import Item, Missing
from containerscope.model.log_source import LogSource, Sources
from containerscope.resource import Clients, Scope

_PODS: Kind[Pod] = Kind(Pod, "pods")
_MOST_PODS = 50
"""Pods of a workload that are read at once: each container is a connection of its own."""


async def of_pod(clients: Clients, scope: Scope, item: Item[Pod]) -> Sources:
    """All containers of the pod, init containers too."""
    cluster = item.cluster or scope.cluster
    pods = () if isinstance(item.value, Missing) else (item.value,)
    return Sources(f"pod {item.name}", _of_pods(cluster, pods, short=True))


async def of_container(clients: Clients, scope: Scope, item: Item[PodContainer]) -> Sources:
    """The one container."""
    title = f"container {item.name}"
    if isinstance(item.value, Missing):
        return Sources(title)
    cluster, each = item.cluster or scope.cluster, item.value
    return Sources(title, (_source(cluster, each.namespace, each.pod, item.name, short=True),))


def of_selected(
    noun: str, selector: Callable[[Any], Selector | None]
) -> Callable[[Clients, Scope, Item[Any]], Any]:
    """All containers of all pods that a row's selector selects; asked again, it finds new ones."""

    async def find(clients: Clients, scope: Scope, item: Item[Any]) -> Sources:
        title = f"{noun} {item.name}"
        value: Any = item.value
        found = None if isinstance(value, Missing) else selector(value)
        if found is None or not found.text:
            return Sources(title)
        cluster = item.cluster or scope.cluster
        namespace = value.metadata.namespace or ""
        body = await clients.kube(cluster).get(
            _PODS.path(namespace), labelSelector=found.text, limit=str(_MOST_PODS)
        )
        raws = msgspec.json.decode(body, type=RawList).items or ()
        decode = _PODS.decode()
        return Sources(title, _of_pods(cluster, tuple(decode(raw) for raw in raws)))

    return find


def _of_pods(cluster: str, pods: tuple[Pod, ...], *, short: bool = False) -> tuple[LogSource, ...]:
    return tuple(
        _source(cluster, pod.metadata.namespace or "", pod.metadata.name, each.name, short=short)
        for pod in pods
        if pod.metadata is not None and pod.metadata.name and pod.spec is not None
        for each in (*(pod.spec.init_containers or ()), *(pod.spec.containers or ()))
        if each.name
    )


def _source(
    cluster: str, namespace: str, pod: str, container: str, *, short: bool = False
) -> LogSource:
    # What tells the pods of a workload apart stands at the end of their names.
    label = container if short else f"{pod.rpartition('-')[2]}/{container}"
    return LogSource(cluster, f"{namespace}/{pod}/{container}", label)
