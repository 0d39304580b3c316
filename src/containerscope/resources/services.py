"""ECS services."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import msgspec

from containerscope.insight.events import telling, without_prefix
from containerscope.insight.service_health import (
    rollout_level,
    rollout_words,
    service_changing,
    service_verdict,
)
from containerscope.listers import Part, names_then_details, pages
from containerscope.model import arn
from containerscope.model.ecs import tag_map
from containerscope.model.ecs_service import Service
from containerscope.model.health import Health, Level
from containerscope.model.listing import ApiError, Item, Listing, Missing, Page, Phase
from containerscope.resource import Child, Clients, Column, Demand, Platform, Resource, Scope
from containerscope.resources import _ecs, _metrics, _scale_join, _target_join
from containerscope.resources._blocks import strategy_words, taskdef_name
from containerscope.resources._instance_roles import on_instances
from containerscope.resources._logs import of_service
from containerscope.resources._run_actions import RUN_SCHEDULE, RUN_SERVICE
from containerscope.resources._service_actions import ACTIONS
from containerscope.resources._service_tabs import DETAILS
from containerscope.resources._session_actions import ecs_actions, service_facts, service_parts

BATCH = 10
_KEPT_EVENTS = 10
"""Of up to 100 events that each answer carries, a list keeps the newest, and what says why."""


async def describe(clients: Clients, cluster: str, names: Sequence[str]) -> Page[Service]:
    """Services of one cluster by name or ARN, at most ten."""
    page = await clients.read(
        "ecs",
        "DescribeServices",
        "services",
        Service,
        cluster=cluster,
        services=list(names),
        include=["TAGS"],
    )
    return msgspec.structs.replace(page, items=tuple(_lean(service) for service in page.items))


def part(clients: Clients, cluster: str) -> Part[Service]:
    """The services of one cluster."""
    listed: dict[str, str] = {}

    def item(key: str) -> Item[Service]:
        listed[arn.name_of(key)] = key
        return _ecs.item_of(key, cluster)

    return Part(
        where=cluster,
        pages=lambda: pages(
            clients, "ecs", "ListServices", "serviceArns", cluster=cluster, maxResults=100
        ),
        describe=lambda names: describe(clients, cluster, names),
        batch=BATCH,
        item=item,
        key=lambda service: listed.get(service.service_name or "", service.service_arn or ""),
        operation="ecs:DescribeServices",
    )


async def services(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[Service]]:
    """The services in scope; one that is named is described without a list."""
    if scope.cluster and scope.service:
        yield await _only(clients, scope)
        return
    parts = _ecs.cluster_parts(clients, scope, lambda cluster: part(clients, cluster))
    async with aclosing(names_then_details(demand, parts)) as listings:
        async for listing in listings:
            yield _of_name(listing, scope.service) if scope.service else listing


async def read(clients: Clients, scope: Scope, item: Item[Service]) -> Mapping[str, Any]:
    """The service whole, as DescribeServices answers."""
    return await _ecs.read_one(
        clients,
        "DescribeServices",
        "services",
        cluster=_ecs.cluster_of(scope, item),
        services=[item.key],
        include=["TAGS"],
    )


def _lean(service: Service) -> Service:
    events = service.events or ()
    if len(events) <= _KEPT_EVENTS:
        return service
    return msgspec.structs.replace(service, events=telling(events, _KEPT_EVENTS))


async def _only(clients: Clients, scope: Scope) -> Listing[Service]:
    try:
        page = await describe(clients, scope.cluster, [scope.service])
    except ApiError as error:
        return _ecs.failed(Listing(), error.problem)
    items = tuple(
        Item(
            service.service_arn or "",
            service.service_name or scope.service,
            service,
            cluster=scope.cluster,
        )
        for service in page.items
    )
    listing = Listing(items, Phase.DONE, len(items), page.odd, page.date)
    if items or page.odd:
        return listing
    failures = [{"reason": failure.reason} for failure in page.failures]
    return _ecs.failed(listing, _ecs.gone("DescribeServices", failures))


def _of_name(listing: Listing[Service], name: str) -> Listing[Service]:
    items = tuple(item for item in listing.items if item.name == name)
    expected = None if listing.expected is None else len(items)
    return msgspec.structs.replace(listing, items=items, expected=expected)


def _health(service: Service) -> Health:
    return service_verdict(service).health


def _launch(service: Service) -> str | None:
    names = [item.capacity_provider or "?" for item in service.capacity_provider_strategy or ()]
    return ", ".join(names) or service.launch_type


def _tasks_level(service: Service) -> Level:
    short = (service.desired_count or 0) > (service.running_count or 0)
    return _health(service).level if short else Level.NONE


def _newest(service: Service) -> str | None:
    events = service.events or ()
    return without_prefix(events[0].message or "") if events else None


def _deployed(service: Service) -> Any:
    return service.primary.created_at if service.primary else None


def _within(scope: Scope, item: Item[Service]) -> Scope:
    return scope.within(cluster=_ecs.cluster_of(scope, item), service=item.name, parent="")


def _family(item: Item[Service]) -> str:
    return "" if isinstance(item.value, Missing) else _ecs.family_of(item.value.definition)


def _on_instances(item: Item[Service]) -> bool:
    """Whether its tasks run on instances, which a group launches."""
    return not isinstance(item.value, Missing) and on_instances(item.value)


def _definitions(scope: Scope, item: Item[Service]) -> Scope:
    return scope.within(parent=_family(item))


def _console(scope: Scope, item: Item[Service]) -> str:
    cluster = _ecs.cluster_of(scope, item)
    region = _ecs.region_of(scope, item)
    return _ecs.console(region, "clusters", cluster, "services", item.name, "health")


RESOURCE: Resource[Service] = Resource(
    name="services",
    noun="service",
    platform=Platform.ECS,
    several=True,
    model=Service,
    lister=services,
    aliases=("svc",),
    columns=(
        _ecs.CLUSTER,
        _ecs.name_column(),
        Column(
            "HEALTH",
            lambda service: _health(service).words,
            tone=lambda service: _health(service).level,
            priority=1,
            width=30,
        ),
        Column(
            "TASKS",
            lambda service: (service.running_count or 0, service.desired_count or 0),
            kind="ratio",
            tone=_tasks_level,
            priority=1,
        ),
        Column("PEND", lambda s: s.pending_count, kind="number", priority=5, name="pending"),
        Column("ROLLOUT", rollout_words, tone=rollout_level, priority=3, width=20),
        *_metrics.COLUMNS,
        _target_join.COLUMN,
        _scale_join.COLUMN,
        Column("LAUNCH", _launch, priority=7, width=24),
        Column("TASKDEF", lambda s: taskdef_name(s.definition), priority=4),
        Column("STATUS", lambda service: service.status, wide=True, priority=7),
        Column("STRATEGY", lambda s: strategy_words(s.capacity_provider_strategy), wide=True),
        Column("SCHEDULING", lambda s: s.scheduling_strategy, wide=True, priority=8),
        Column("EXEC", lambda s: s.enable_execute_command, kind="flag", wide=True, priority=8),
        Column("EVENT", _newest, wide=True, width=80, priority=6),
        Column("DEPLOYED", _deployed, kind="age", priority=4),
        Column("AGE", lambda service: service.created_at, kind="age", priority=2),
    ),
    read=read,
    health=_health,
    changing=service_changing,
    children=(
        Child("tasks", _within),
        Child("service-deployments", _within),
        Child("service-events", _within),
        Child("service-revisions", _within),
        Child("targets", _within),
        Child("scaling", _within),
        Child("roles", _within),
        Child("efs", _within),
        Child("images", _within),
        Child("alarms", _within),
        Child("asgs", _within, when=_on_instances),
        Child("taskdefs", _definitions, when=lambda item: bool(_family(item))),
    ),
    by_name=lambda scope, _: bool(scope.cluster),
    actions=(*ACTIONS, *ecs_actions(service_facts, service_parts), RUN_SCHEDULE, RUN_SERVICE),
    joins=(_target_join.JOIN, _metrics.JOIN, _scale_join.JOIN),
    logs=of_service,
    details=DETAILS,
    console=_console,
    permissions=(
        "ecs:ListClusters",
        "ecs:ListServices",
        "ecs:DescribeServices",
        "elasticloadbalancing:DescribeTargetHealth",
        "cloudwatch:GetMetricData",
        "logs:FilterLogEvents",
        "application-autoscaling:DescribeScalableTargets",
    ),
    empty="No services in {scope}.",
    tags=lambda service: tag_map(service.tags),
)
