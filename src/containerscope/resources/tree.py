"""What runs in Kubernetes clusters as a tree: workloads, replica sets, pods and containers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import msgspec

from containerscope.insight import kube_any
from containerscope.insight.kube_tree import branches, depth, kinds_below
from containerscope.insight.verdict import Verdict
from containerscope.kube import Kind, several, together
from containerscope.kube.selection import by_labels
from containerscope.model.kube_pod import Pod
from containerscope.model.kube_tree import Branch
from containerscope.model.kube_workload import CronJob, Job, Workload
from containerscope.model.listing import Item, Listing, Missing
from containerscope.resource import Clients, Column, Demand, Platform, Resource, Scope, Tree
from containerscope.resources import _kube, _kube_delegate
from containerscope.resources._kube import tree_root

_KINDS: dict[str, Kind[Any]] = {
    "Deployment": Kind(Workload, "deployments", "apps/v1"),
    "StatefulSet": Kind(Workload, "statefulsets", "apps/v1"),
    "DaemonSet": Kind(Workload, "daemonsets", "apps/v1"),
    "CronJob": Kind(CronJob, "cronjobs", "batch/v1"),
    "Job": Kind(Job, "jobs", "batch/v1"),
    "ReplicaSet": Kind(Workload, "replicasets", "apps/v1"),
    "Pod": Kind(Pod, "pods"),
}


async def tree(clients: Clients, scope: Scope, demand: Demand) -> AsyncIterator[Listing[Branch]]:
    """All that runs in scope, or one workload and what is below it, as it changes."""
    root, labels = tree_root(scope.parent)
    kind = root.partition("/")[0]
    kinds = tuple(kinds_below(kind))
    whole = scope.within(parent="")
    # The server picks what a workload selects; only the workload itself lacks its own labels.
    narrow = whole.within(parent=by_labels(labels)) if labels else whole
    parts = [(_KINDS[each], whole if each == kind else narrow) for each in kinds]
    rows: dict[str, Item[Branch]] = {}
    async with aclosing(several(parts, clients, demand)) as told:
        async for listings in told:
            objects = {each: one.items for each, one in zip(kinds, listings, strict=True)}
            items = branches(objects, root, rows)
            rows = {item.key: item for item in items}
            yield together(listings, items=items)


def _value(item: Item[Branch]) -> Branch | None:
    return None if isinstance(item.value, Missing) else item.value


def _drawn(item: Item[Branch]) -> str:
    branch = _value(item)
    if branch is None:
        return item.name
    return f"{branch.lead}{item.name}" + (f" (+{branch.below})" if branch.below else "")


def _verdict(branch: Branch) -> Verdict:
    return kube_any.verdict(branch.kind, branch.value)


def _node(branch: Branch) -> str | None:
    if not isinstance(branch.value, Pod) or branch.value.spec is None:
        return None
    return branch.value.spec.node_name


def _folded(branch: Branch, below: int) -> Branch:
    return msgspec.structs.replace(branch, below=below)


RESOURCE: Resource[Branch] = Resource(
    name="tree",
    noun="branch",
    platform=Platform.KUBERNETES,
    model=Branch,
    lister=tree,
    live=True,
    aliases=("xray",),
    columns=(
        _kube.CLUSTER,
        Column(
            "NAMESPACE", lambda b: b.metadata.namespace, priority=4, width=20, unless="namespace"
        ),
        Column("NAME", of_item=_drawn, priority=0, width=64, name="drawn"),
        Column("KIND", lambda branch: branch.kind, priority=4),
        _kube.health_column(_verdict),
        Column(
            "READY",
            lambda branch: kube_any.ready(branch.kind, branch.value),
            kind="ratio",
            priority=2,
        ),
        Column(
            "RESTARTS",
            lambda branch: kube_any.restarts(branch.value),
            kind="number",
            priority=5,
        ),
        Column("NODE", _node, priority=6, width=44),
        Column("IMAGES", lambda branch: kube_any.images(branch.value), wide=True, priority=7),
        Column("AGE", lambda branch: kube_any.since(branch.value), kind="age", priority=2),
        Column("OBJECT", of_item=lambda item: item.name, wide=True, priority=8, name="name"),
        Column(
            "#", lambda branch: branch.order, kind="number", wide=True, priority=9, name="order"
        ),
    ),
    read=_kube_delegate.read,
    health=_kube.health(_verdict),
    changing=_kube.changing(_verdict),
    children=_kube_delegate.CHILDREN,
    itself=_kube_delegate.itself,
    tree=Tree(depth, _folded),
    owner=_kube.OWNER,
    details=_kube_delegate.DETAILS,
    logs=_kube_delegate.logs,
    leads=_kube_delegate.place,
    permissions=_kube.PERMISSIONS,
    sort="order",
    empty="Nothing runs in {scope}.",
    tags=_kube.tags,
)
