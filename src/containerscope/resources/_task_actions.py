"""What can be done to a task, and to the container instance that tasks run on."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from containerscope.insight import task_actions as plans
from containerscope.insight.target_health import groups_of
from containerscope.insight.task_actions import LiveTask
from containerscope.model import arn
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_task import Task
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.plan import Ask, Stage, Step
from containerscope.resource import Action, Clients, Scope
from containerscope.resources import _around, _ecs
from containerscope.resources._scale_actions import targets_now
from containerscope.resources._service_live import services_now
from containerscope.resources._target_join import traffic_of

_TASKS = 100
"""Tasks, or instances, that one call describes."""


class _Protected(msgspec.Struct, frozen=True, rename="camel"):
    """What GetTaskProtection says of a task."""

    task_arn: str | None = None
    protection_enabled: bool | None = None
    expiration_date: datetime | None = None


async def tasks_now(clients: Clients, cluster: str, keys: Sequence[str]) -> dict[str, Task]:
    """Tasks of one cluster as they are now, each by its ARN and its id."""
    found: dict[str, Task] = {}
    for batch in _around.batches(keys, _TASKS):
        page = await clients.read(
            "ecs", "DescribeTasks", "tasks", Task, cluster=cluster, tasks=list(batch)
        )
        for each in page.items:
            key = each.task_arn or ""
            found[key] = found[arn.name_of(key)] = each
    return found


async def _live_tasks(
    clients: Clients, scope: Scope, items: Sequence[Item[Task]]
) -> dict[str, LiveTask]:
    """The tasks of several rows as they are now, by the rows' keys."""
    live: dict[str, LiveTask] = {}
    for cluster in dict.fromkeys(_ecs.cluster_of(scope, item) for item in items):
        keys = [item.key for item in items if _ecs.cluster_of(scope, item) == cluster]
        found = await tasks_now(clients, cluster, keys)
        live |= {key: LiveTask(found[key], cluster) for key in keys if key in found}
    return live


_Live = Callable[[Clients, Scope, Sequence[Item[Task]]], Awaitable[Mapping[str, LiveTask]]]


def _one(of: _Live) -> Callable[[Clients, Scope, Item[Task]], Awaitable[LiveTask]]:
    async def one(clients: Clients, scope: Scope, item: Item[Task]) -> LiveTask:
        found = (await of(clients, scope, (item,))).get(item.key)
        if found is None:
            raise ApiError(_ecs.gone("DescribeTasks", ()))
        return found

    return one


async def _with_services(
    clients: Clients, scope: Scope, items: Sequence[Item[Task]]
) -> Mapping[str, LiveTask]:
    """The tasks with their services, and whether they are healthy targets of them."""
    live = await _live_tasks(clients, scope, items)
    for cluster in dict.fromkeys(each.cluster for each in live.values()):
        names = dict.fromkeys(
            each.task.service for each in live.values() if each.cluster == cluster
        )
        try:
            services = await services_now(clients, cluster, [name for name in names if name])
        except ApiError:
            # The preview says less; what is stopped is the same.
            continue
        for name in names:
            if name in services:
                live |= await _within(clients, services[name], {
                    key: each for key, each in live.items()
                    if each.cluster == cluster and each.task.service == name
                })  # fmt: skip
    return live


async def _within(
    clients: Clients, service: Service, live: Mapping[str, LiveTask]
) -> dict[str, LiveTask]:
    """These tasks of one service, with what they are to it."""
    cluster = next(iter(live.values())).cluster
    targets, verdicts = await targets_now(clients, service), {}
    if targets is not None:
        with contextlib.suppress(ApiError):
            tasks = [each.task for each in live.values()]
            verdicts = await traffic_of(clients, cluster, groups_of(service), tasks)
    healthy = {key for key, verdict in verdicts.items() if verdict.level is Level.FINE}
    return {
        key: msgspec.structs.replace(
            each, service=service, targets=targets, healthy=each.task.task_arn in healthy
        )
        for key, each in live.items()
    }


async def _with_protection(
    clients: Clients, scope: Scope, items: Sequence[Item[Task]]
) -> Mapping[str, LiveTask]:
    live = await _live_tasks(clients, scope, items)
    for cluster in dict.fromkeys(each.cluster for each in live.values()):
        mine = {
            each.task.task_arn or "": key for key, each in live.items()
            if each.cluster == cluster and each.task.service and not each.task.stopped
        }  # fmt: skip
        until = await _protected(clients, cluster, list(mine))
        for key in mine.keys() & until.keys():
            live[mine[key]] = msgspec.structs.replace(live[mine[key]], protected_until=until[key])
    return live


async def _protected(
    clients: Clients, cluster: str, keys: Sequence[str]
) -> dict[str, datetime | None]:
    """Until when each of these tasks is protected; None for one that is not."""
    found: dict[str, datetime | None] = {}
    for batch in _around.batches(keys, _TASKS):
        page = await clients.read(
            "ecs", "GetTaskProtection", "protectedTasks", _Protected,
            cluster=cluster, tasks=list(batch),
        )  # fmt: skip
        for each in page.items:
            until = each.expiration_date if each.protection_enabled else None
            found[each.task_arn or ""] = until
    return found


async def _stopped(clients: Clients, step: Step) -> Stage:
    return plans.stopped((await tasks_now(clients, step.where, [step.key])).get(step.key))


async def _is_protected(clients: Clients, step: Step) -> Stage:
    found = await _protected(clients, step.where, [step.key])
    return plans.protected(found.get(step.key), step)


def _why_not(item: Item[Task]) -> str:
    return "" if isinstance(item.value, Missing) else plans.why_not_stopped(item.value)


TASK_ACTIONS: tuple[Action[Task], ...] = (
    Action(
        "stop",
        "Stop",
        "Stop the task",
        _one(_with_services),
        plans.plan_stop,
        ("ecs:StopTask",),
        look_all=_with_services,
        again=_one(_live_tasks),
        effects=plans.effects,
        when=_why_not,
        key="stop",
        bulk=True,
        progress=_stopped,
    ),
    Action(
        "protect",
        "Protect",
        "Protect from scale-in and deployments",
        _one(_with_protection),
        plans.plan_protection,
        ("ecs:UpdateTaskProtection", "ecs:GetTaskProtection"),
        look_all=_with_protection,
        when=_why_not,
        asks=Ask("minutes", hint="MINUTES"),
        answer=lambda _: str(plans.MINUTES),
        bulk=True,
        progress=_is_protected,
    ),
    Action(
        "unprotect",
        "End the protection of",
        "End its protection",
        _one(_with_protection),
        plans.plan_unprotected,
        ("ecs:UpdateTaskProtection", "ecs:GetTaskProtection"),
        look_all=_with_protection,
        when=_why_not,
        bulk=True,
        progress=_is_protected,
    ),
)
