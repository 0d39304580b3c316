"""Find anything: an id, an address, a name or an ARN, and what it belongs to, wherever it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from containerscope.insight.find import Sought, classify
from containerscope.insight.uses import mentions, needs_definition
from containerscope.listers import pages, tried
from containerscope.model import arn
from containerscope.model.found import Found
from containerscope.model.health import Health, Level
from containerscope.model.listing import (
    ApiError,
    Item,
    Listing,
    Missing,
    Phase,
    Problem,
    Why,
)
from containerscope.resource import Clients, Column, Demand, Platform, Resource, Scope
from containerscope.resources import _around, _ecs, find, used_by
from containerscope.resources._definition import latest

_SHARED = frozenset(
    {
        "role", "target group", "file system", "access point", "image", "task definition",
        "security group", "subnet", "log group", "capacity provider", "load balancer", "secret",
        "parameter", "repository",
    }
)  # fmt: skip
"""Kinds of which it is told which services use them."""
_LAZY = frozenset({"taskdefs"})
"""Lists whose details take a call each: only their names are looked through."""
_DEFINITIONS, _USERS = "task definitions", "used-by"
_FAMILIES = 200
"""Task definitions read for what they name, a call for each that is not known yet."""
_AT_ONCE = 8
_ENOUGH = 200
"""Rows kept of a search for a name that half of the account has."""


async def found(clients: Clients, scope: Scope, demand: Demand) -> AsyncIterator[Listing[Found]]:
    """What the parent's text names, place by place; the last line says how far it has looked."""
    search = _Search(clients.clock.now())
    base = scope.within(parent="")
    for sought in classify(scope.parent):
        for place in sought.places:
            before = len(search.rows)
            async for listing in _look(clients, base, sought, place, search):
                yield listing
            if len(search.rows) > before and sought.kind != "name":
                break
        if search.rows and sought.kind != "name":
            break
    things = search.shared(scope.parent)
    for thing in things:
        async for listing in _users(clients, base, thing, search):
            yield listing
    # Of a plain name too, since a secret or a role is often known by no more.
    wanted = [each for each in things if needs_definition(each)] or search.name(scope.parent)
    if wanted:
        async for listing in _definitions(clients, wanted, search):
            yield listing
    yield search.listing(Phase.DONE)


class _Search:
    """What was come upon and where was looked."""

    def __init__(self, date: datetime) -> None:
        self.rows: dict[str, Item[Found]] = {}
        self.looked: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.kinds: dict[str, str] = {}
        """The keys of shared things among the rows, by what they are."""
        self.date = date

    def listing(self, phase: Phase = Phase.NAMES) -> Listing[Found]:
        """The rows so far, and a line for each place that was looked through."""
        told = [
            Item(f"looked {place}", place, Found("… looked", words))
            for place, words in self.looked.items()
        ]
        items = (*self.rows.values(), *told)
        count = len(items) if phase is Phase.DONE else None
        return Listing(items, phase, count, tuple(dict.fromkeys(self.problems)), self.date)

    def forget(self, resource: Resource[Any], listing: Listing[Any]) -> None:
        """Rows that a list had on the way and not in the end."""
        kept = {f"{resource.name} {item.key}" for item in listing.items}
        for key in [each for each in self.rows if each.startswith(f"{resource.name} ")]:
            if key not in kept:
                del self.rows[key]

    def shared(self, text: str) -> tuple[str, ...]:
        """What the services are asked about: whether they use it."""
        things = list(dict.fromkeys(self.kinds))
        for sought in classify(text):
            if sought.kind in _SHARED and not things:
                things.append(text.strip() if text.strip().startswith("arn:") else sought.value)
        return tuple(things[:3])

    def name(self, text: str) -> list[str]:
        """The text, where it is nothing but a name."""
        return [sought.value for sought in classify(text) if sought.kind == "name"]


async def _definitions(
    clients: Clients, things: Sequence[str], search: _Search
) -> AsyncIterator[Listing[Found]]:
    """The families whose latest revision names one of these, as far as so many calls tell."""
    names: list[str] = []
    families = pages(
        clients,
        "ecs",
        "ListTaskDefinitionFamilies",
        "families",
        status="ACTIVE",
        maxResults=100,
    )
    while (page := await tried(anext(families, None), search.problems)) is not None:
        names += page.items
    read = 0
    for batch in _around.batches(names[:_FAMILIES], _AT_ONCE):
        both = await asyncio.gather(
            *(tried(latest(clients, name), search.problems) for name in batch)
        )
        read += sum(1 for each in both if each is not None)
        for name, definition in zip(batch, both, strict=True):
            if definition is None:
                continue
            ways = [way for thing in things for way in mentions(thing, definition)]
            if ways:
                revision = f"{name}:{definition.revision}"
                row = Found("task definition", f"names it as {', '.join(ways)}", "taskdefs", name)
                search.rows[f"names {name}"] = Item(f"names {name}", revision, row)
        search.looked[_DEFINITIONS] = _read_words(read, len(names)) + " …"
        yield search.listing()
    search.looked[_DEFINITIONS] = _read_words(read, len(names))
    yield search.listing()


def _read_words(read: int, families: int) -> str:
    """How many families were looked into, by a call each at most."""
    told = f"the latest of {read} families read"
    return told if read == families else f"{told}, of {families}"


