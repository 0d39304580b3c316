"""Running a task definition once, and a scheduled change of scaling before its time."""

from __future__ import annotations

from containerscope.insight import run_actions as plans
from containerscope.insight.run_actions import LiveRun, LiveSchedules
from containerscope.insight.scaling import resource_id
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.model.listing import Item
from containerscope.model.scaling import ScheduledAction
from containerscope.plan import Ask
from containerscope.resource import Action, Clients, Scope
from containerscope.resources import _ecs
from containerscope.resources._service_actions import live_with_target

_PERMISSIONS = ("ecs:RunTask", "iam:PassRole")


async def _of_service(clients: Clients, scope: Scope, item: Item[Service]) -> LiveRun:
    cluster = _ecs.cluster_of(scope, item)
    service = await _ecs.read_one(
        clients, "DescribeServices", "services", cluster=cluster, services=[item.key]
    )
    return LiveRun(str(service.get("taskDefinition") or ""), cluster, service)


async def _of_definition(clients: Clients, scope: Scope, item: Item[TaskDefinition]) -> LiveRun:
    described = await clients.call("ecs", "DescribeTaskDefinition", taskDefinition=item.key)
    definition = str(described["taskDefinition"]["taskDefinitionArn"])
    if not (scope.cluster and scope.service):
        return LiveRun(definition, scope.cluster)
    service = await _ecs.read_one(
        clients, "DescribeServices", "services", cluster=scope.cluster, services=[scope.service]
    )
    return LiveRun(definition, scope.cluster, service)


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
)
RUN_DEFINITION: Action[TaskDefinition] = Action(
    "run",
    "Run once",
    "Run a task of it once",
    _of_definition,
    plans.plan_run,
    _PERMISSIONS,
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
)
