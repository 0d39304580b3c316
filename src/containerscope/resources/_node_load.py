"""How full a node is: what its pods ask for, and what they use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from containerscope.insight.kube_node import NodeLoad, load_of
from containerscope.insight.kube_quantity import amount
from containerscope.kube import Kind
from containerscope.model.health import Level
from containerscope.model.kube import RawList
from containerscope.model.kube_node import Node
from containerscope.model.kube_pod import Pod
from containerscope.model.listing import LOADING, ApiError, Item, Missing
from containerscope.resource import Block, Clients, Join, Scope, TableBlock, TextBlock
from containerscope.resources._kube_usage import NODE_JOIN, Used, used

_PODS: Kind[Pod] = Kind(Pod, "pods")
LOAD = "load"
"""The join: what is requested on a node."""
_FEW = 12
"""Nodes up to which each is asked for its pods; for more, all pods are read once."""
_GIB = 1024**3


async def _pods(clients: Clients, cluster: str, fields: str = "") -> list[Pod]:
    """The pods of a cluster, or of one node, page by page."""
    query = {"limit": "500", **({"fieldSelector": fields} if fields else {})}
    decode, found = _PODS.decode(), list[Pod]()
    while True:
        body = await clients.kube(cluster).get(_PODS.path(), **query)
        page = msgspec.json.decode(body, type=RawList)
        found += [decode(raw) for raw in page.items or ()]
        following = page.metadata.continue_ if page.metadata else None
        if not following:
            return found
        query["continue"] = following


async def _loads(
    clients: Clients, scope: Scope, items: Sequence[Item[Node]]
) -> Mapping[str, NodeLoad]:
    """What is requested on each of these nodes of one cluster."""
    cluster = items[0].cluster or scope.cluster
    if len(items) > _FEW:
        loads = load_of(await _pods(clients, cluster))
    else:
        loads = {}
        for item in items:
            loads |= load_of(await _pods(clients, cluster, f"spec.nodeName={item.name}"))
    return {item.key: loads.get(item.name, NodeLoad()) for item in items}


def _allocatable(node: Node, name: str) -> float | None:
    return amount(((node.status and node.status.allocatable) or {}).get(name))


def share_of(name: str, of: Callable[[NodeLoad], float]) -> Callable[[Item[Node]], Any]:
    """How much of a resource is requested, in percent."""

    def value(item: Item[Node]) -> Any:
        load, node = item.joined.get(LOAD, LOADING), item.value
        if isinstance(load, Missing) or isinstance(node, Missing):
            return load
        most = _allocatable(node, name)
        return of(load) / most * 100 if most else None

    return value


def in_use(name: str, of: Callable[[Used], float]) -> Callable[[Item[Node]], Any]:
    """How much of a resource is used, in percent of what pods may have."""

    def value(item: Item[Node]) -> Any:
        found, node = used(item), item.value
        if not isinstance(found, Used) or isinstance(node, Missing):
            return found
        most = _allocatable(node, name)
        return of(found) / most * 100 if most else None

    return value


def pod_count(item: Item[Node]) -> Any:
    load, node = item.joined.get(LOAD, LOADING), item.value
    if isinstance(load, Missing) or isinstance(node, Missing):
        return load
    most = _allocatable(node, "pods")
    return (load.pods, int(most)) if most is not None else load.pods


async def full(clients: Clients, scope: Scope, item: Item[Node], node: Node) -> tuple[Block, ...]:
    """What its pods ask for and use; a refusal in its place."""
    try:
        loads = await _loads(clients, scope, [item])
    except ApiError as error:
        return (TextBlock(f"Requested by its pods: {error}", level=Level.WARNING),)
    measured: Any = None
    with suppress(ApiError):
        measured = (await NODE_JOIN.fetch(clients, scope, [item])).get(item.key)
    return (_requested(node, loads[item.key], measured if isinstance(measured, Used) else None),)


def _requested(node: Node, load: NodeLoad, measured: Used | None) -> TableBlock:
    def row(
        title: str, asked: float, use: float | None, most: float | None, unit: float
    ) -> tuple[Any, ...]:
        def share(part: float | None) -> str | None:
            return f"{part / most * 100:.0f}%" if most and part is not None else None

        return (
            title,
            round(asked / unit, 2),
            share(asked),
            None if use is None else round(use / unit, 2),
            share(use),
            most and round(most / unit, 2),
        )

    cpu = measured.cpu if measured else None
    memory = measured.memory if measured else None
    return TableBlock(
        "Requested by its pods, and used",
        ("RESOURCE", "REQUESTED", "OF ALL", "USED", "OF ALL", "ALLOCATABLE"),
        (
            row("CPU", load.cpu, cpu, _allocatable(node, "cpu"), 1),
            row("Memory GiB", load.memory, memory, _allocatable(node, "memory"), _GIB),
            row("Pods", load.pods, None, _allocatable(node, "pods"), 1),
        ),
    )


JOIN: Join[Node] = Join(LOAD, _loads, batch=200, alike=lambda item: item.cluster)
