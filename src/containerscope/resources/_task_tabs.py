"""The tabs of a task's pane that look around it: its volumes, its roles and its newest lines."""

from __future__ import annotations

from collections.abc import AsyncIterator

from containerscope.insight.efs_chain import Where
from containerscope.listers import tried
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_task import Task, TaskWhole
from containerscope.model.listing import Item, Missing, Problem
from containerscope.resource import Block, Clients, Scope, TextBlock
from containerscope.resources import _around, _blocks, _ecs
from containerscope.resources._definition import definition
from containerscope.resources._listed import problem_blocks
from containerscope.resources._logs import of_task
from containerscope.resources._service_logs import newest
from containerscope.resources._service_roles import role_blocks
from containerscope.resources._service_storage import chains, disk_table, where_of
from containerscope.resources._task_whole import whole


async def storage(
    clients: Clients, scope: Scope, item: Item[Task]
) -> AsyncIterator[tuple[Block, ...]]:
    """The volumes of the task, and whether it can reach them from where it is."""
    task = item.value
    if isinstance(task, Missing):
        yield (_blocks.missing_block(task),)
        return
    problems: list[Problem] = []
    cluster = _ecs.cluster_of(scope, item)
    found = await tried(definition(clients, task.task_definition_arn or ""), problems)
    volumes = (found.volumes if found else ()) or ()
    at_launch = any(each.configured_at_launch for each in volumes)
    service: Service | None = None
    if task.service and (at_launch or any(each.efs_volume_configuration for each in volumes)):
        service = await tried(_around.service_of(clients, cluster, task.service), problems)
    # A list keeps neither the subnet of a task nor what else is attached to it.
    known: TaskWhole | None = None
    if volumes:
        known = await tried(whole(clients, cluster, item.key), problems)

    async def places() -> list[Where]:
        network = service.network_configuration if service else None
        vpc = network.awsvpc_configuration if network else None
        return where_of([known or task], frozenset((vpc.security_groups if vpc else ()) or ()))

    disks = service.disks if service else None
    shown: tuple[Block, ...] = ()
    async for shown in chains(clients, found, places, problems, disks):
        yield shown
    if at_launch and known is not None:
        yield (*shown, disk_table((known,)))


async def roles(
    clients: Clients, scope: Scope, item: Item[Task]
) -> AsyncIterator[tuple[Block, ...]]:
    """What the task may do, and what is done in its name when it starts."""
    task = item.value
    if isinstance(task, Missing):
        yield (_blocks.missing_block(task),)
        return
    problems: list[Problem] = []
    found = await tried(definition(clients, task.task_definition_arn or ""), problems)
    shown: tuple[Block, ...] = problem_blocks(problems)
    if found is not None and not (found.task_role_arn or found.execution_role_arn):
        shown = (TextBlock("The task has no role of its own."),)
    yield shown
    pairs = (
        ((found.task_role_arn, "task"), (found.execution_role_arn, "execution")) if found else ()
    )
    for role, purpose in pairs:
        if role:
            shown = (*shown, *await role_blocks(clients, role, purpose))
            yield shown


async def logs(
    clients: Clients, scope: Scope, item: Item[Task]
) -> AsyncIterator[tuple[Block, ...]]:
    """The newest lines of its containers; of a stopped task its last."""
    async for shown in newest(clients, lambda: of_task(clients, scope, item)):
        yield shown
