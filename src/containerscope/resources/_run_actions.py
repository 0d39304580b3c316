"""Running a task definition once, and a scheduled change of scaling before its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from containerscope.insight import run_actions as plans
from containerscope.insight.run_actions import LiveRun, LiveSchedules
from containerscope.insight.scale_capacity import size_of
from containerscope.insight.scaling import resource_id
from containerscope.listers import pages
from containerscope.model import arn
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_task import Task
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.model.listing import Item
from containerscope.model.scaling import ScheduledAction
from containerscope.plan import Ask, Stage, Step
from containerscope.resource import Action, Clients, Scope
from containerscope.resources import _ecs
from containerscope.resources._scale_actions import live_with_target, within_bounds

_PERMISSIONS = ("ecs:RunTask", "iam:PassRole")
_CLUSTERS = 20
"""Clusters in which services that run a definition are looked for."""
_SERVICES = 10


async def _definition(clients: Clients, name: str) -> TaskDefinition:
    """A definition as it is now, by its ARN, or the latest of a family."""
    page = await clients.read(
        "ecs", "DescribeTaskDefinition", "taskDefinition", TaskDefinition, taskDefinition=name
    )
    return page.items[0] if page.items else TaskDefinition()


def _live(found: TaskDefinition, services: Sequence[Mapping[str, Any]]) -> LiveRun:
    retired = found.status not in (None, "ACTIVE")
    return LiveRun(found.task_definition_arn or "", tuple(services), size_of(found), retired)


async def _of_service(clients: Clients, scope: Scope, item: Item[Service]) -> LiveRun:
    cluster = _ecs.cluster_of(scope, item)
    service = await _ecs.read_one(
        clients, "DescribeServices", "services", cluster=cluster, services=[item.key]
    )
    found = await _definition(clients, str(service.get("taskDefinition") or ""))
    return _live(found, [service])


async def _of_definition(clients: Clients, scope: Scope, item: Item[TaskDefinition]) -> LiveRun:
    found = await _definition(clients, item.key)
    if scope.cluster and scope.service:
        service = await _ecs.read_one(
            clients, "DescribeServices", "services", cluster=scope.cluster, services=[scope.service]
        )
        return _live(found, [service])
    return _live(found, await _running(clients, scope, found.family or ""))


async def _running(clients: Clients, scope: Scope, family: str) -> list[Mapping[str, Any]]:
    """The services that run tasks of a family, in this cluster or in all of them."""
    names = [scope.cluster] if scope.cluster else await _clusters(clients)
    found: list[Mapping[str, Any]] = []
    for cluster in names:
        listed = await clients.read(
            "ecs", "ListTasks", "taskArns", str, cluster=cluster, family=family, maxResults=100
        )
        if not listed.items:
            continue
        tasks = await clients.read(
            "ecs", "DescribeTasks", "tasks", Task, cluster=cluster, tasks=list(listed.items)
        )
        services = list(dict.fromkeys(each.service for each in tasks.items if each.service))
        if services:
            described = await clients.call(
                "ecs", "DescribeServices", cluster=cluster, services=services[:_SERVICES]
            )
            found += described.get("services") or ()
    return found


async def _clusters(clients: Clients) -> list[str]:
    found: list[str] = []
    async for page in pages(clients, "ecs", "ListClusters", "clusterArns", maxResults=100):
        found += map(arn.name_of, page.items)
    return sorted(found)[:_CLUSTERS]


async def _runs(clients: Clients, step: Step) -> Stage:
    page = await clients.read(
        "ecs", "DescribeTasks", "tasks", Task, cluster=step.where, tasks=[step.mark]
    )
    return plans.run_so_far(page.items[0] if page.items else None, step)


async def _schedules(clients: Clients, scope: Scope, item: Item[Service]) -> LiveSchedules:
    live = await live_with_target(clients, scope, item)
    page = await clients.read(
        "application-autoscaling",
        "DescribeScheduledActions",
        "ScheduledActions",
        ScheduledAction,
        ServiceNamespace="ecs",
        ResourceId=resource_id(live.cluster, live.name),
    )
    return LiveSchedules(live, page.items)


RUN_SERVICE: Action[Service] = Action(
    "run",
    "Run once the task of",
    "Run its task once, beside the service",
    _of_service,
    plans.plan_run,
    _PERMISSIONS,
    made=plans.made,
    progress=_runs,
)
RUN_DEFINITION: Action[TaskDefinition] = Action(
    "run",
    "Run once",
    "Run a task of it once",
    _of_definition,
    plans.plan_run,
    _PERMISSIONS,
    made=plans.made,
    asks=Ask("as in service", "choice", "SERVICE"),
    options=plans.run_options,
    answer=lambda found: next((each.value for each in plans.run_options(found)), ""),
    progress=_runs,
)
RUN_SCHEDULE: Action[Service] = Action(
    "run-schedule",
    "Make now a scheduled change of",
    "Make a scheduled change of its scaling now",
    _schedules,
    plans.plan_schedule,
    ("application-autoscaling:RegisterScalableTarget",),
    asks=Ask("change", "choice", "SCHEDULE"),
    options=plans.schedule_options,
    answer=lambda found: next((each.value for each in plans.schedule_options(found)), ""),
    progress=within_bounds,
)
