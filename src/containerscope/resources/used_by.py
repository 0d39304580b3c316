"""The services that use something: a role, a target group, a file system, an image, a revision."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from containerscope.insight.service_health import service_verdict
from containerscope.insight.uses import needs_definition, uses
from containerscope.listers import tried
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.model.found import Use
from containerscope.model.health import Health
from containerscope.model.listing import Item, Listing, Missing, Phase, Problem
from containerscope.resource import Child, Clients, Column, Demand, Platform, Resource, Scope
from containerscope.resources import _around, _ecs, services
from containerscope.resources.roles import roles_of

_AT_ONCE = 8
"""Task definitions read together; each is read once for all who run it."""


async def used_by(clients: Clients, scope: Scope, demand: Demand) -> AsyncIterator[Listing[Use]]:
    """Every service in scope that uses what the parent names, as the services are read."""
    sought = scope.parent
    problems: list[Problem] = []
    rows: dict[str, Item[Use]] = {}
    seen: set[str] = set()
    base = scope.within(parent="")
    found: Any = services.services(clients, base, Demand(everything=True))
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
                answers = await asyncio.gather(
                    *(_use(clients, sought, item, problems) for item in batch)
                )
                rows |= {item.key: item for item in answers if item is not None}
            notes = tuple(dict.fromkeys((*listing.problems, *problems)))
            yield Listing(tuple(rows.values()), Phase.NAMES, None, notes, listing.fetched_at)
    yield _around.done(tuple(rows.values()), (*listing.problems, *problems), listing.fetched_at)


async def _use(
    clients: Clients, sought: str, item: Item[Service], problems: list[Problem]
) -> Item[Use] | None:
    service = item.value
    if isinstance(service, Missing):
        return None
    definition: TaskDefinition | None = None
    if needs_definition(sought):
        definition = await tried(_around.definition_of(clients, service), problems)
    roles = roles_of(service, definition or TaskDefinition())
    ways = uses(sought, service, definition, roles)
    if not ways:
        return None
    return Item(item.key, item.name, Use(service, ways), cluster=item.cluster)


async def read(clients: Clients, scope: Scope, item: Item[Use]) -> Mapping[str, Any]:
    """The service whole."""
    return await services.read(clients, scope, Item(item.key, item.name, cluster=item.cluster))


def _health(use: Use) -> Health:
    return service_verdict(use.service).health


def _tasks(use: Use) -> tuple[int, int]:
    return use.service.running_count or 0, use.service.desired_count or 0


def _within(scope: Scope, item: Item[Use]) -> Scope:
    return scope.within(cluster=item.cluster, service=item.name, parent="")


COLUMNS: Sequence[Column[Use]] = (
    _ecs.CLUSTER,
    _ecs.name_column("SERVICE"),
    Column(
        "HEALTH",
        lambda use: _health(use).words,
        tone=lambda use: _health(use).level,
        priority=1,
        width=30,
    ),
    Column("USES IT AS", lambda use: ", ".join(use.ways), priority=1, width=60, name="as"),
    Column("TASKS", _tasks, kind="ratio", priority=3),
)

RESOURCE: Resource[Use] = Resource(
    name="used-by",
    noun="user",
    platform=Platform.ECS,
    model=Use,
    lister=used_by,
    columns=tuple(COLUMNS),
    read=read,
    health=_health,
    children=(Child("services", _within), Child("tasks", _within)),
    needs=("parent",),
    permissions=(
        "ecs:ListClusters",
        "ecs:ListServices",
        "ecs:DescribeServices",
        "ecs:DescribeTaskDefinition",
    ),
    interval=12.0,
    empty="No service in {scope} uses it.",
)
