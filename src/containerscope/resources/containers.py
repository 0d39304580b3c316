"""The containers of ECS tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

import msgspec

from containerscope.insight.stop_reasons import told_to_stop
from containerscope.insight.task_health import container_health
from containerscope.listers import Part, names_then_details, single
from containerscope.model import arn
from containerscope.model.ecs_task import Container, TaskContainer, TaskWhole
from containerscope.model.health import Health, Level
from containerscope.model.listing import ApiError, Item, Listing, Missing
from containerscope.resource import (
    Block,
    Clients,
    Column,
    Demand,
    Detail,
    Platform,
    Resource,
    Scope,
    TextBlock,
)
from containerscope.resources import _blocks, _ecs
from containerscope.resources._logs import of_container
from containerscope.resources._session_actions import (
    container_facts,
    ecs_actions,
    why_not_entered,
)
from containerscope.resources._task_details import addresses, container_block, ports
from containerscope.resources._task_list import BATCH, listed
from containerscope.resources._task_whole import describe_whole, whole


async def containers(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[TaskContainer]]:
    """The containers of the task in scope, or of all tasks of the service or cluster."""
    if scope.parent:
        cluster = arn.cluster_of(scope.parent) or scope.cluster
        parts = single(_part(clients, cluster, scope))
    else:
        parts = _ecs.cluster_parts(clients, scope, lambda name: _part(clients, name, scope))
    async with aclosing(
        names_then_details(Demand(everything=demand.everything), parts)
    ) as listings:
        async for listing in listings:
            yield _unfolded(listing)


def _part(clients: Clients, cluster: str, scope: Scope) -> Part[TaskWhole]:
    task = scope.parent if ":task/" in scope.parent else ""
    return Part(
        where=cluster,
        pages=lambda: _ecs.named(task) if task else listed(clients, cluster, scope),
        describe=lambda names: describe_whole(clients, cluster, names),
        batch=BATCH,
        item=lambda key: _ecs.item_of(key, cluster),
        key=lambda value: value.task_arn or "",
        operation="ecs:DescribeTasks",
    )


def _unfolded(listing: Listing[TaskWhole]) -> Listing[TaskContainer]:
    """Tasks as their containers; a task whose details are missing has none yet."""
    rows = tuple(
        row
        for item in listing.items
        if not isinstance(item.value, Missing)
        for row in _of_task(item, item.value)
    )
    done = all(not isinstance(item.value, Missing) for item in listing.items)
    return Listing(
        items=rows,
        phase=listing.phase,
        expected=len(rows) if done and listing.expected is not None else None,
        problems=listing.problems,
        fetched_at=listing.fetched_at,
    )


def _of_task(item: Item[TaskWhole], task: TaskWhole) -> list[Item[TaskContainer]]:
    calm = told_to_stop(task)
    return [
        Item(
            container.container_arn or f"{item.key}/{container.name or number}",
            container.name or "",
            TaskContainer(
                **msgspec.structs.asdict(container),
                group=task.group,
                task_definition_arn=task.task_definition_arn,
                told_to_stop=calm,
            ),
            cluster=item.cluster,
        )
        for number, container in enumerate(task.containers or ())
    ]


async def read(clients: Clients, scope: Scope, item: Item[TaskContainer]) -> Mapping[str, Any]:
    """The container as DescribeTasks answers."""
    task = await _ecs.read_one(
        clients,
        "DescribeTasks",
        "tasks",
        cluster=_ecs.cluster_of(scope, item),
        tasks=[_task_of(scope, item)],
    )
    for container in task.get("containers") or ():
        found: Mapping[str, Any] = container
        if item.key in (found.get("containerArn"), f"{task.get('taskArn')}/{found.get('name')}"):
            return found
    raise ApiError(_ecs.gone("DescribeTasks", ()))


async def overview(
    clients: Clients, scope: Scope, item: Item[TaskContainer]
) -> AsyncIterator[tuple[Block, ...]]:
    """What the list knows of the container, then its state at this moment."""
    known = item.value
    if isinstance(known, Missing):
        yield (_blocks.missing_block(known),)
    else:
        yield _overview(known, _health(known))
    try:
        task = await whole(clients, _ecs.cluster_of(scope, item), _task_of(scope, item))
    except ApiError as error:
        yield (TextBlock(error.problem.message, level=Level.WARNING),)
        return
    calm = told_to_stop(task)
    for container in task.containers or ():
        if item.key == container.container_arn:
            yield _overview(container, container_health(container, told_to_stop=calm))


def _overview(container: Container, health: Health) -> tuple[Block, ...]:
    words = health.words if health.level >= Level.WARNING else ""
    trouble = (TextBlock(words, level=health.level),) if words else ()
    return (*trouble, container_block(container))


def _task_of(scope: Scope, item: Item[TaskContainer]) -> str:
    known = "" if isinstance(item.value, Missing) else item.value.task_arn or ""
    return known or scope.parent


def _health(container: TaskContainer) -> Health:
    return container_health(container, told_to_stop=bool(container.told_to_stop))


def _console(scope: Scope, item: Item[TaskContainer]) -> str:
    task = arn.name_of(_task_of(scope, item))
    cluster = _ecs.cluster_of(scope, item)
    region = _ecs.region_of(scope, item)
    return _ecs.console(
        region, "clusters", cluster, "tasks", task, "configuration", "containers", item.name
    )


def _digest(container: TaskContainer) -> str | None:
    return container.image_digest.removeprefix("sha256:")[:12] if container.image_digest else None


def _check(container: TaskContainer) -> str | None:
    status = (container.health_status or "").lower()
    return status if status != "unknown" else None


def _memory(container: TaskContainer) -> int | None:
    return _ecs.number(container.memory or container.memory_reservation)


RESOURCE: Resource[TaskContainer] = Resource(
    name="containers",
    noun="container",
    platform=Platform.ECS,
    model=TaskContainer,
    lister=containers,
    columns=(
        _ecs.CLUSTER,
        _ecs.name_column(),
        Column(
            "HEALTH",
            lambda container: _health(container).words,
            tone=lambda container: _health(container).level,
            priority=1,
            width=30,
        ),
        Column("STATUS", lambda container: container.last_status, priority=2),
        Column("CHECK", _check, priority=5),
        Column(
            "TASK",
            lambda c: arn.name_of(c.task_arn) if c.task_arn else None,
            priority=5,
            width=34,
            unless="parent",
        ),
        Column("IMAGE", lambda container: container.image, priority=3, width=60),
        Column("DIGEST", _digest, priority=6),
        Column("EXIT", lambda container: container.exit_code, kind="number", priority=3),
        Column("PORTS", lambda container: ", ".join(ports(container)) or None, priority=5),
        Column("IP", lambda c: ", ".join(addresses(c)) or None, wide=True),
        Column("CPU", lambda c: _ecs.number(c.cpu), kind="number", priority=7),
        Column("MEM MiB", _memory, kind="mib", priority=7, name="memory"),
        Column("RUNTIME ID", lambda container: container.runtime_id, wide=True, priority=9),
        Column("REASON", lambda container: container.reason, priority=4, width=60),
    ),
    read=read,
    health=_health,
    changing=lambda container: container.last_status not in (None, "RUNNING", "STOPPED"),
    actions=ecs_actions(container_facts, when=why_not_entered),
    logs=of_container,
    details=(Detail("Overview", overview),),
    console=_console,
    permissions=("ecs:ListClusters", "ecs:ListTasks", "ecs:DescribeTasks"),
    empty="No containers in {scope}.",
)
