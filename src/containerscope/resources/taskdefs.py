"""ECS task definitions: the families, or with a family as parent all of its revisions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import msgspec

from containerscope.listers import Part, names_then_details, pages, single
from containerscope.model import arn
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.model.listing import ApiError, Item, Listing, Page
from containerscope.resource import Block, Child, Clients, Column, Demand, Platform, Resource, Scope
from containerscope.resources import _ecs
from containerscope.resources._definition import latest
from containerscope.resources._difference import about, difference
from containerscope.resources._listed import problem_block
from containerscope.resources._run_actions import RUN_DEFINITION
from containerscope.resources._taskdef_details import DETAILS


async def taskdefs(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[TaskDefinition]]:
    """Families with an active revision, or the revisions of one family, newest first.

    Names come a hundred per call. ECS describes one per call, so that only the rows on screen
    are described: a thousand families cost ten calls and a screenful, and a thousand more only
    if everything is demanded. A revision is described once and for all.
    """
    part = _revisions(clients, scope.parent) if scope.parent else _families(clients)
    found = names_then_details(demand, single(part), lazily=True)
    async with aclosing(found):
        async for listing in found:
            if scope.parent:
                items = tuple(sorted(listing.items, key=_newest_first))
                listing = msgspec.structs.replace(listing, items=items)
            yield listing


async def read(clients: Clients, scope: Scope, item: Item[TaskDefinition]) -> Mapping[str, Any]:
    """The task definition whole, with its tags."""
    answer = await clients.call(
        "ecs", "DescribeTaskDefinition", taskDefinition=item.key, include=["TAGS"]
    )
    found = answer.get("taskDefinition") or {}
    return {**found, "tags": answer.get("tags") or []}


async def compare(
    clients: Clients, one: Item[TaskDefinition], other: Item[TaskDefinition]
) -> AsyncIterator[tuple[Block, ...]]:
    """What differs between two revisions, the older first."""
    try:
        both = await asyncio.gather(*(latest(clients, each.key) for each in (one, other)))
    except ApiError as error:
        yield (problem_block(error.problem),)
        return
    old, new = sorted(both, key=lambda each: (each.family or "", each.revision or 0))
    yield (difference(old, new), about(old, new))


def is_family(item: Item[TaskDefinition]) -> bool:
    """Whether the row stands for a family; its details are those of the latest revision."""
    return not item.key.startswith("arn:")


def _families(clients: Clients) -> Part[TaskDefinition]:
    async def describe(names: Sequence[str]) -> Page[TaskDefinition]:
        return Page((await latest(clients, names[0]),))

    return Part(
        where="",
        pages=lambda: pages(
            clients,
            "ecs",
            "ListTaskDefinitionFamilies",
            "families",
            status="ACTIVE",
            maxResults=100,
        ),
        describe=describe,
        batch=1,
        item=lambda name: Item(name, name),
        key=lambda found: found.family or "",
        operation="ecs:DescribeTaskDefinition",
    )


def _revisions(clients: Clients, family: str) -> Part[TaskDefinition]:
    async def described(names: Sequence[str]) -> Page[TaskDefinition]:
        return Page((await latest(clients, names[0]),))

    async def listed() -> AsyncIterator[Page[str]]:
        for status in ("ACTIVE", "INACTIVE"):
            found = pages(
                clients,
                "ecs",
                "ListTaskDefinitions",
                "taskDefinitionArns",
                familyPrefix=family,
                status=status,
                sort="DESC",
                maxResults=100,
            )
            async for page in found:
                yield page

    return Part(
        where="",
        pages=listed,
        describe=described,
        batch=1,
        item=lambda key: Item(key, arn.name_of(key)),
        key=lambda found: found.task_definition_arn or "",
        operation="ecs:DescribeTaskDefinition",
    )


def _newest_first(item: Item[TaskDefinition]) -> int:
    revision = item.name.rpartition(":")[2]
    return -int(revision) if revision.isdecimal() else 0


def _family(item: Item[TaskDefinition]) -> str:
    return item.name if is_family(item) else item.name.rpartition(":")[0]


def _number(value: str | None) -> int | str | None:
    return int(value) if value and value.isdecimal() else value


def _runs_on(found: TaskDefinition) -> tuple[str, ...]:
    return tuple(found.requires_compatibilities or found.compatibilities or ())


def _platform(found: TaskDefinition) -> str | None:
    platform = found.runtime_platform
    if platform is None:
        return None
    names = (platform.operating_system_family, platform.cpu_architecture)
    return " ".join(name for name in names if name) or None


def _role(value: str | None) -> str | None:
    return arn.name_of(value) if value else None


def _console(scope: Scope, item: Item[TaskDefinition]) -> str:
    region = _ecs.region_of(scope, item)
    if is_family(item):
        return _ecs.console(region, "task-definitions", item.name)
    revision = item.name.rpartition(":")[2]
    return _ecs.console(region, "task-definitions", _family(item), revision, "containers")


RESOURCE: Resource[TaskDefinition] = Resource(
    name="taskdefs",
    noun="task definition",
    platform=Platform.ECS,
    model=TaskDefinition,
    lister=taskdefs,
    aliases=("td", "taskdef", "task-definitions"),
    columns=(
        _ecs.name_column(),
        Column("FAMILY", of_item=_family, wide=True, priority=8),
        Column("REVISION", lambda found: found.revision, kind="number", priority=2),
        Column("CPU", lambda found: _number(found.cpu), kind="number", priority=3),
        Column("MEM MiB", lambda f: _number(f.memory), kind="number", priority=3, name="memory"),
        Column(
            "CONTAINERS",
            lambda found: tuple(each.name or "?" for each in found.container_definitions or ()),
            priority=2,
            width=40,
        ),
        Column("NETWORK", lambda found: found.network_mode, wide=True, priority=5),
        Column("RUNS ON", _runs_on, priority=4, width=24),
        Column("STATUS", lambda found: found.status, priority=6),
        Column("PLATFORM", _platform, wide=True, priority=7),
        Column("TASK ROLE", lambda f: _role(f.task_role_arn), wide=True, priority=6),
        Column("EXECUTION ROLE", lambda f: _role(f.execution_role_arn), wide=True, priority=7),
        Column(
            "VOLUMES",
            lambda f: tuple(v.name or "?" for v in f.volumes or ()),
            wide=True,
            priority=7,
        ),
        Column("BY", lambda found: _role(found.registered_by), priority=6, width=24),
        Column("AGE", lambda found: found.registered_at, kind="age", priority=3),
    ),
    read=read,
    children=(
        Child("taskdefs", lambda scope, item: scope.within(parent=_family(item)), is_family),
    ),
    by_name=lambda *_: True,
    actions=(RUN_DEFINITION,),
    details=DETAILS,
    compare=compare,
    used_by=lambda item: f":task-definition/{item.name}",
    console=_console,
    permissions=(
        "ecs:ListTaskDefinitionFamilies",
        "ecs:ListTaskDefinitions",
        "ecs:DescribeTaskDefinition",
    ),
    sort="family",
    interval=6.0,
    empty="No task definitions in {scope}.",
    arn=lambda found: found.task_definition_arn,
)
