"""What the views of the fleet share: health, columns and ways down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from containerscope.insight.eks_health import changing as eks_changing
from containerscope.insight.eks_support import support_verdict
from containerscope.insight.fleet import kind_of, row_verdict, version_of
from containerscope.model.ecs import tag_map
from containerscope.model.fleet import ClusterRow
from containerscope.model.health import Health, Level
from containerscope.model.listing import LOADING, NOT_APPLICABLE, Item, Missing, Why
from containerscope.resource import Child, Column, Scope
from containerscope.resources import _ecs, _eks
from containerscope.resources._fleet import is_context, is_eks
from containerscope.resources._looks import NODES, SWEEP

_PODS = Missing(Why.NOT_APPLICABLE, "EKS counts no pods; the Kubernetes API does")
_CONNECTED = Missing(Why.NOT_APPLICABLE, "EKS does not know the nodes of this cluster")
_SETTLING = frozenset({"PROVISIONING", "DEPROVISIONING"})


def health(row: ClusterRow) -> Health:
    """What is wrong with a cluster or with what runs in it."""
    return row_verdict(row).health


def changing(row: ClusterRow) -> bool:
    """Whether a cluster is on its way somewhere."""
    if row.eks is not None:
        return eks_changing(row.eks.status) and row.eks.connector_config is None
    if row.ecs is None:
        return False
    return row.ecs.status in _SETTLING or bool(row.ecs.pending_tasks_count)


def tags(row: ClusterRow) -> Mapping[str, str]:
    """The tags of a cluster of either kind."""
    if row.ecs is not None:
        return tag_map(row.ecs.tags)
    return (row.eks.tags if row.eks else None) or {}


def arn_of(row: ClusterRow) -> str | None:
    """The ARN of a cluster of either kind."""
    if row.ecs is not None:
        return row.ecs.cluster_arn
    return row.eks.arn if row.eks else None


def console(scope: Scope, item: Item[ClusterRow]) -> str:
    """The page of a cluster of either kind."""
    if _is_kube(item):
        return _eks.console(scope, item.name)
    return _ecs.console(_ecs.region_of(scope, item), "clusters", item.name, "services")


def _within(scope: Scope, item: Item[ClusterRow]) -> Scope:
    return scope.within(cluster=item.name, service="", parent="", namespace="")


def _is_kube(item: Item[ClusterRow]) -> bool:
    return is_eks(item) or is_context(item)


_EKS_ONLY = frozenset({"nodegroups", "fargate-profiles", "addons"})
ECS_CHILDREN: tuple[Child[ClusterRow], ...] = tuple(
    Child(name, _within, lambda item: not _is_kube(item))
    for name in ("services", "tasks", "instances", "capacity-providers")
)
EKS_CHILDREN: tuple[Child[ClusterRow], ...] = tuple(
    Child(name, _within, is_eks if name in _EKS_ONLY else _is_kube)
    for name in (
        "nodes",
        "pods",
        "namespaces",
        "deployments",
        "workloads",
        "tree",
        "nodegroups",
        "fargate-profiles",
        "addons",
        "access-entries",
        "pod-identities",
        "insights",
        "updates",
        "capabilities",
        "events",
    )
)


def _status(row: ClusterRow) -> str | None:
    return row.ecs.status if row.ecs else row.eks.status if row.eks else None


def _services(row: ClusterRow) -> Any:
    return row.ecs.active_services_count if row.ecs else NOT_APPLICABLE


def _running(row: ClusterRow) -> Any:
    return row.ecs.running_tasks_count if row.ecs else _PODS


def _pending(row: ClusterRow) -> Any:
    return row.ecs.pending_tasks_count if row.ecs else _PODS


def _pending_level(row: ClusterRow) -> Level:
    return Level.PROGRESS if row.ecs and row.ecs.pending_tasks_count else Level.NONE


def nodes(item: Item[ClusterRow]) -> Any:
    """Container instances of ECS; nodes wanted by the node groups of EKS, which is a join."""
    row = item.value
    if isinstance(row, Missing):
        return row
    if row.ecs is not None:
        return row.ecs.registered_container_instances_count or None
    if row.context is not None or (row.eks is not None and row.eks.connector_config is not None):
        return _CONNECTED
    return item.joined.get(NODES, LOADING)


def _version_level(row: ClusterRow) -> Level:
    verdict = support_verdict(row.eks, row.support) if row.eks else None
    return verdict.level if verdict else Level.NONE


NAME: Column[ClusterRow] = _ecs.name_column()
KIND: Column[ClusterRow] = Column("KIND", kind_of, priority=3, width=14)
STATUS: Column[ClusterRow] = Column("STATUS", _status, wide=True, priority=7)
HEALTH: Column[ClusterRow] = Column(
    "HEALTH",
    lambda row: health(row).words,
    tone=lambda row: health(row).level,
    needs=SWEEP,
    priority=1,
    width=44,
)
SERVICES: Column[ClusterRow] = Column("SERVICES", _services, kind="number", priority=4)
RUN: Column[ClusterRow] = Column("RUN", _running, kind="number", priority=2, name="running")
PEND: Column[ClusterRow] = Column(
    "PEND", _pending, kind="number", tone=_pending_level, priority=2, name="pending"
)
NODES_COLUMN: Column[ClusterRow] = Column(
    "NODES", of_item=nodes, kind="number", needs=NODES, priority=4
)
VERSION: Column[ClusterRow] = Column(
    "VERSION", version_of, tone=_version_level, priority=3, width=32
)
