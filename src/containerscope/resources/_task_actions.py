"""What can be done to a task, and to the container instance that tasks run on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from containerscope.insight import task_actions as plans
from containerscope.insight.task_actions import LiveInstance, LiveTask
from containerscope.model.ecs import ContainerInstance
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_task import Task
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.plan import Stage, Step
from containerscope.resource import Action, Clients, Scope
from containerscope.resources import _ecs
from containerscope.resources._service_actions import service_now


class _Protected(msgspec.Struct, frozen=True, rename="camel"):
    """What GetTaskProtection says of a task."""

    protection_enabled: bool | None = None
    expiration_date: datetime | None = None


async def _task(clients: Clients, cluster: str, key: str) -> Task | None:
    page = await clients.read(
        "ecs", "DescribeTasks", "tasks", Task, cluster=cluster, tasks=[key]
    )  # fmt: skip
    return page.items[0] if page.items else None


async def _live(clients: Clients, scope: Scope, item: Item[Task]) -> LiveTask:
    cluster = _ecs.cluster_of(scope, item)
    task = await _task(clients, cluster, item.key)
    if task is None:
        raise ApiError(_ecs.gone("DescribeTasks", ()))
    return LiveTask(task, cluster)


async def _with_service(clients: Clients, scope: Scope, item: Item[Task]) -> LiveTask:
    live = await _live(clients, scope, item)
    if not live.task.service:
        return live
    service: Service | None = None
    try:
        service = await service_now(clients, live.cluster, live.task.service)
    except ApiError:
        # The preview says less; what is stopped is the same.
        service = None
    return LiveTask(live.task, live.cluster, service)


async def _with_protection(clients: Clients, scope: Scope, item: Item[Task]) -> LiveTask:
    live = await _live(clients, scope, item)
    if not live.task.service or live.task.stopped:
        return live
    page = await clients.read(
        "ecs", "GetTaskProtection", "protectedTasks", _Protected,
        cluster=live.cluster, tasks=[live.task.task_arn],
    )  # fmt: skip
    found = page.items[0] if page.items else _Protected()
    until = found.expiration_date if found.protection_enabled else None
    return LiveTask(live.task, live.cluster, protected_until=until)


async def _stopped(clients: Clients, step: Step) -> Stage:
    return plans.stopped(await _task(clients, step.where, step.key))


def _why_not(item: Item[Task]) -> str:
    return "" if isinstance(item.value, Missing) else plans.why_not_stopped(item.value)


TASK_ACTIONS: tuple[Action[Task], ...] = (
    Action(
        "stop",
        "Stop",
        "Stop the task",
        _with_service,
        plans.plan_stop,
        ("ecs:StopTask",),
        when=_why_not,
        key="stop",
        bulk=True,
        progress=_stopped,
    ),
    Action(
        "protect",
        "Protect",
        f"Protect from scale-in and deployments for {plans.MINUTES} min",
        _with_protection,
        lambda live, _: plans.plan_protection(live, True),
        ("ecs:UpdateTaskProtection", "ecs:GetTaskProtection"),
        when=_why_not,
        bulk=True,
    ),
    Action(
        "unprotect",
        "End the protection of",
        "End its protection",
        _with_protection,
        lambda live, _: plans.plan_protection(live, False),
        ("ecs:UpdateTaskProtection", "ecs:GetTaskProtection"),
        when=_why_not,
        bulk=True,
    ),
)


async def _instance(clients: Clients, cluster: str, key: str) -> ContainerInstance:
    page = await clients.read(
        "ecs", "DescribeContainerInstances", "containerInstances", ContainerInstance,
        cluster=cluster, containerInstances=[key],
    )  # fmt: skip
    if page.items:
        return page.items[0]
    raise ApiError(_ecs.gone("DescribeContainerInstances", ()))


async def _live_instance(
    clients: Clients, scope: Scope, item: Item[ContainerInstance]
) -> LiveInstance:
    cluster = _ecs.cluster_of(scope, item)
    return LiveInstance(await _instance(clients, cluster, item.key), cluster)


async def _reached(clients: Clients, step: Step) -> Stage:
    return plans.instance_reached(await _instance(clients, step.where, step.key), step)


def _set(action: str, title: str, about: str, status: str) -> Action[ContainerInstance]:
    def when(item: Item[ContainerInstance]) -> str:
        value: Any = item.value
        return "" if isinstance(value, Missing) else plans.why_not_set(value, status)

    return Action(
        action,
        title,
        about,
        _live_instance,
        lambda live, _: plans.plan_instance(live, status),
        ("ecs:UpdateContainerInstancesState",),
        when=when,
        bulk=True,
        progress=_reached,
    )


INSTANCE_ACTIONS: tuple[Action[ContainerInstance], ...] = (
    _set("drain", "Drain", "Drain: its services move their tasks elsewhere", "DRAINING"),
    _set("activate", "Activate", "Activate: let it have tasks again", "ACTIVE"),
)