async def _look(
    clients: Clients, scope: Scope, sought: Sought, place: str, search: _Search
) -> AsyncIterator[Listing[Found]]:
    resource = find(place)
    if resource is None:
        return
    here = _scope_of(place, scope, sought)
    if any(not getattr(here, need) for need in resource.needs):
        return
    seen: dict[str, object] = {}
    listing: Listing[Any] = Listing()
    try:
        async for listing in resource.lister(clients, here, Demand(everything=place not in _LAZY)):
            search.date = listing.fetched_at or search.date
            for item in listing.items:
                if seen.get(item.key) is not item.value:
                    seen[item.key] = item.value
                    _take(resource, here, item, sought, search)
            search.looked[place] = f"{len(listing.items)} looked through …"
            yield search.listing()
    except ApiError as error:
        search.problems.append(error.problem)
    search.forget(resource, listing)
    search.problems += listing.problems
    rest = "" if not listing.problems else ", not all could be read"
    search.looked[place] = f"{len(listing.items)} looked through{rest}"
    yield search.listing()


def _scope_of(place: str, scope: Scope, sought: Sought) -> Scope:
    """Where to look: a group or a task is named whole, so that nothing else need be asked for."""
    if place == "targets" and ":targetgroup/" in sought.value:
        return scope.within(parent=sought.value)
    return scope


def _take(
    resource: Resource[Any], scope: Scope, item: Item[Any], sought: Sought, search: _Search
) -> None:
    way = _matches(resource, item, sought)
    key = f"{resource.name} {item.key}"
    if way is None or (len(search.rows) >= _ENOUGH and key not in search.rows):
        return
    value = None if isinstance(item.value, Missing) else item.value
    service = getattr(value, "service", "")
    name = service if isinstance(service, str) else ""
    cluster = item.cluster or arn.cluster_of(item.key)
    belongs = " › ".join(filter(None, (cluster, name)))
    row = Found(
        resource.noun,
        f"{belongs}  {way}".strip() if way else belongs,
        resource.name,
        item.key,
        cluster,
        "",
        scope.parent,
        Health(Level.NONE) if value is None else resource.health(value),
    )
    search.rows[key] = Item(key, item.name, row, cluster=cluster)
    if resource.used_by is not None and sought.kind != "name":
        search.kinds[resource.used_by(item)] = resource.noun


def _matches(resource: Resource[Any], item: Item[Any], sought: Sought) -> str | None:
    """How a row matches: empty by its own name, else by which column; None if it does not."""
    wanted = sought.value.casefold()
    if wanted in item.name.casefold() or (sought.kind != "name" and wanted in item.key.casefold()):
        return ""
    group = item.joined.get("group")
    if isinstance(group, str) and wanted in group.casefold():
        return f"in {group}"
    if sought.kind == "name":
        return None
    for column in resource.columns:
        if column.needs:
            continue
        with suppress(TypeError, ValueError):
            if any(wanted in text.casefold() for text in _texts(column.of(item))):
                return f"{column.title} {sought.value}"
    return None


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        yield from (each for each in value if isinstance(each, str))


async def _users(
    clients: Clients, scope: Scope, thing: str, search: _Search
) -> AsyncIterator[Listing[Found]]:
    """The services that use a thing, with the part of them that does."""
    listing: Listing[Any] = Listing()
    async for listing in used_by.used_by(clients, scope.within(parent=thing), Demand()):
        for item in listing.items:
            if isinstance(item.value, Missing):
                continue
            key = f"used-by {item.key}"
            words = f"{item.cluster}  uses it as {', '.join(item.value.ways)}"
            health = used_by.RESOURCE.health(item.value)
            row = Found("service", words, "services", item.key, item.cluster, health=health)
            search.rows[key] = Item(key, item.name, row, cluster=item.cluster)
        search.looked[_USERS] = "whether services use it …"
        yield search.listing()
    search.problems += listing.problems
    search.looked[_USERS] = "whether services use it"
    yield search.listing()


async def read(clients: Clients, scope: Scope, item: Item[Found]) -> Mapping[str, Any]:
    """The thing whole, as its own resource reads it."""
    row = item.value
    if isinstance(row, Missing):
        raise ApiError(Problem(row.why, "find", row.reason))
    resource = find(row.resource)
    if resource is None:
        return {"looked": f"{item.name}: {row.words}"}
    place = scope.within(cluster=row.cluster, parent=row.parent)
    demand = Demand(visible=(row.key,))
    async for listing in resource.lister(clients, place, demand):
        for each in listing.items:
            if each.key == row.key and (
                listing.phase is Phase.DONE or not isinstance(each.value, Missing)
            ):
                return await resource.read(clients, place, each)
    raise ApiError(Problem(Why.FAILED, "find", "it is not there any more"))


def leads(scope: Scope, item: Item[Found]) -> tuple[str, Scope, str] | None:
    """Where a row is: its resource, the scope to list it in, and its key there."""
    row = item.value
    if isinstance(row, Missing) or not row.resource:
        return None
    place = scope.within(cluster=row.cluster, service=row.service, parent=row.parent)
    return row.resource, place, row.key


RESOURCE: Resource[Found] = Resource(
    name="found",
    noun="result",
    platform=Platform.BOTH,
    model=Found,
    lister=found,
    columns=(
        Column("KIND", lambda row: row.kind, priority=0, width=20),
        _ecs.name_column(width=60),
        Column("BELONGS TO", lambda row: row.words, priority=1, width=80, name="belongs"),
        Column(
            "HEALTH",
            lambda row: row.health.words,
            tone=lambda row: row.health.level,
            priority=2,
            width=40,
        ),
    ),
    read=read,
    health=lambda row: row.health,
    leads=leads,
    needs=("parent",),
    permissions=(
        "ecs:ListClusters",
        "ecs:ListServices",
        "ecs:DescribeServices",
        "ecs:ListTaskDefinitionFamilies",
        "ecs:DescribeTaskDefinition",
    ),
    sort="kind",
    interval=60.0,
    empty="Nothing is called that.",
)
