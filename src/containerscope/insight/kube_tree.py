"""The tree of what controls what: deployment, replica set, pods, containers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from containerscope.insight.kube_containers import containers_of
from containerscope.model.kube import Meta
from containerscope.model.kube_pod import Pod, PodContainer
from containerscope.model.kube_tree import Branch
from containerscope.model.kube_workload import Workload
from containerscope.model.listing import Item, Missing

Objects = Mapping[str, Sequence[Item[Any]]]
"""Kind -> the objects of that kind, of whichever clusters."""
_RANK = {kind: place for place, kind in enumerate(
    ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "ReplicaSet", "Pod")
)}  # fmt: skip
_TEE, _ELBOW, _PIPE, _BLANK = "├─ ", "└─ ", "│  ", "   "


@dataclass(frozen=True)
class _Node:
    kind: str
    item: Item[Any]
    owner: str
    """The key of what controls it; empty for nothing."""

    @property
    def rank(self) -> tuple[Any, ...]:
        meta = _meta(self.item)
        return (self.item.cluster, meta.namespace or "", _RANK[self.kind], meta.name or "")


def branches(
    objects: Objects, root: str = "", before: Mapping[str, Item[Branch]] | None = None
) -> tuple[Item[Branch], ...]:
    """Every object below the one that controls it, in the order in which they are drawn.

    With the name of a `root`, `Deployment/web`, only that one and what is below it. Old replica
    sets without pods are left out. Rows of `before` that would be the same are used again.
    """
    below: dict[str, list[_Node]] = {}
    nodes = {node.item.key: node for node in _nodes(objects)}
    for node in nodes.values():
        below.setdefault(node.owner if node.owner in nodes else "", []).append(node)
    for each in below.values():
        each.sort(key=lambda node: node.rank)
    tops = [node for node in nodes.values() if f"{node.kind}/{node.item.name}" == root]
    rows: list[Item[Branch]] = []
    for node in tops if root else below.get("", ()):
        _grow(rows, node, below, "", "", before or {})
    return tuple(rows)


def depth(branch: Branch) -> int:
    """How many objects it is below."""
    return len(branch.lead) // len(_TEE)


def _nodes(objects: Objects) -> Iterator[_Node]:
    for kind, items in objects.items():
        for item in items:
            if isinstance(item.value, Missing):
                continue
            owner = _meta(item).owner
            uid = owner.uid if owner is not None and owner.uid else ""
            yield _Node(kind, item, f"{item.cluster}/{uid}" if uid else "")


def _meta(item: Item[Any]) -> Meta:
    found: Meta = item.value.metadata or Meta()  # type: ignore[union-attr]
    return found


def _empty(node: _Node, below: Mapping[str, Sequence[_Node]]) -> bool:
    """A replica set of the past."""
    value = node.item.value
    if node.kind != "ReplicaSet" or not isinstance(value, Workload) or below.get(node.item.key):
        return False
    return not (value.spec and value.spec.replicas)


def _grow(
    rows: list[Item[Branch]],
    node: _Node,
    below: Mapping[str, Sequence[_Node]],
    lead: str,
    indent: str,
    before: Mapping[str, Item[Branch]],
) -> None:
    item = node.item
    rows.append(_row(item, node.kind, lead, len(rows), before))
    children = [each for each in below.get(item.key, ()) if not _empty(each, below)]
    for place, child in enumerate(children):
        last = place == len(children) - 1
        _grow(
            rows, child, below,
            indent + (_ELBOW if last else _TEE), indent + (_BLANK if last else _PIPE), before,
        )  # fmt: skip
    if node.kind == "Pod":
        _add_containers(rows, item, indent, before)


def _add_containers(
    rows: list[Item[Branch]], item: Item[Pod], indent: str, before: Mapping[str, Item[Branch]]
) -> None:
    found = containers_of(item.value) if isinstance(item.value, Pod) else ()
    for place, each in enumerate(found):
        lead = indent + (_ELBOW if place == len(found) - 1 else _TEE)
        name = each.want.name or "?"
        row = Item(f"{item.key}/{name}", name, each, cluster=item.cluster)
        rows.append(_row(row, "Container", lead, len(rows), before))


def _row(
    item: Item[Any], kind: str, lead: str, order: int, before: Mapping[str, Item[Branch]]
) -> Item[Branch]:
    known = before.get(item.key)
    if known is not None and not isinstance(known.value, Missing):
        same = known.value
        if same.order == order and same.lead == lead and _same(same.value, item.value):
            return known
    return Item(item.key, item.name, Branch(kind, item.value, lead, order), {}, item.cluster)


def _same(one: Any, other: Any) -> bool:
    """Whether nothing changed; containers are made anew each time and compared by what they say."""
    return one is other or (isinstance(one, PodContainer) and one == other)


def kinds_below(kind: str) -> Iterable[str]:
    """The kinds that a tree from an object of this kind on is made of, itself among them."""
    return {
        "Deployment": ("Deployment", "ReplicaSet", "Pod"),
        "ReplicaSet": ("ReplicaSet", "Pod"),
        "StatefulSet": ("StatefulSet", "Pod"),
        "DaemonSet": ("DaemonSet", "Pod"),
        "CronJob": ("CronJob", "Job", "Pod"),
        "Job": ("Job", "Pod"),
        "Pod": ("Pod",),
    }.get(kind, tuple(_RANK))
