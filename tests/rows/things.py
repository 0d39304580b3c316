"""A small resource with a column of every kind, and items of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from containerscope.model.health import FINE, Health, Level
from containerscope.model.listing import Item, Listing, Missing, Phase
from containerscope.resource import Clients, Column, Demand, Platform, Resource, Scope

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Thing(msgspec.Struct, frozen=True):
    """A value with a member of every kind."""

    status: str = "ACTIVE"
    cpu: float | None = None
    tasks: tuple[int, int] | None = None
    started: datetime | None = None
    memory: int | None = None
    size: int | None = None
    public: bool | None = None
    note: Any = None
    tags: Mapping[str, str] = {}


_HEALTH = {
    "ACTIVE": FINE,
    "PENDING": Health(Level.PROGRESS, "starting"),
    "WARNING": Health(Level.WARNING, "degraded"),
    "FAILED": Health(Level.FAILED, "down"),
}


async def _lister(_: Clients, __: Scope, ___: Demand) -> AsyncIterator[Listing[Thing]]:
    yield Listing(phase=Phase.DONE)


async def _read(_: Clients, __: Scope, item: Item[Thing]) -> Mapping[str, Any]:
    return {"name": item.name}


THINGS: Resource[Thing] = Resource(
    name="things",
    noun="thing",
    platform=Platform.BOTH,
    model=Thing,
    lister=_lister,
    read=_read,
    health=lambda thing: _HEALTH.get(thing.status, Health(Level.NONE)),
    tags=lambda thing: thing.tags,
    columns=(
        Column("NAME", of_item=lambda item: item.name, priority=0),
        Column("STATUS", lambda thing: thing.status),
        Column("CPU %", lambda thing: thing.cpu, kind="percent", name="cpu"),
        Column("TASKS", lambda thing: thing.tasks, kind="ratio"),
        Column("AGE", lambda thing: thing.started, kind="age"),
        Column("MEM MiB", lambda thing: thing.memory, kind="mib", name="memory"),
        Column("SIZE", lambda thing: thing.size, kind="bytes"),
        Column("PUBLIC", lambda thing: thing.public, kind="flag"),
        Column("CLUSTER", of_item=lambda item: item.cluster, unless="cluster"),
        Column("NOTE", lambda thing: thing.note, wide=True),
    ),
)


def item(name: str, value: Thing | Missing | None = None, **members: Any) -> Item[Thing]:
    """An item of this name whose value has these members."""
    return Item(f"key:{name}", name, Thing(**members) if value is None else value, cluster="c1")


def listing(*items: Item[Thing]) -> Listing[Thing]:
    """A listing that is done."""
    return Listing(items, Phase.DONE)
