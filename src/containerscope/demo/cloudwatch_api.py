"""The operations of CloudWatch that are about alarms, and the table of all of them.

Limits: 100 names or 100 alarms in an answer of DescribeAlarms, 100 entries of history.
"""

from __future__ import annotations

from collections.abc import Mapping

from containerscope.demo import cloudwatch_run as running
from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.cloudwatch_data import (
    dimensions_of,
    get_metric_data,
    get_metric_statistics,
    invalid,
    list_metrics,
)
from containerscope.demo.cloudwatch_evaluate import become
from containerscope.demo.cloudwatch_state import Alarm, HistoryItem
from containerscope.demo.ids import number
from containerscope.demo.paging import Paging
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.world import World

_MOST_NAMES = 100
_ALARMS = Paging("MaxRecords", "NextToken", "NextToken", 50, 100)
_HISTORY = Paging("MaxRecords", "NextToken", "NextToken", 100, 100)
_STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")
_LISTS = ("OKActions", "AlarmActions", "InsufficientDataActions")


def alarm_arn(world: World, alarm: Alarm) -> str:
    """The ARN of an alarm."""
    return world.arn("cloudwatch", f"alarm:{alarm.name}")


def alarm_view(world: World, alarm: Alarm) -> Result:
    """A described metric alarm."""
    view: Result = {
        "AlarmName": alarm.name,
        "AlarmArn": alarm_arn(world, alarm),
        "AlarmConfigurationUpdatedTimestamp": alarm.configured_at,
        "ActionsEnabled": True,
        **{name: [] for name in _LISTS},
        "StateValue": alarm.state,
        "StateReason": alarm.reason,
        "StateUpdatedTimestamp": alarm.updated_at or alarm.configured_at,
        "StateTransitionedTimestamp": alarm.transitioned_at or alarm.configured_at,
        **alarm.body,
    }
    if alarm.reason_data:
        view["StateReasonData"] = alarm.reason_data
    if "Metrics" not in view:
        view.setdefault("Dimensions", [])
    return view


def describe_alarms(call: Call) -> Result:
    """The alarms of these names, of this prefix, in this state, with this action; or all."""
    params, world = call.params, call.world
    names = params.get("AlarmNames")
    prefix = params.get("AlarmNamePrefix")
    if names and prefix:
        raise invalid("AlarmNames and AlarmNamePrefix cannot both be specified.")
    if names and len(names) > _MOST_NAMES:
        raise invalid(
            "1 validation error detected: Value at 'alarmNames' failed to satisfy constraint: "
            f"Member must have length less than or equal to {_MOST_NAMES}"
        )
    if "MetricAlarm" not in params.get("AlarmTypes", ("MetricAlarm",)):
        return {"MetricAlarms": [], "CompositeAlarms": []}
    found = [
        each
        for name, each in sorted(world.cloudwatch.alarms.items())
        if (not names or name in names)
        and (not prefix or name.startswith(prefix))
        and params.get("StateValue") in (None, each.state)
        and _acts(each, params.get("ActionPrefix"))
    ]
    views = [alarm_view(world, each) for each in found]
    return {**_ALARMS.page(call.params, "MetricAlarms", views), "CompositeAlarms": []}


def _acts(alarm: Alarm, prefix: str | None) -> bool:
    if not prefix:
        return True
    return any(each.startswith(prefix) for name in _LISTS for each in alarm.body.get(name, ()))


def describe_alarms_for_metric(call: Call) -> Result:
    """The alarms that watch this very metric."""
    params = call.params
    wanted = (params["Namespace"], params["MetricName"], dimensions_of(params))
    views = [
        alarm_view(call.world, each)
        for each in call.world.cloudwatch.alarms.values()
        if (each.body.get("Namespace"), each.body.get("MetricName"), dimensions_of(each.body))
        == wanted
        and params.get("Statistic") in (None, each.body.get("Statistic"))
        and params.get("Period") in (None, each.period)
    ]
    return {"MetricAlarms": views}


