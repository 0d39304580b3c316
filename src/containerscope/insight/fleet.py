"""How a whole cluster does, in the few words of the home screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from containerscope.insight.eks_health import cluster_verdict, nodegroup_verdict
from containerscope.insight.eks_support import version_words
from containerscope.insight.events import NO_CAPACITY
from containerscope.insight.service_health import rollout_level, service_verdict
from containerscope.insight.verdict import Verdict
from containerscope.model import ecs, eks
from containerscope.model.ecs_service import Service
from containerscope.model.fleet import ClusterRow
from containerscope.model.health import FINE, UNKNOWN, Health, Level

_FARGATE = frozenset({"FARGATE", "FARGATE_SPOT"})
_NAMED = 2
"""Names that fit into a cell."""


def services_health(services: Iterable[Service]) -> Health:
    """What is worst about the services of a cluster: `1 deployment failing: payments`."""
    judged = [(service, service_verdict(service)) for service in services]
    failing = [service for service, verdict in judged if _deployment_fails(service, verdict)]
    if failing:
        noun = "deployment" if len(failing) == 1 else "deployments"
        return Health(Level.FAILED, f"{len(failing)} {noun} failing: {_names(failing)}")
    level = max((verdict.level for _, verdict in judged), default=Level.NONE)
    if level >= Level.WARNING:
        bad = [(service, verdict) for service, verdict in judged if verdict.bad]
        return Health(level, _trouble(bad))
    moving = [service for service, verdict in judged if verdict.level is Level.PROGRESS]
    if moving:
        noun = "service" if len(moving) == 1 else "services"
        return Health(Level.PROGRESS, f"{len(moving)} {noun} changing: {_names(moving)}")
    return FINE if level is Level.FINE else UNKNOWN


def nodegroups_health(nodegroups: Iterable[eks.Nodegroup]) -> Health:
    """What is worst about the node groups of a cluster: `node group spot-b degraded`."""
    judged = [(group, nodegroup_verdict(group)) for group in nodegroups]
    level = max((verdict.level for _, verdict in judged), default=Level.NONE)
    if level < Level.PROGRESS:
        return FINE if level is Level.FINE else UNKNOWN
    worst = [(group, verdict) for group, verdict in judged if verdict.level is level]
    group, verdict = worst[0]
    if len(worst) > 1:
        names = ", ".join(each.nodegroup_name or "?" for each, _ in worst[:_NAMED])
        more = " …" if len(worst) > _NAMED else ""
        words = "in trouble" if level >= Level.WARNING else "changing"
        return Health(level, f"{len(worst)} node groups {words}: {names}{more}")
    state = "degraded" if group.status == "DEGRADED" else verdict.words
    return Health(level, f"node group {group.nodegroup_name or '?'} {state}")


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


def _deployment_fails(service: Service, verdict: Verdict) -> bool:
    return verdict.level is Level.FAILED and rollout_level(service) >= Level.WARNING


def _trouble(bad: Sequence[tuple[Service, Verdict]]) -> str:
    short = [service for service, verdict in bad if NO_CAPACITY in verdict.words]
    if short:
        lack = sum(max(0, (s.desired_count or 0) - (s.running_count or 0)) for s in short)
        noun = "task" if lack == 1 else "tasks"
        return f"{NO_CAPACITY} for {lack} {noun}" if lack else NO_CAPACITY
    service, verdict = max(bad, key=lambda each: each[1].level)
    if len(bad) == 1:
        return f"{service.service_name or '?'}: {verdict.words}"
    return f"{len(bad)} services in trouble: {_names([each for each, _ in bad])}"


def _names(services: Sequence[Service]) -> str:
    names = ", ".join(service.service_name or "?" for service in services[:_NAMED])
    return f"{names} …" if len(services) > _NAMED else names
