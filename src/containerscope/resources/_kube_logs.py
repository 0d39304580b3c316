"""Where the lines of pods are: the API of their cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from containerscope.kube import Kind
from containerscope.model.kube import Meta, RawList, Selector
from containerscope.model.kube_pod import Pod, PodContainer
from containerscope.model.listing import Item, Missing
from containerscope.model.log_source import Elsewhere, LogSource, Sources
from containerscope.resource import Clients, Scope

_PODS: Kind[Pod] = Kind(Pod, "pods")
_MOST_PODS = 50
"""Pods of a workload that are read at once: each container is a connection of its own."""
_LOOKED_AT = 500
"""Pods from among which the newest are chosen."""


async def of_pod(clients: Clients, scope: Scope, item: Item[Pod]) -> Sources:
    """All containers of the pod, init containers too."""
    cluster = item.cluster or scope.cluster
    pods = () if isinstance(item.value, Missing) else (item.value,)
    return Sources(f"pod {item.name}", _of_pods(cluster, pods, short=True), kubernetes=True)


async def of_container(clients: Clients, scope: Scope, item: Item[PodContainer]) -> Sources:
    """The one container."""
    title = f"container {item.name}"
    if isinstance(item.value, Missing):
        return Sources(title, kubernetes=True)
    cluster, each = item.cluster or scope.cluster, item.value
    source = _source(cluster, each.namespace, each.pod, item.name, short=True)
    return Sources(title, (source,), kubernetes=True)


def of_selected(
    noun: str, selector: Callable[[Any], Selector | None]
) -> Callable[[Clients, Scope, Item[Any]], Any]:
    """All containers of all pods that a row's selector selects; asked again, it finds new ones."""

    async def find(clients: Clients, scope: Scope, item: Item[Any]) -> Sources:
        title = f"{noun} {item.name}"
        value: Any = item.value
        found = None if isinstance(value, Missing) else selector(value)
        if found is None or not found.text:
            return Sources(title, kubernetes=True)
        cluster = item.cluster or scope.cluster
        namespace = value.metadata.namespace or ""
        return await of_pods(clients, cluster, namespace, found.text, title)

    return find


async def of_pods(
    clients: Clients, cluster: str, namespace: str, selector: str, title: str
) -> Sources:
    """All containers of the newest pods that a selector selects; what is left out is said."""
    body = await clients.kube(cluster).get(
        _PODS.path(namespace), labelSelector=selector, limit=str(_LOOKED_AT)
    )
    page = msgspec.json.decode(body, type=RawList)
    decode = _PODS.decode()
    pods = [decode(raw) for raw in page.items or ()]
    pods.sort(key=_made, reverse=True)
    more = page.metadata.continue_ if page.metadata else None
    left = len(pods) - _MOST_PODS
    elsewhere: tuple[Elsewhere, ...] = ()
    if left > 0:
        label = f"{left}{' or more' if more else ''} older pods"
        words = f"not read: only the newest {_MOST_PODS} are followed at once"
        elsewhere = (Elsewhere(label, words),)
    found = _of_pods(cluster, tuple(pods[:_MOST_PODS]))
    return Sources(title, found, elsewhere, kubernetes=True)


def _made(pod: Pod) -> tuple[float, str]:
    meta = pod.metadata or Meta()
    made = meta.creation_timestamp
    return (made.timestamp() if made is not None else 0.0, meta.name or "")


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
