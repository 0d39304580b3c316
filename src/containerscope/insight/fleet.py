"""How a whole cluster does, in the few words of the home screen."""

from __future__ import annotations

from containerscope.insight.eks_health import cluster_verdict
from containerscope.insight.eks_support import version_words
from containerscope.insight.verdict import Verdict
from containerscope.model import ecs, eks
from containerscope.model.fleet import ClusterRow
from containerscope.model.health import Level

_FARGATE = frozenset({"FARGATE", "FARGATE_SPOT"})


def row_verdict(row: ClusterRow) -> Verdict:
    """The level of a cluster of either kind, with what a look into it found."""
    if row.context is not None:
        return Verdict(Level.FINE)
    own = ecs_verdict(row.ecs) if row.ecs else Verdict(Level.NONE)
    if row.eks is not None:
        own = cluster_verdict(row.eks, row.support)
    swept = row.swept
    if swept is None or swept.health.level <= own.level:
        return own
    inside = "node groups" if row.eks is not None else "services"
    return Verdict(
        swept.health.level, swept.health.words, fix=f"Open the cluster: its {inside} tell more."
    )


def ecs_verdict(cluster: ecs.Cluster) -> Verdict:
    """What the overview calls alone tell of an ECS cluster."""
    status = cluster.status or ""
    if status == "FAILED":
        return Verdict(Level.FAILED, "failed", "The cluster could not be created.")
    if status in ("PROVISIONING", "DEPROVISIONING"):
        return Verdict(Level.PROGRESS, status.lower(), "Its capacity providers are being set up.")
    if (cluster.attachments_status or "").endswith("_FAILED"):
        cause = "The resources of a capacity provider could not be set up."
        return Verdict(Level.WARNING, "capacity provider update failed", cause)
    if status == "INACTIVE":
        return Verdict(Level.NONE, "inactive", "The cluster was deleted.")
    pending = cluster.pending_tasks_count or 0
    if pending:
        noun = "task" if pending == 1 else "tasks"
        return Verdict(Level.PROGRESS, f"{pending} {noun} pending")
    busy = cluster.running_tasks_count or cluster.active_services_count
    return Verdict(Level.FINE if busy else Level.NONE, "" if busy else "empty")


def kind_of(row: ClusterRow) -> str | None:
    """The kind of a cluster: `ECS Fargate`, `ECS EC2`, `ECS mixed`, `ECS`, `EKS`, `EKS Auto` …"""
    if row.context is not None:
        return "kubeconfig"
    if row.ecs is not None:
        return _ecs_kind(row.ecs)
    return None if row.eks is None else _eks_kind(row.eks)


def version_of(row: ClusterRow) -> str | None:
    """The Kubernetes version with its support window; None for ECS."""
    if row.context is not None:
        return (row.context.git_version or "").removeprefix("v") or None
    return None if row.eks is None else version_words(row.eks.version, row.support)


def _eks_kind(cluster: eks.Cluster) -> str:
    if cluster.connector_config is not None:
        provider = (cluster.connector_config.provider or "").replace("_", " ").strip()
        return f"connected {provider}".strip()
    if cluster.outpost_config is not None and cluster.outpost_config.outpost_arns:
        return "EKS local"
    return "EKS Auto" if cluster.compute_config and cluster.compute_config.enabled else "EKS"


def _ecs_kind(cluster: ecs.Cluster) -> str:
    fargate = _used(cluster, "Fargate")
    hosts = bool(cluster.registered_container_instances_count) or _used(cluster, "EC2")
    if not fargate and not hosts:
        providers = set(cluster.capacity_providers or ())
        fargate, hosts = bool(providers & _FARGATE), bool(providers - _FARGATE)
    if fargate and hosts:
        return "ECS mixed"
    return "ECS Fargate" if fargate else "ECS EC2" if hosts else "ECS"


def _used(cluster: ecs.Cluster, launch_type: str) -> bool:
    names = (
        *(f"{state}{launch_type}TasksCount" for state in ("running", "pending")),
        *(f"{state}{launch_type}ServiceCount" for state in ("active", "draining")),
    )
    return any(cluster.statistic(name) for name in names)
