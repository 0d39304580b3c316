"""Ordering, filtering and formatting 50,000 rows."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from benchmarks.report import Row
from containerscope.model.health import FINE, Health, Level
from containerscope.model.listing import Item, Listing, Phase
from containerscope.resource import Clients, Column, Demand, Platform, Resource, Scope
from containerscope.rows import Rows, View, build

NAME = "rows"
COUNT = 50_000
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
_TIMES = 5
_CLUSTER = "arn:aws:ecs:eu-west-1:123456789012:task/checkout/"


class Task(msgspec.Struct, frozen=True):
    """What a row is made of."""

    status: str
    cpu: float
    started: datetime
    zone: str = "eu-west-1a"


async def _lister(_: Clients, __: Scope, ___: Demand) -> AsyncIterator[Listing[Task]]:
    yield Listing()


async def _read(_: Clients, __: Scope, item: Item[Task]) -> Mapping[str, Any]:
    return {"name": item.name}


def _health(task: Task) -> Health:
    return FINE if task.status == "RUNNING" else Health(Level.FAILED, "stopped")


TASKS: Resource[Task] = Resource(
    name="tasks",
    noun="task",
    platform=Platform.ECS,
    model=Task,
    lister=_lister,
    read=_read,
    health=_health,
    columns=(
        Column("TASK", of_item=lambda item: item.name, name="name"),
        Column("STATUS", lambda task: task.status),
        Column("CPU %", lambda task: task.cpu, kind="percent", name="cpu"),
        Column("AGE", lambda task: task.started, kind="age"),
        Column("AZ", lambda task: task.zone),
    ),
)


def _items(name: Callable[[random.Random, int], str]) -> tuple[Item[Task], ...]:
    chance = random.Random(1)

    def task() -> Task:
        status = "RUNNING" if chance.random() < 0.98 else "STOPPED"
        started = NOW - timedelta(seconds=chance.randrange(10**6))
        return Task(status, chance.random() * 100, started)

    return tuple(
        Item(f"{_CLUSTER}{number:032x}", name(chance, number), task()) for number in range(COUNT)
    )


def _best(work: Callable[[], object]) -> float:
    """Milliseconds of the fastest run: the others were disturbed."""
    times = []
    for _ in range(_TIMES):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def _row(what: str, bar: float, work: Callable[[], object]) -> Row:
    measured = _best(work)
    return Row(what, f"{measured:.0f} ms", f"≤ {bar:.0f} ms", measured <= bar)


def run() -> list[Row]:
    """Each number is of 50,000 rows."""
    ids = Listing(_items(lambda chance, _: uuid.UUID(int=chance.getrandbits(128)).hex), Phase.DONE)
    names = Listing(_items(lambda chance, at: f"web-{chance.randrange(10**6)}-{at}"), Phase.DONE)
    before = build(ids, TASKS, View(), NOW)
    one = list(ids.items)
    one[777] = msgspec.structs.replace(one[777], value=Task("STOPPED", 5.0, NOW))
    changed = Listing(tuple(one), Phase.DONE)
    grown = Listing((*one, msgspec.structs.replace(one[0], key="new", name="new")), Phase.DONE)
    found = build(ids, TASKS, View("abc"), NOW, before)

    def a_screen() -> None:
        rows: Rows = build(ids, TASKS, View(), NOW, before)
        for key in rows.keys[:60]:
            rows.cells(key)

    def after(listing: Listing[Task], view: View, previous: Rows) -> Callable[[], object]:
        return lambda: build(listing, TASKS, view, NOW, previous).item(previous.keys[0])

    return [
        _row(
            "50,000 rows by health and id, from nothing",
            250,
            lambda: build(ids, TASKS, View(), NOW),
        ),
        _row("50,000 rows by health and name", 250, lambda: build(names, TASKS, View(), NOW)),
        _row("sorted by another column", 250, after(ids, View(sort="-cpu"), before)),
        _row("after one change", 60, after(changed, View(), before)),
        _row("after one row came", 100, after(grown, View(), before)),
        _row("a letter more in the filter", 60, after(ids, View("abcd"), found)),
        _row("filter cpu>80", 100, after(ids, View("cpu>80"), before)),
        _row("nothing changed, 60 rows formatted", 20, a_screen),
    ]
