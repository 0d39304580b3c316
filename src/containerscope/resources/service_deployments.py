"""The deployments of an ECS service, from first to last."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from containerscope.insight.deployment_health import (
    deployment_changing,
    deployment_verdict,
    failures,
)
from containerscope.listers import Part, names_then_details, single
from containerscope.model import arn
from containerscope.model.ecs_deployment import ServiceDeployment
from containerscope.model.health import Health, Level
from containerscope.model.listing import ApiError, Item, Listing, Missing, Page, Phase, Why
from containerscope.resource import Child, Clients, Column, Demand, Platform, Resource, Scope
from containerscope.resources import _ecs
from containerscope.resources._blocks import lasted
from containerscope.resources._deployment_actions import ACTIONS
from containerscope.resources._deployment_briefs import arns, briefs
from containerscope.resources._deployment_details import DETAILS
from containerscope.resources._older_deployments import older_deployments


async def describe(clients: Clients, names: Sequence[str]) -> Page[ServiceDeployment]:
    """Service deployments by ARN, at most twenty."""
    return await clients.read(
        "ecs",
        "DescribeServiceDeployments",
        "serviceDeployments",
        ServiceDeployment,
        serviceDeploymentArns=list(names),
    )


async def service_deployments(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[ServiceDeployment]]:
    """The deployments of the service; where they are denied, what the service says of them."""
    part: Part[ServiceDeployment] = Part(
        where=scope.cluster,
        pages=lambda: arns(briefs(clients, scope), lambda brief: brief.service_deployment_arn),
        describe=lambda names: describe(clients, names),
        batch=20,
        item=lambda key: _ecs.item_of(key, scope.cluster),
        key=lambda value: value.service_deployment_arn or "",
        operation="ecs:DescribeServiceDeployments",
    )
    async with aclosing(names_then_details(demand, single(part))) as listings:
        async for listing in listings:
            if listing.phase is Phase.DONE and _denied(listing):
                yield await _fallen_back(clients, scope, listing)
            else:
                yield listing


def _denied(listing: Listing[ServiceDeployment]) -> bool:
    nothing = all(isinstance(item.value, Missing) for item in listing.items)
    return nothing and any(problem.why is Why.DENIED for problem in listing.problems)


async def _fallen_back(
    clients: Clients, scope: Scope, listing: Listing[ServiceDeployment]
) -> Listing[ServiceDeployment]:
    try:
        found, date = await older_deployments(clients, scope)
    except ApiError as error:
        return _ecs.failed(listing, error.problem)
    items = tuple(
        Item(
            value.service_deployment_arn or "",
            value.service_deployment_arn or "",
            value,
            cluster=scope.cluster,
        )
        for value in found
    )
    return Listing(items, Phase.DONE, len(items), listing.problems, date)


async def read(clients: Clients, scope: Scope, item: Item[ServiceDeployment]) -> Mapping[str, Any]:
    """The deployment whole: from the newer API, or as its service shows it."""
    if item.key.startswith("arn:"):
        return await _ecs.read_one(
            clients,
            "DescribeServiceDeployments",
            "serviceDeployments",
            serviceDeploymentArns=[item.key],
        )
    service = await _ecs.read_one(
        clients,
        "DescribeServices",
        "services",
        cluster=_ecs.cluster_of(scope, item),
        services=[scope.service],
    )
    for deployment in service.get("deployments") or ():
        found: Mapping[str, Any] = deployment
        if found.get("id") == item.key:
            return found
    raise ApiError(_ecs.gone("DescribeServices", ()))


def _health(deployment: ServiceDeployment) -> Health:
    return deployment_verdict(deployment).health


def _failures(deployment: ServiceDeployment) -> tuple[int, int] | None:
    counted = failures(deployment)
    return counted if counted and (counted[0] or deployment_changing(deployment)) else None


def _failures_level(deployment: ServiceDeployment) -> Level:
    counted = failures(deployment)
    return _health(deployment).level if counted and counted[0] else Level.NONE


def _tasks(deployment: ServiceDeployment) -> tuple[int, int] | None:
    target = deployment.target_service_revision
    if target is None or target.requested_task_count is None:
        return None
    return target.running_task_count or 0, target.requested_task_count


def _traffic(deployment: ServiceDeployment) -> float | None:
    target = deployment.target_service_revision
    return target.requested_production_traffic_weight if target else None


def _revision(deployment: ServiceDeployment) -> str | None:
    target = deployment.target_service_revision
    return arn.name_of(target.arn) if target and target.arn else None


def _strategy(deployment: ServiceDeployment) -> str | None:
    found = deployment.deployment_configuration
    return (found.strategy or "").lower().replace("_", " ") or None if found else None


def _status(deployment: ServiceDeployment) -> str:
    return (deployment.status or "").lower().replace("_", " ")


def _took(deployment: ServiceDeployment) -> str | None:
    end = deployment.finished_at or deployment.stopped_at
    return lasted(deployment.started_at or deployment.created_at, end)


def _revisions(scope: Scope, item: Item[ServiceDeployment]) -> Scope:
    return scope.within(cluster=_ecs.cluster_of(scope, item), parent=item.key)


def _console(scope: Scope, item: Item[ServiceDeployment]) -> str:
    cluster = _ecs.cluster_of(scope, item)
    parts = ("clusters", cluster, "services", scope.service, "deployments")
    own = (item.name,) if item.key.startswith("arn:") else ()
    return _ecs.console(_ecs.region_of(scope, item), *parts, *own)


RESOURCE: Resource[ServiceDeployment] = Resource(
    name="service-deployments",
    noun="service deployment",
    platform=Platform.ECS,
    model=ServiceDeployment,
    lister=service_deployments,
    aliases=("sdep",),
    columns=(
        _ecs.name_column("DEPLOYMENT", width=24),
        Column(
            "HEALTH",
            lambda deployment: _health(deployment).words,
            tone=lambda deployment: _health(deployment).level,
            priority=1,
            width=30,
        ),
        Column("STATUS", _status, priority=2),
        Column("TASKS", _tasks, kind="ratio", priority=3),
        Column("FAILURES", _failures, kind="ratio", tone=_failures_level, priority=3),
        Column("TRAFFIC %", _traffic, kind="percent", priority=5, name="traffic"),
        Column("STRATEGY", _strategy, priority=6),
        Column("STAGE", lambda d: d.lifecycle_stage, priority=6),
        Column("REVISION", _revision, priority=5, width=24),
        Column("TOOK", _took, priority=4),
        Column("REASON", lambda d: d.status_reason, priority=6, width=60),
        Column("AGE", lambda d: d.created_at, kind="age", priority=1),
    ),
    read=read,
    health=_health,
    changing=deployment_changing,
    children=(
        Child("service-revisions", _revisions, when=lambda item: item.key.startswith("arn:")),
    ),
    actions=ACTIONS,
    details=DETAILS,
    console=_console,
    needs=("cluster", "service"),
    permissions=(
        "ecs:ListServiceDeployments",
        "ecs:DescribeServiceDeployments",
        "ecs:DescribeServices",
    ),
    sort="age",
    empty="No deployments of this service in the last 90 days.",
)
