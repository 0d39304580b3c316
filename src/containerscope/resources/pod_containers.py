"""The containers of one pod."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, cast

import msgspec

from containerscope.insight.kube_containers import containers_of, state_words, verdict_of
from containerscope.insight.kube_pod import end_words
from containerscope.insight.kube_quantity import mebibytes, millicores
from containerscope.kube import Kind, listings
from containerscope.kube.selection import by_fields
from containerscope.model.kube_pod import ContainerStatus, Pod, PodContainer, Resources
from containerscope.model.listing import Item, Listing, Missing
from containerscope.resource import (
    Block,
    Clients,
    Column,
    Demand,
    Detail,
    Platform,
    Resource,
    Scope,
)
from containerscope.resources import _blocks, _ecs, _kube
from containerscope.resources._kube_logs import of_container
from containerscope.resources._pod_sessions import pod_actions, pod_container_live

_PODS: Kind[Pod] = Kind(Pod, "pods")
_POD = "pod:"


async def containers(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[PodContainer]]:
    """Those of the pod in scope, as it changes."""
    name = scope.parent.removeprefix(_POD)
    pods = scope.within(parent=by_fields(f"metadata.name={name}"))
    found = cast("Any", listings(_PODS, clients, pods, demand))
    async with aclosing(found) as told:
        async for listing in told:
            items = tuple(
                Item(f"{pod.key}/{each.want.name}", each.want.name or "?", each, {}, pod.cluster)
                for pod in listing.items
                for each in (() if isinstance(pod.value, Missing) else containers_of(pod.value))
            )
            yield msgspec.structs.replace(
                listing, items=items, expected=None if listing.expected is None else len(items)
            )


async def read(clients: Clients, scope: Scope, item: Item[PodContainer]) -> Mapping[str, Any]:
    """The container as its pod has it: what is wanted, and what is."""
    pod = scope.parent.removeprefix(_POD)
    cluster = item.cluster or scope.cluster
    body = await clients.kube(cluster).get(_PODS.path(scope.namespace, pod))
    whole = msgspec.json.decode(body)
    found: dict[str, Any] = {}
    for part, names in (
        ("spec", ("initContainers", "containers")),
        ("status", ("initContainerStatuses", "containerStatuses")),
    ):
        for name in names:
            for each in (whole.get(part) or {}).get(name) or ():
                if each.get("name") == item.name:
                    found[part] = each
    return found


def _last(container: PodContainer) -> str | None:
    last = container.status.last_state if container.status else None
    return end_words(last.terminated) if last and last.terminated else None


def _resources(container: PodContainer) -> Resources:
    return container.want.resources or Resources()


def _started(container: PodContainer) -> Any:
    state = container.status.state if container.status else None
    return state.running.started_at if state and state.running else None


def _ports(container: PodContainer) -> tuple[str, ...] | None:
    found = container.want.ports or ()
    return tuple(f"{each.container_port}/{each.protocol or 'TCP'}" for each in found) or None


def _words(quantities: Mapping[str, Any] | None) -> str | None:
    return ", ".join(f"{value} {name}" for name, value in (quantities or {}).items()) or None


async def overview(
    clients: Clients, scope: Scope, item: Item[PodContainer]
) -> AsyncIterator[tuple[Block, ...]]:
    """What it does, how it ended last, and what it may use."""
    if isinstance(item.value, Missing):
        yield (_blocks.missing_block(item.value),)
        return
    container = item.value
    status, want = container.status or ContainerStatus(), container.want
    last = status.last_state.terminated if status.last_state else None
    now = status.state.terminated if status.state else None
    ended = now or last
    yield (
        *_kube.head(verdict_of(container)),
        _blocks.pairs(
            "Container",
            ("Pod", container.pod),
            ("State", state_words(container)),
            ("Running since", _started(container)),
            ("Ready", status.ready),
            ("Restarts", status.restart_count),
            ("Ended last", ended.finished_at if ended else None),
            ("How it ended", end_words(ended) if ended else None),
            ("It had run since", ended.started_at if ended else None),
        ),
        _blocks.pairs(
            "What it is to be",
            ("Image", want.image),
            ("Image id", status.image_id),
            ("Command", want.command),
            ("Arguments", want.args),
            ("Ports", _ports(container)),
            ("Requests", _words(_resources(container).requests)),
            ("Limits", _words(_resources(container).limits)),
            ("Init container", container.init or None),
        ),
    )


RESOURCE: Resource[PodContainer] = Resource(
    name="pod-containers",
    noun="pod container",
    platform=Platform.KUBERNETES,
    model=PodContainer,
    lister=containers,
    live=True,
    columns=(
        _ecs.name_column(),
        _kube.health_column(verdict_of),
        Column("STATE", state_words, priority=2, width=30),
        Column("READY", lambda c: c.status.ready if c.status else None, kind="flag", priority=3),
        Column(
            "RESTARTS",
            lambda c: c.status.restart_count if c.status else None,
            kind="number",
            priority=3,
        ),
        Column("LAST END", _last, priority=4, width=44),
        Column("INIT", lambda c: c.init, kind="flag", priority=6),
        Column("IMAGE", lambda c: c.want.image, priority=5, width=60),
        Column(
            "CPU m",
            lambda c: millicores((_resources(c).requests or {}).get("cpu")),
            kind="number",
            priority=6,
            name="cpu",
        ),
        Column(
            "MEM MiB",
            lambda c: mebibytes((_resources(c).requests or {}).get("memory")),
            kind="mib",
            priority=6,
            name="memory",
        ),
        Column(
            "LIMIT MiB",
            lambda c: mebibytes((_resources(c).limits or {}).get("memory")),
            kind="mib",
            priority=6,
            name="limit",
        ),
        Column("PORTS", _ports, wide=True, priority=7),
        Column("AGE", _started, kind="age", priority=2),
    ),
    read=read,
    health=_kube.health(verdict_of),
    changing=_kube.changing(verdict_of),
    actions=pod_actions(pod_container_live),
    details=(Detail("Overview", overview),),
    logs=of_container,
    needs=("cluster", "namespace", "parent"),
    permissions=_kube.PERMISSIONS,
    empty="No containers: the pod is gone.",
)
