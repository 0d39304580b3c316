"""ECS tasks, running and recently stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import msgspec

from containerscope.insight.stop_reasons import explain
from containerscope.insight.task_health import task_changing, task_health
from containerscope.listers import Part, names_then_details
from containerscope.model.ecs import tag_map
from containerscope.model.ecs_task import Task, lean
from containerscope.model.health import Level
from containerscope.model.listing import Item, Listing, Missing, Page
from containerscope.resource import (
    Child,
    Clients,
    Column,
    Demand,
    Detail,
    Platform,
    Resource,
    Scope,
)
from containerscope.resources import _ecs, _target_join, _task_tabs
from containerscope.resources._blocks import taskdef_name
from containerscope.resources._logs import of_task
from containerscope.resources._session_actions import (
    ecs_actions,
    task_facts,
    task_parts,
    why_not_entered,
)
from containerscope.resources._task_actions import TASK_ACTIONS
from containerscope.resources._task_details import DETAILS
from containerscope.resources._task_list import BATCH, listed


async def describe(clients: Clients, cluster: str, names: Sequence[str]) -> Page[Task]:
    """Tasks of one cluster by ARN, at most a hundred."""
    page = await clients.read(
        "ecs",
        "DescribeTasks",
        "tasks",
        Task,
        cluster=cluster,
        tasks=list(names),
        include=["TAGS"],
    )
    return msgspec.structs.replace(page, items=tuple(map(lean, page.items)))


def part(clients: Clients, cluster: str, scope: Scope) -> Part[Task]:
    """The tasks of one cluster, or of the service in scope."""
    return Part(
        where=cluster,
        pages=lambda: listed(clients, cluster, scope),
        describe=lambda names: describe(clients, cluster, names),
        batch=BATCH,
        item=lambda key: _ecs.item_of(key, cluster),
        key=lambda task: task.task_arn or "",
        operation="ecs:DescribeTasks",
    )


def tasks(clients: Clients, scope: Scope, demand: Demand) -> AsyncIterator[Listing[Task]]:
    """The tasks in scope, standalone ones too."""
    parts = _ecs.cluster_parts(clients, scope, lambda cluster: part(clients, cluster, scope))
    return names_then_details(demand, parts)


async def read(clients: Clients, scope: Scope, item: Item[Task]) -> Mapping[str, Any]:
    """The task whole, as DescribeTasks answers."""
    return await _ecs.read_one(
        clients,
        "DescribeTasks",
        "tasks",
        cluster=_ecs.cluster_of(scope, item),
        tasks=[item.key],
        include=["TAGS"],
    )


def exits(task: Task) -> str | None:
    """The exit codes of the containers, the first failure first; None while none has ended."""
    codes = [c.exit_code for c in task.containers or () if c.exit_code is not None]
    return ", ".join(str(code) for code in sorted(codes, key=lambda code: code == 0)) or None


def _exit_level(task: Task) -> Level:
    level = task_health(task).level
    return level if level >= Level.WARNING and exits(task) else Level.NONE


def _reason(task: Task) -> str | None:
    texts = (*(c.reason for c in task.containers or ()), task.stopped_reason)
    return next((text for text in texts if text), None)


def _within(scope: Scope, item: Item[Task]) -> Scope:
    return scope.within(cluster=_ecs.cluster_of(scope, item), parent=item.key)


def _family(item: Item[Task]) -> str:
    return "" if isinstance(item.value, Missing) else _ecs.family_of(item.value.task_definition_arn)


def _definitions(scope: Scope, item: Item[Task]) -> Scope:
    return scope.within(parent=_family(item))


def _disk(item: Item[Task]) -> str:
    return "" if isinstance(item.value, Missing) else item.value.disk


def _to_disk(scope: Scope, item: Item[Task]) -> Scope:
    return scope.within(cluster="", service="", parent=_disk(item))


def _console(scope: Scope, item: Item[Task]) -> str:
    cluster = _ecs.cluster_of(scope, item)
    region = _ecs.region_of(scope, item)
    return _ecs.console(region, "clusters", cluster, "tasks", item.name, "configuration")


SESSIONS = ecs_actions(task_facts, task_parts, why_not_entered)

RESOURCE: Resource[Task] = Resource(
    name="tasks",
    noun="task",
    platform=Platform.ECS,
    several=True,
    model=Task,
    lister=tasks,
    columns=(
        _ecs.CLUSTER,
        _ecs.name_column("TASK", width=34),
        Column(
            "HEALTH",
            lambda task: task_health(task).words,
            tone=lambda task: task_health(task).level,
            priority=1,
            width=30,
        ),
        Column("STATUS", lambda task: task.last_status, priority=3),
        _target_join.TASK_COLUMN,
        Column("SERVICE", lambda task: task.service or task.group, priority=2, unless="service"),
        Column("TASKDEF", lambda task: taskdef_name(task.task_definition_arn), priority=4),
        Column("AZ", lambda task: task.availability_zone, priority=6),
        Column("IP", lambda task: task.interface("privateIPv4Address") or None, priority=5),
        Column("ENI", lambda task: task.interface("networkInterfaceId") or None, wide=True),
        Column("LAUNCH", lambda task: task.capacity_provider_name or task.launch_type, priority=7),
        Column("CPU", lambda task: _ecs.number(task.cpu), kind="number", priority=8),
        Column("MEM MiB", lambda t: _ecs.number(t.memory), kind="mib", priority=8, name="memory"),
        Column("EXIT", exits, tone=_exit_level, priority=4),
        Column("STOP CODE", lambda task: task.stop_code, wide=True),
        Column("REASON", _reason, priority=6, width=60),
        Column("CAUSE", lambda t: explain(t).cause if t.stopped else None, wide=True, width=60),
        Column("STARTED BY", lambda task: task.started_by, wide=True, priority=8),
        Column("AGE", lambda task: task.started_at or task.created_at, kind="age", priority=2),
        Column("STOPPED", lambda task: task.stopped_at, kind="age", priority=5),
    ),
    read=read,
    health=task_health,
    changing=task_changing,
    children=(
        Child("containers", _within),
        Child("taskdefs", _definitions, when=lambda item: bool(_family(item))),
        Child("volumes", _to_disk, when=lambda item: bool(_disk(item))),
    ),
    by_name=lambda scope, _: bool(scope.cluster),
    actions=(*SESSIONS, *TASK_ACTIONS),
    joins=(_target_join.TASK_JOIN,),
    logs=of_task,
    details=(
        *DETAILS,
        Detail("Storage", _task_tabs.storage),
        Detail("Roles", _task_tabs.roles),
        Detail("Logs", _task_tabs.logs),
    ),
    console=_console,
    permissions=(
        "ecs:ListClusters",
        "ecs:ListTasks",
        "ecs:DescribeTasks",
        "ecs:DescribeServices",
        "ecs:DescribeContainerInstances",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
    ),
    empty="No tasks in {scope}, running or stopped within the last hour.",
    tags=lambda task: tag_map(task.tags),
)
