"""CloudWatch alarms: those that scale a service, stop its deployments or watch its metrics."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from containerscope.insight.scaling import resource_id
from containerscope.insight.scaling_alarm import (
    alarm_health,
    breach,
    condition,
    history_value,
    is_for_scaling,
    last_value,
)
from containerscope.insight.scaling_metric import measure_of_alarm
from containerscope.listers import read_pages, tried
from containerscope.model import arn
from containerscope.model.cloudwatch import AlarmHistoryItem, MetricAlarm
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Listing, Missing, Page, Phase, Problem
from containerscope.model.scaling import ScalingPolicy
from containerscope.resource import (
    Block,
    Clients,
    Column,
    Demand,
    Detail,
    Platform,
    Resource,
    Scope,
    TableBlock,
    TextBlock,
)
from containerscope.resources import _around, _blocks, _ecs

_MOST = 100
_STATES = {"ALARM": Level.FAILED, "INSUFFICIENT_DATA": Level.WARNING}


async def alarms(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[MetricAlarm]]:
    """The alarms of the service, of the cluster, or of the region."""
    problems: list[Problem] = []
    rows: dict[str, Item[MetricAlarm]] = {}
    date: datetime | None = None
    found = _of_service(clients, scope, problems) if scope.service else _pages(clients)
    while (page := await tried(anext(found, None), problems)) is not None:
        date = page.date or date
        problems += page.odd
        for alarm in page.items:
            if scope.service or _in_cluster(alarm, scope.cluster):
                item = _row(alarm, scope)
                rows.setdefault(item.key, item)
        yield Listing(tuple(rows.values()), Phase.NAMES, None, tuple(problems), date)
    yield _around.done(tuple(rows.values()), problems, date)


def _row(alarm: MetricAlarm, scope: Scope) -> Item[MetricAlarm]:
    name = alarm.alarm_name or "?"
    return Item(alarm.alarm_arn or name, name, alarm, cluster=_dimension(alarm, "ClusterName"))


def _pages(clients: Clients, names: tuple[str, ...] = ()) -> AsyncIterator[Page[MetricAlarm]]:
    only: dict[str, Any] = {"AlarmNames": list(names)} if names else {}
    return read_pages(
        clients,
        "cloudwatch",
        "DescribeAlarms",
        "MetricAlarms",
        MetricAlarm,
        "NextToken",
        MaxRecords=_MOST,
        AlarmTypes=["MetricAlarm"],
        **only,
    )


async def _of_service(
    clients: Clients, scope: Scope, problems: list[Problem]
) -> AsyncIterator[Page[MetricAlarm]]:
    """The alarms that a service names: of its scaling policies and of its deployments."""
    names: dict[str, None] = {}
    service = await tried(_around.service_of(clients, scope.cluster, scope.service), problems)
    configuration = service.deployment_configuration if service else None
    if configuration is not None and configuration.alarms is not None:
        names |= dict.fromkeys(configuration.alarms.alarm_names or ())
    policies = await tried(
        _around.described(
            clients,
            "application-autoscaling",
            "DescribeScalingPolicies",
            "ScalingPolicies",
            ScalingPolicy,
            ServiceNamespace="ecs",
            ResourceId=resource_id(scope.cluster, scope.service),
            MaxResults=10,
        ),
        problems,
    )
    for policy in policies or ():
        names |= dict.fromkeys(each.alarm_name for each in policy.alarms or () if each.alarm_name)
    for batch in _around.batches(tuple(names), _MOST):
        async for page in _pages(clients, tuple(batch)):
            yield page


def _in_cluster(alarm: MetricAlarm, cluster: str) -> bool:
    """Whether an alarm is about this cluster, by its metric or by the name AWS gave it."""
    return not cluster or _dimension(alarm, "ClusterName") == cluster


_TRACKING = re.compile(r"TargetTracking-service/(?P<ClusterName>[^/]+)/(?P<ServiceName>.+)-Alarm")


def _dimension(alarm: MetricAlarm, name: str) -> str:
    """A dimension of its metric, or what the name says that AWS gave a tracking alarm."""
    own = [*(alarm.dimensions or ())]
    for query in alarm.metrics or ():
        metric = query.metric_stat.metric if query.metric_stat else None
        own += metric.dimensions or () if metric else ()
    found = next((each.value or "" for each in own if each.name == name), "")
    named = _TRACKING.match(alarm.alarm_name or "")
    return found or (named.groupdict().get(name) or "" if named else "")


async def read(clients: Clients, scope: Scope, item: Item[MetricAlarm]) -> Mapping[str, Any]:
    """The alarm whole."""
    answer = await clients.call("cloudwatch", "DescribeAlarms", AlarmNames=[item.name])
    found = answer.get("MetricAlarms") or answer.get("CompositeAlarms") or [{}]
    first: Mapping[str, Any] = found[0]
    return first


async def overview(
    clients: Clients, scope: Scope, item: Item[MetricAlarm]
) -> AsyncIterator[tuple[Block, ...]]:
    """What it watches and in which state it is; then when it changed state."""
    alarm = item.value
    if isinstance(alarm, Missing):
        yield (_blocks.missing_block(alarm),)
        return
    blocks = _overview(alarm)
    yield blocks
    try:
        page = await clients.read(
            "cloudwatch",
            "DescribeAlarmHistory",
            "AlarmHistoryItems",
            AlarmHistoryItem,
            AlarmName=item.name,
            HistoryItemType="StateUpdate",
            MaxRecords=_MOST,
        )
    except ApiError as error:
        yield (*blocks, TextBlock(error.problem.message, "History", Level.WARNING))
        return
    measure = measure_of_alarm(alarm)
    rows = tuple(
        (
            each.timestamp,
            each.history_summary,
            None if value is None else measure.amount(value),
        )
        for each in page.items
        for value in (history_value(each.history_data),)
    )
    header = ("WHEN", "WHAT", measure.words.upper())
    yield (*blocks, TableBlock("History", header, rows, empty="It has not changed its state."))


def _overview(alarm: MetricAlarm) -> tuple[Block, ...]:
    state = alarm.state_value or ""
    level = _STATES.get(state, Level.NONE)
    told = breach(alarm) if state == "ALARM" else ""
    return (
        *((TextBlock(f"In alarm: {told}.", level=level),) if told else ()),
        _blocks.pairs(
            "Alarm",
            ("State", state),
            ("Since", _since(alarm)),
            ("Reason", alarm.state_reason),
            ("Condition", condition(alarm)),
            ("Last value", last_value(alarm)),
            ("Without data", alarm.treat_missing_data),
            ("Description", alarm.alarm_description),
            ("Actions", "on" if alarm.actions_enabled else "off"),
        ),
        _blocks.pairs(
            "Metric",
            ("Namespace", alarm.namespace),
            ("Name", alarm.metric_name),
            ("Statistic", alarm.statistic or alarm.extended_statistic),
            *((each.name or "?", each.value) for each in alarm.dimensions or ()),
        ),
        TableBlock(
            "When it goes off",
            ("ACTION", "WHERE"),
            tuple((action_kind(each), each) for each in alarm.alarm_actions or ()),
            empty="Nothing happens.",
        ),
    )


def action_kind(action: str) -> str:
    """What an action does, from its ARN."""
    kinds = {"sns": "notifies", "autoscaling": "scales", "lambda": "runs", "ssm": "opens an item"}
    service = action.split(":")[2] if action.count(":") > 2 else ""
    return kinds.get(service, service or "?")


def _since(alarm: MetricAlarm) -> datetime | None:
    return alarm.state_transitioned_timestamp or alarm.state_updated_timestamp


def _purpose(alarm: MetricAlarm) -> str | None:
    if is_for_scaling(alarm):
        return "scaling"
    kinds = dict.fromkeys(action_kind(each) for each in alarm.alarm_actions or ())
    return ", ".join(kinds) or None


def _of(alarm: MetricAlarm) -> str | None:
    return _dimension(alarm, "ServiceName") or _dimension(alarm, "AutoScalingGroupName") or None


def _console(scope: Scope, item: Item[MetricAlarm]) -> str:
    return _around.console(scope, "cloudwatch/home", f"alarmsV2:alarm/{arn.name_of(item.name)}")


RESOURCE: Resource[MetricAlarm] = Resource(
    name="alarms",
    noun="alarm",
    platform=Platform.BOTH,
    model=MetricAlarm,
    lister=alarms,
    columns=(
        _ecs.CLUSTER,
        _ecs.name_column(width=50),
        Column(
            "HEALTH",
            lambda alarm: alarm_health(alarm).words,
            tone=lambda alarm: alarm_health(alarm).level,
            priority=1,
        ),
        Column("OF", _of, priority=3, width=30),
        Column("CONDITION", condition, priority=2, width=50),
        Column(
            "LAST VALUE",
            lambda alarm: (
                measure_of_alarm(alarm).amount(value)
                if (value := last_value(alarm)) is not None
                else None
            ),
            priority=4,
        ),
        Column("FOR", _purpose, priority=5),
        Column("STATE", lambda alarm: alarm.state_value, priority=6, wide=True),
        Column("ACTIONS", lambda alarm: alarm.actions_enabled, kind="flag", wide=True),
        Column("SINCE", _since, kind="age", priority=2),
    ),
    read=read,
    health=alarm_health,
    details=(Detail("Overview", overview),),
    console=_console,
    permissions=(
        "cloudwatch:DescribeAlarms",
        "cloudwatch:DescribeAlarmHistory",
        "application-autoscaling:DescribeScalingPolicies",
        "ecs:DescribeServices",
    ),
    empty="No alarms in {scope}.",
    arn=lambda alarm: alarm.alarm_arn,
)