def describe_alarm_history(call: Call) -> Result:
    """What happened to an alarm, or to all of them, newest first unless told otherwise."""
    params = call.params
    found = [
        each
        for each in call.world.cloudwatch.history
        if params.get("AlarmName") in (None, each.alarm)
        and params.get("HistoryItemType") in (None, each.kind)
        and params.get("StartDate", 0.0) <= each.at <= params.get("EndDate", each.at)
    ]
    if params.get("ScanBy") != "TimestampAscending":
        found.reverse()
    views = [_history_view(each) for each in found]
    return _HISTORY.page(call.params, "AlarmHistoryItems", views)


def _history_view(each: HistoryItem) -> Result:
    return {
        "AlarmName": each.alarm,
        "AlarmType": "MetricAlarm",
        "Timestamp": each.at,
        "HistoryItemType": each.kind,
        "HistorySummary": each.summary,
        "HistoryData": each.data,
    }


def _named(call: Call, name: str) -> Alarm:
    found = call.world.cloudwatch.alarms.get(name)
    if found is None:
        raise AwsError("ResourceNotFound", f"Alarm {name} does not exist", 404)
    return found


def set_alarm_state(call: Call) -> Result:
    """Put an alarm into a state until it is evaluated again."""
    params = call.params
    alarm = _named(call, params["AlarmName"])
    state = params["StateValue"]
    if state not in _STATES:
        raise invalid(f"Value '{state}' at 'stateValue' must be one of {', '.join(_STATES)}")
    data = params.get("StateReasonData", "")
    if state != alarm.state:
        become(call.world, alarm, state, params["StateReason"], data, call.world.now())
        running.note_actions(call.world, alarm, call.world.now())
    return {}


def put_metric_alarm(call: Call) -> Result:
    """Make an alarm, or change the one of this name, which keeps its state."""
    params, world, now = call.params, call.world, call.world.now()
    name = params["AlarmName"]
    if ("MetricName" in params) == ("Metrics" in params):
        raise invalid("Exactly one of MetricName and Metrics must be specified.")
    body = {key: value for key, value in params.items() if key not in ("AlarmName", "Tags")}
    for each in _LISTS:
        body.setdefault(each, [])
    body.setdefault("ActionsEnabled", True)
    if "Threshold" not in body or ("MetricName" in body and "Period" not in body):
        raise invalid("Threshold and Period are required.")
    before = world.cloudwatch.alarms.get(name)
    alarm = Alarm(name, body, now)
    if before is not None:
        alarm.state, alarm.reason = before.state, before.reason
        alarm.reason_data, alarm.tags = before.reason_data, before.tags
        alarm.updated_at, alarm.transitioned_at = before.updated_at, before.transitioned_at
    alarm.tags |= {each["Key"]: each["Value"] for each in params.get("Tags", ())}
    running.watch(world, alarm, now + 2 + number(20, "evaluate", name))
    running.note_configuration(world, alarm, "Update" if before else "Create", now)
    return {}


def delete_alarms(call: Call) -> Result:
    """Delete alarms; if one of them does not exist, none is deleted."""
    names = call.params["AlarmNames"]
    alarms = [_named(call, name) for name in names]
    for each in alarms:
        running.note_configuration(call.world, each, "Delete", call.world.now())
        running.forget(call.world, each.name)
    return {}


def _enable(enabled: bool) -> Handler:
    def handle(call: Call) -> Result:
        for name in call.params["AlarmNames"]:
            if (alarm := call.world.cloudwatch.alarms.get(name)) is not None:
                alarm.body["ActionsEnabled"] = enabled
        return {}

    return handle


def list_tags(call: Call) -> Result:
    """The tags of an alarm."""
    name = call.params["ResourceARN"].partition(":alarm:")[2]
    tags = _named(call, name).tags
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


CLOUDWATCH: Mapping[str, Handler] = {
    "GetMetricData": get_metric_data,
    "GetMetricStatistics": get_metric_statistics,
    "ListMetrics": list_metrics,
    "DescribeAlarms": describe_alarms,
    "DescribeAlarmsForMetric": describe_alarms_for_metric,
    "DescribeAlarmHistory": describe_alarm_history,
    "SetAlarmState": set_alarm_state,
    "PutMetricAlarm": put_metric_alarm,
    "DeleteAlarms": delete_alarms,
    "EnableAlarmActions": _enable(True),
    "DisableAlarmActions": _enable(False),
    "ListTagsForResource": list_tags,
}
