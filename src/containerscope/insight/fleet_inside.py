"""What is worst inside a cluster, in the few words of the home screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from containerscope.insight.eks_health import nodegroup_verdict
from containerscope.insight.events import NO_CAPACITY
from containerscope.insight.service_health import rollout_level, service_verdict
from containerscope.insight.verdict import Verdict
from containerscope.model import eks
from containerscope.model.ecs_service import Service
from containerscope.model.health import FINE, UNKNOWN, Health, Level

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
