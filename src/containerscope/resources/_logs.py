"""Where the lines of services, tasks and containers are."""

from __future__ import annotations

from collections.abc import Sequence

from containerscope.insight.log_destination import log_destination
from containerscope.model import arn
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_task import Task, TaskContainer, TaskWhole
from containerscope.model.ecs_taskdef import ContainerDefinition
from containerscope.model.listing import ApiError, Item, Problem
from containerscope.model.log_source import Elsewhere, LogSource, Sources
from containerscope.resource import Clients, Scope
from containerscope.resources import _ecs
from containerscope.resources._definition import definition
from containerscope.resources._task_list import BATCH, listed
from containerscope.resources._task_whole import describe_whole

_SHORT = 8
"""Characters of a task's id that tell it from the others on screen."""


async def of_service(clients: Clients, scope: Scope, item: Item[Service]) -> Sources:
    """All containers of all its tasks, those too that stopped within the last hour."""
    cluster = _ecs.cluster_of(scope, item)
    within = scope.within(cluster=cluster, service=item.name, parent="")
    names = [name async for page in listed(clients, cluster, within) for name in page.items]
    return await _of_tasks(clients, cluster, names, f"service {item.name}")


async def of_container_of_service(
    clients: Clients, scope: Scope, cluster: str, service: str, container: str
) -> Sources:
    """This container in all tasks of the service."""
    within = scope.within(cluster=cluster, service=service, parent="")
    names = [name async for page in listed(clients, cluster, within) for name in page.items]
    title = f"container {container} of service {service}"
    return await _of_tasks(clients, cluster, names, title, container=container)


async def of_task(clients: Clients, scope: Scope, item: Item[Task]) -> Sources:
    """All containers of the task."""
    cluster = _ecs.cluster_of(scope, item)
    return await _of_tasks(clients, cluster, [item.key], f"task {item.name[:_SHORT]}", one=True)


async def of_container(clients: Clients, scope: Scope, item: Item[TaskContainer]) -> Sources:
    """The one container."""
    cluster = _ecs.cluster_of(scope, item)
    task = scope.parent or getattr(item.value, "task_arn", None) or ""
    title = f"container {item.name}"
    return await _of_tasks(clients, cluster, [task], title, one=True, container=item.name)


async def _of_tasks(
    clients: Clients,
    cluster: str,
    names: Sequence[str],
    title: str,
    *,
    one: bool = False,
    container: str = "",
) -> Sources:
    found: list[LogSource] = []
    elsewhere: dict[str, Elsewhere] = {}
    problems: list[Problem] = []
    ended = 0.0
    for start in range(0, len(names), BATCH):
        page = await describe_whole(clients, cluster, names[start : start + BATCH])
        for task in page.items:
            try:
                made = await definition(clients, task.task_definition_arn or "")
            except ApiError as error:
                if error.problem not in problems:
                    problems.append(error.problem)
                continue
            for each in made.container_definitions or ():
                if container in ("", each.name):
                    _add(task, each, found, elsewhere)
            ended = _ended(task)
    return Sources(
        title, tuple(found), tuple(elsewhere.values()), tuple(problems), ended if one else 0.0
    )


def _ended(task: TaskWhole) -> float:
    return task.stopped_at.timestamp() if task.stopped_at else 0.0


def _add(
    task: TaskWhole,
    container: ContainerDefinition,
    found: list[LogSource],
    elsewhere: dict[str, Elsewhere],
) -> None:
    task_id = arn.name_of(task.task_arn or "")
    name = container.name or "?"
    runtime = next((c.runtime_id for c in task.containers or () if c.name == name), None)
    to = log_destination(container, task_id, runtime or "", fargate=task.launch_type == "FARGATE")
    if to.group and to.stream:
        label = f"{task_id[:_SHORT]}/{name}"
        found.append(LogSource(to.group, to.stream, label, to.region, _ended(task)))
    else:
        words = f"{to.words}. {to.note}" if to.note else to.words
        elsewhere.setdefault(name, Elsewhere(name, words))
