"""How services are scaled: bounds, policies, schedules, and what last happened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from containerscope.insight.scaling import (
    resource_id,
    scaling_verdict,
    scene_of,
    service_of,
    suspended_words,
)
from containerscope.insight.scaling_activity import Step, steps
from containerscope.insight.uses import SCALABLE_TARGET
from containerscope.listers import read_pages, tried
from containerscope.model.cloudwatch import MetricAlarm
from containerscope.model.health import Health, Level
from containerscope.model.listing import Item, Listing, Page, Phase, Problem
from containerscope.model.scaling import (
    ScalableTarget,
    ScalingActivity,
    ScalingPolicy,
    ScheduledAction,
    ServiceScaling,
)
from containerscope.resource import Child, Clients, Column, Demand, Platform, Resource, Scope
from containerscope.resources import _around, _ecs
from containerscope.resources._scaling_details import DETAILS

_DIMENSION = "ecs:service:DesiredCount"
_ALARMS = 100


async def scaling(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[ServiceScaling]]:
    """The services in scope that are scaled: their bounds first, then why they scaled."""
    problems: list[Problem] = []
    targets: list[ScalableTarget] = []
    date: datetime | None = None
    async for page in _target_pages(clients, scope, problems):
        targets += [each for each in page.items if _within(scope, each)]
        problems += page.odd
        date = page.date or date
        yield Listing(_rows(targets), Phase.NAMES, None, tuple(problems), date)
    if not targets:
        yield _around.done((), problems, date)
        return
    policies, schedules, activities = await asyncio.gather(
        tried(_all(clients, scope, "DescribeScalingPolicies", ScalingPolicy), problems),
        tried(_all(clients, scope, "DescribeScheduledActions", ScheduledAction), problems),
        tried(_activities(clients, scope), problems),
    )
    yield Listing(
        _rows(targets, policies, schedules, activities),
        Phase.DETAILS,
        len(targets),
        tuple(problems),
        date,
    )
    alarms = await tried(_alarms(clients, targets, policies or ()), problems)
    rows = _rows(targets, policies, schedules, activities, alarms)
    yield _around.done(rows, problems, date)


async def _target_pages(
    clients: Clients, scope: Scope, problems: list[Problem]
) -> AsyncIterator[Page[ScalableTarget]]:
    only: dict[str, Any] = {}
    if scope.cluster and scope.service:
        named = resource_id(scope.cluster, scope.service)
        only = {"ResourceIds": [named], "ScalableDimension": _DIMENSION}
    found = read_pages(
        clients,
        "application-autoscaling",
        "DescribeScalableTargets",
        "ScalableTargets",
        ScalableTarget,
        "NextToken",
        ServiceNamespace="ecs",
        MaxResults=50,
        **only,
    )
    while (page := await tried(anext(found, None), problems)) is not None:
        yield page


_MEMBERS = {
    "DescribeScalingPolicies": ("ScalingPolicies", 10),
    "DescribeScheduledActions": ("ScheduledActions", 50),
}
"""Operation -> the list in its answer and the largest page."""


async def _all(clients: Clients, scope: Scope, operation: str, model: Any) -> tuple[Any, ...]:
    member, most = _MEMBERS[operation]
    return await _around.described(
        clients,
        "application-autoscaling",
        operation,
        member,
        model,
        ServiceNamespace="ecs",
        MaxResults=most,
        **_one(scope),
    )


async def _activities(clients: Clients, scope: Scope) -> tuple[ScalingActivity, ...]:
    """The newest fifty: of the service, or of all services together."""
    page = await clients.read(
        "application-autoscaling",
        "DescribeScalingActivities",
        "ScalingActivities",
        ScalingActivity,
        ServiceNamespace="ecs",
        MaxResults=50,
        IncludeNotScaledActivities=True,
        **_one(scope),
    )
    return page.items


def _one(scope: Scope) -> dict[str, str]:
    """The parameters that narrow a call to one service."""
    if not (scope.cluster and scope.service):
        return {}
    return {
        "ResourceId": resource_id(scope.cluster, scope.service),
        "ScalableDimension": _DIMENSION,
    }


async def _alarms(
    clients: Clients, targets: list[ScalableTarget], policies: tuple[ScalingPolicy, ...]
) -> dict[str, MetricAlarm]:
    """The alarms of the policies of these targets, a hundred a call."""
    wanted = {target.resource_id for target in targets}
    names = dict.fromkeys(
        alarm.alarm_name
        for policy in policies
        if policy.resource_id in wanted
        for alarm in policy.alarms or ()
        if alarm.alarm_name
    )
    found: dict[str, MetricAlarm] = {}
    for batch in _around.batches(tuple(names), _ALARMS):
        page = await clients.read(
            "cloudwatch",
            "DescribeAlarms",
            "MetricAlarms",
            MetricAlarm,
            AlarmNames=list(batch),
            MaxRecords=_ALARMS,
        )
        found |= {alarm.alarm_name or "": alarm for alarm in page.items}
    return found


def _within(scope: Scope, target: ScalableTarget) -> bool:
    cluster, service = service_of(target.resource_id)
    return (not scope.cluster or cluster == scope.cluster) and (
        not scope.service or service == scope.service
    )


def _rows(
    targets: list[ScalableTarget],
    policies: tuple[ScalingPolicy, ...] | None = None,
    schedules: tuple[ScheduledAction, ...] | None = None,
    activities: tuple[ScalingActivity, ...] | None = None,
    alarms: Mapping[str, MetricAlarm] | None = None,
) -> tuple[Item[ServiceScaling], ...]:
    rows: dict[str, Item[ServiceScaling]] = {}
    by_policy, by_schedule, by_activity = map(_grouped, (policies, schedules, activities))
    for target in targets:
        name = target.resource_id or "?"
        own = None if by_policy is None else tuple(by_policy.get(name, ()))
        names = [alarm.alarm_name or "" for each in own or () for alarm in each.alarms or ()]
        value = ServiceScaling(
            target,
            own,
            None if by_schedule is None else tuple(by_schedule.get(name, ())),
            None if by_activity is None else tuple(by_activity.get(name, ())),
            None if alarms is None else {each: alarms[each] for each in names if each in alarms},
        )
        cluster, service = service_of(name)
        rows.setdefault(name, Item(name, service or name, value, cluster=cluster))
    return tuple(rows.values())


def _grouped(found: tuple[Any, ...] | None) -> dict[str, list[Any]] | None:
    if found is None:
        return None
    groups: dict[str, list[Any]] = {}
    for each in found:
        groups.setdefault(each.resource_id or "?", []).append(each)
    return groups


async def read(clients: Clients, scope: Scope, item: Item[ServiceScaling]) -> Mapping[str, Any]:
    """The target with its policies and schedules, each as its own call answers."""
    one = {"ResourceId": item.key, "ScalableDimension": _DIMENSION, "ServiceNamespace": "ecs"}
    target = await clients.call(
        "application-autoscaling",
        "DescribeScalableTargets",
        ServiceNamespace="ecs",
        ResourceIds=[item.key],
        ScalableDimension=_DIMENSION,
    )
    policies = await clients.call("application-autoscaling", "DescribeScalingPolicies", **one)
    actions = await clients.call("application-autoscaling", "DescribeScheduledActions", **one)
    found = target.get("ScalableTargets") or [{}]
    return {
        **found[0],
        "ScalingPolicies": policies.get("ScalingPolicies") or [],
        "ScheduledActions": actions.get("ScheduledActions") or [],
    }


def _health(found: ServiceScaling) -> Health:
    return scaling_verdict(scene_of(found)).health


def _last(found: ServiceScaling) -> Step | None:
    return next(iter(steps(found.activities or ())), None)


def _cause(found: ServiceScaling) -> str | None:
    last = _last(found)
    return f"{last.change} {last.cause.words}".strip() if last else None


def _next(found: ServiceScaling) -> str | None:
    """The schedules in short; their next runs stand in the details, which know the time."""
    return ", ".join(each.schedule or "?" for each in found.schedules or ()) or None


def _services(scope: Scope, item: Item[ServiceScaling]) -> Scope:
    return scope.within(cluster=item.cluster, service=item.name, parent="")


def _console(scope: Scope, item: Item[ServiceScaling]) -> str:
    return _ecs.console(scope.region, "clusters", item.cluster, "services", item.name, "scaling")


def _changing(found: ServiceScaling) -> bool:
    last = _last(found)
    return last is not None and last.level is Level.PROGRESS


RESOURCE: Resource[ServiceScaling] = Resource(
    name="scaling",
    noun="scalable target",
    platform=Platform.ECS,
    model=ServiceScaling,
    lister=scaling,
    columns=(
        _ecs.CLUSTER,
        _ecs.name_column("SERVICE"),
        Column(
            "HEALTH",
            lambda found: _health(found).words,
            tone=lambda found: _health(found).level,
            priority=1,
            width=30,
        ),
        Column("MIN", lambda found: found.target.min_capacity, kind="number", priority=2),
        Column("MAX", lambda found: found.target.max_capacity, kind="number", priority=2),
        Column(
            "POLICIES",
            lambda found: None if found.policies is None else len(found.policies),
            kind="number",
            priority=5,
        ),
        Column(
            "SUSPENDED", lambda found: suspended_words(found.target.suspended_state), priority=6
        ),
        Column("LAST CHANGE", _cause, priority=3, width=50),
        Column("RESULT", lambda f: last.result if (last := _last(f)) else None, priority=4),
        Column("SCHEDULES", _next, priority=6, width=30, wide=True),
        Column("WHEN", lambda f: last.at if (last := _last(f)) else None, kind="age", priority=2),
    ),
    read=read,
    health=_health,
    changing=_changing,
    children=(Child("services", _services), Child("tasks", _services)),
    details=DETAILS,
    console=_console,
    permissions=(
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "application-autoscaling:DescribeScheduledActions",
        "application-autoscaling:DescribeScalingActivities",
        "application-autoscaling:GetPredictiveScalingForecast",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetMetricData",
        "ecs:DescribeServices",
        "ecs:DescribeCapacityProviders",
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeScalingActivities",
    ),
    empty="No service in {scope} is scaled by Application Auto Scaling.",
    used_by=lambda item: f"{SCALABLE_TARGET}service/{item.cluster}/{item.name}",
    arn=lambda found: found.target.scalable_target_arn,
)
