"""Where the containers of services write their logs, computed from their definitions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from containerscope.insight.log_destination import Destination, log_destination
from containerscope.listers import tried
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_taskdef import ContainerDefinition
from containerscope.model.health import FINE, Health, Level
from containerscope.model.listing import ApiError, Item, Listing, Missing, Phase, Problem
from containerscope.model.log_source import Sources
from containerscope.model.logs import ServiceLog
from containerscope.resource import (
    Block,
    Child,
    Clients,
    Column,
    Demand,
    Detail,
    Platform,
    Resource,
    Scope,
)
from containerscope.resources import _around, _blocks, _ecs, services
from containerscope.resources._logs import of_container_of_service
from containerscope.resources._service_logs import newest

_AT_ONCE = 8
"""Task definitions read together; each is read once for all who run it."""
_TASK = "TASK-ID"
_NOWHERE = "nowhere"


async def logs(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[ServiceLog]]:
    """A row for each container of each service in scope, as the services are read."""
    problems: list[Problem] = []
    rows: dict[str, Item[ServiceLog]] = {}
    seen: set[str] = set()
    found: Any = services.services(clients, scope.within(parent=""), Demand(everything=True))
    listing: Listing[Service] = Listing()
    async with aclosing(found):
        async for listing in found:
            fresh = [
                item
                for item in listing.items
                if item.key not in seen and not isinstance(item.value, Missing)
            ]
            seen |= {item.key for item in fresh}
            for batch in _around.batches(fresh, _AT_ONCE):
                both = await asyncio.gather(*(_rows(clients, item, problems) for item in batch))
                rows |= {item.key: item for each in both for item in each}
            notes = tuple(dict.fromkeys((*listing.problems, *problems)))
            yield Listing(tuple(rows.values()), Phase.NAMES, None, notes, listing.fetched_at)
    yield _around.done(tuple(rows.values()), (*listing.problems, *problems), listing.fetched_at)


async def _rows(
    clients: Clients, item: Item[Service], problems: list[Problem]
) -> list[Item[ServiceLog]]:
    service = item.value
    if isinstance(service, Missing):
        return []
    definition = await tried(_around.definition_of(clients, service), problems)
    return [
        Item(f"{item.key}/{each.name}", each.name or "?", _log(service, each), cluster=item.cluster)
        for each in (definition.container_definitions if definition else ()) or ()
    ]


def _log(service: Service, container: ContainerDefinition) -> ServiceLog:
    names = [each.capacity_provider or "" for each in service.capacity_provider_strategy or ()]
    fargate = service.launch_type == "FARGATE" or any(n.startswith("FARGATE") for n in names)
    to = log_destination(container, _TASK, fargate=fargate)
    logs = container.log_configuration
    options = (logs.options if logs else None) or {}
    return ServiceLog(
        service=service.service_name or "?",
        container=container.name or "?",
        driver=(logs.log_driver if logs else None) or "",
        to=_place(to),
        group=to.group,
        stream=to.stream.replace(_TASK, "*"),
        region=to.region,
        mode=options.get("mode") or "",
        note=to.note,
    )


def _place(to: Destination) -> str:
    """`CloudWatch Logs`, `FireLens, to Splunk …`, `nowhere: no log configuration`."""
    return to.words.partition(f" {to.group}")[0] if to.group else to.words


async def read(clients: Clients, scope: Scope, item: Item[ServiceLog]) -> Mapping[str, Any]:
    """The log configuration of the container, as its task definition has it."""
    row = item.value
    if isinstance(row, Missing):
        raise ApiError(Problem(row.why, "ecs:DescribeTaskDefinition", row.reason))
    service = await _around.service_of(clients, _ecs.cluster_of(scope, item), row.service)
    answer = await clients.call("ecs", "DescribeTaskDefinition", taskDefinition=service.definition)
    for each in (answer.get("taskDefinition") or {}).get("containerDefinitions") or ():
        if each.get("name") == row.container:
            return {"service": row.service, "container": row.container} | {
                name: each[name]
                for name in ("logConfiguration", "firelensConfiguration")
                if name in each
            }
    raise ApiError(_ecs.gone("DescribeTaskDefinition", ()))


async def overview(
    clients: Clients, scope: Scope, item: Item[ServiceLog]
) -> AsyncIterator[tuple[Block, ...]]:
    """Where the lines go, then the newest of them."""
    row = item.value
    if isinstance(row, Missing):
        yield (_blocks.missing_block(row),)
        return
    about = _blocks.pairs(
        "Log",
        ("Service", row.service),
        ("Container", row.container),
        ("Goes to", row.to),
        ("Log group", row.group or None),
        ("Stream", row.stream or None),
        ("Region", row.region or None),
        ("Driver", row.driver or "none"),
        ("Mode", row.mode or None),
        ("Note", row.note or None),
    )
    yield (about,)
    if row.group:
        async for blocks in newest(clients, lambda: sources(clients, scope, item)):
            yield (about, *blocks)


async def sources(clients: Clients, scope: Scope, item: Item[ServiceLog]) -> Sources:
    """The streams of this container in all tasks of its service."""
    name = "" if isinstance(item.value, Missing) else item.value.service
    cluster = _ecs.cluster_of(scope, item)
    return await of_container_of_service(clients, scope, cluster, name, item.name)


def _health(row: ServiceLog) -> Health:
    if row.to.startswith(_NOWHERE) and "log router" not in row.to:
        return Health(Level.WARNING, "not kept anywhere")
    return FINE if row.group else Health(Level.NONE)


def _within(scope: Scope, item: Item[ServiceLog]) -> Scope:
    name = "" if isinstance(item.value, Missing) else item.value.service
    return scope.within(cluster=_ecs.cluster_of(scope, item), service=name, parent="")


def _used_by(item: Item[ServiceLog]) -> str:
    row = item.value
    if isinstance(row, Missing) or not row.group:
        return f":log-group:{item.key}"
    return f":log-group:{row.group}"


def _console(scope: Scope, item: Item[ServiceLog]) -> str:
    row = item.value
    if isinstance(row, Missing) or not row.group:
        return _around.console(scope, "cloudwatch/home", "logsV2:log-groups")
    name = row.group.replace("/", "$252F")
    here = scope.within(region=row.region) if row.region else scope
    return _around.console(here, "cloudwatch/home", f"logsV2:log-groups/log-group/{name}")


RESOURCE: Resource[ServiceLog] = Resource(
    name="logs",
    noun="log",
    platform=Platform.ECS,
    model=ServiceLog,
    lister=logs,
    aliases=("log-groups",),
    columns=(
        _ecs.CLUSTER,
        Column("SERVICE", lambda row: row.service, priority=1, unless="service"),
        _ecs.name_column("CONTAINER"),
        Column(
            "HEALTH",
            lambda row: _health(row).words,
            tone=lambda row: _health(row).level,
            priority=3,
            width=20,
        ),
        Column("GOES TO", lambda row: row.to, priority=2, width=44, name="to"),
        Column("GROUP", lambda row: row.group or None, priority=2, width=44),
        Column("STREAM", lambda row: row.stream or None, priority=4, width=40),
        Column("REGION", lambda row: row.region or None, wide=True, priority=7),
        Column("DRIVER", lambda row: row.driver or None, priority=6),
        Column("MODE", lambda row: row.mode or None, wide=True, priority=8),
    ),
    read=read,
    health=_health,
    children=(Child("tasks", _within),),
    details=(Detail("Overview", overview),),
    logs=sources,
    used_by=_used_by,
    console=_console,
    permissions=(
        "ecs:ListClusters",
        "ecs:ListServices",
        "ecs:DescribeServices",
        "ecs:DescribeTaskDefinition",
        "ecs:ListTasks",
        "ecs:DescribeTasks",
        "logs:FilterLogEvents",
    ),
    sort="service",
    interval=12.0,
    empty="No service in {scope} has containers that write logs.",
)
