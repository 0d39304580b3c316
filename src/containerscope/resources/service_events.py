"""What the scheduler wrote about ECS services."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import msgspec

from containerscope.insight.events import judge_event, without_prefix
from containerscope.listers import Part, names_then_details, pages, single
from containerscope.model import arn
from containerscope.model.ecs_service import Service, ServiceEvent, ServiceEventRow
from containerscope.model.health import Health, Level
from containerscope.model.listing import ApiError, Item, Listing, Missing, Page
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
from containerscope.resources import _blocks, _ecs


async def service_events(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[ServiceEventRow]]:
    """The events of the service in scope, or of all services of the cluster."""
    if scope.cluster and scope.service:
        parts = single(_part(clients, scope.cluster, scope.service))
    else:
        parts = _ecs.cluster_parts(clients, scope, lambda cluster: _part(clients, cluster, ""))
    async with aclosing(
        names_then_details(Demand(everything=demand.everything), parts)
    ) as listings:
        async for listing in listings:
            yield _unfolded(listing, scope.service)


def _part(clients: Clients, cluster: str, service: str) -> Part[Service]:
    async def describe(names: Sequence[str]) -> Page[Service]:
        return await clients.read(
            "ecs",
            "DescribeServices",
            "services",
            Service,
            cluster=cluster,
            services=list(names),
        )

    def listed() -> AsyncIterator[Page[str]]:
        if service:
            return _ecs.named(service)
        return pages(clients, "ecs", "ListServices", "serviceArns", cluster=cluster, maxResults=100)

    return Part(
        where=cluster,
        pages=listed,
        describe=describe,
        batch=10,
        item=lambda name: Item(arn.name_of(name), arn.name_of(name), cluster=cluster),
        key=lambda value: value.service_name or "",
        operation="ecs:DescribeServices",
    )


def _unfolded(listing: Listing[Service], only: str) -> Listing[ServiceEventRow]:
    rows: dict[str, Item[ServiceEventRow]] = {}
    known = True
    for item in listing.items:
        service = item.value
        if isinstance(service, Missing):
            known = False
        elif not only or item.name == only:
            for number, event in enumerate(service.events or ()):
                row = _row(item.cluster, service, event, number)
                rows[row.key] = row
    items = tuple(rows.values())
    return Listing(
        items=items,
        phase=listing.phase,
        expected=len(items) if known and listing.expected is not None else None,
        problems=listing.problems,
        fetched_at=listing.fetched_at,
    )


def _row(cluster: str, service: Service, event: ServiceEvent, number: int) -> Item[ServiceEventRow]:
    name = service.service_name or ""
    value = ServiceEventRow(
        **msgspec.structs.asdict(event), service_name=name, service_arn=service.service_arn
    )
    key = event.id or f"{service.service_arn}#{event.created_at}#{number}"
    return Item(key, event.id or str(number), value, cluster=cluster)


async def read(clients: Clients, scope: Scope, item: Item[ServiceEventRow]) -> Mapping[str, Any]:
    """The event as DescribeServices answers; ECS keeps the newest hundred of a service."""
    known = "" if isinstance(item.value, Missing) else item.value.service_name
    service = await _ecs.read_one(
        clients,
        "DescribeServices",
        "services",
        cluster=_ecs.cluster_of(scope, item),
        services=[known or scope.service],
    )
    for event in service.get("events") or ():
        found: Mapping[str, Any] = event
        if found.get("id") == item.key:
            return found
    raise ApiError(_ecs.gone("DescribeServices", ()))


async def overview(
    clients: Clients, scope: Scope, item: Item[ServiceEventRow]
) -> AsyncIterator[tuple[Block, ...]]:
    """What the event means and what to do about it."""
    event = item.value
    if isinstance(event, Missing):
        yield (_blocks.missing_block(event),)
        return
    verdict = judge_event(event.message or "")
    trouble = _blocks.verdict_block(verdict) if verdict.bad else ()
    yield (
        *trouble,
        _blocks.pairs(
            "Event",
            ("Time", event.created_at),
            ("Service", event.service_name),
            ("Message", event.message),
            ("Id", event.id),
        ),
    )


def _health(event: ServiceEvent) -> Health:
    verdict = judge_event(event.message or "")
    return Health(verdict.level if verdict.bad else Level.NONE, verdict.words)


def _console(scope: Scope, item: Item[ServiceEventRow]) -> str:
    known = "" if isinstance(item.value, Missing) else item.value.service_name
    cluster = _ecs.cluster_of(scope, item)
    name = known or scope.service
    return _ecs.console(scope.region, "clusters", cluster, "services", name, "events")


RESOURCE: Resource[ServiceEventRow] = Resource(
    name="service-events",
    noun="service event",
    platform=Platform.ECS,
    model=ServiceEventRow,
    lister=service_events,
    aliases=("sev",),
    columns=(
        _ecs.CLUSTER,
        Column("SERVICE", lambda event: event.service_name, priority=1, unless="service"),
        Column("AGE", lambda event: event.created_at, kind="age", priority=0),
        Column(
            "HEALTH",
            lambda event: _health(event).words,
            tone=lambda event: _health(event).level,
            priority=2,
            width=28,
        ),
        Column("MESSAGE", lambda event: without_prefix(event.message or ""), priority=0, width=160),
        Column("TIME", lambda event: event.created_at, wide=True),
        Column("ID", of_item=lambda item: item.name, wide=True, priority=9, name="name"),
    ),
    read=read,
    health=_health,
    details=(Detail("Overview", overview),),
    console=_console,
    permissions=("ecs:ListClusters", "ecs:ListServices", "ecs:DescribeServices"),
    sort="age",
    empty="ECS keeps no service events in {scope}.",
)
