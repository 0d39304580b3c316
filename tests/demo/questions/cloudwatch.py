"""CloudWatch."""

from __future__ import annotations

from typing import Any

from tests.demo.questions import Asker, Params, Sample, plainly

_MINUTE, _HOUR = 60, 3600
_METRIC: Params = {
    "Namespace": "AWS/ECS",
    "MetricName": "CPUUtilization",
    "Dimensions": [
        {"Name": "ClusterName", "Value": "checkout"},
        {"Name": "ServiceName", "Value": "web"},
    ],
}


def _span(ask: Asker) -> Params:
    now = int(ask.world.now())
    return {"StartTime": now - _HOUR, "EndTime": now}


def _query(ask: Asker) -> Params:
    stat = {"Metric": _METRIC, "Period": _MINUTE, "Stat": "Average"}
    maths = {"Id": "twice", "Expression": "cpu * 2", "Label": "twice"}
    return {**_span(ask), "MetricDataQueries": [{"Id": "cpu", "MetricStat": stat}, maths]}


def _alarm(ask: Asker) -> Any:
    return ask("DescribeAlarms")["MetricAlarms"][0]


def _named(ask: Asker) -> Params:
    return {"AlarmNames": [_alarm(ask)["AlarmName"]]}


def _metric_of_alarm(ask: Asker) -> Params:
    for alarm in ask("DescribeAlarms")["MetricAlarms"]:
        if alarm.get("MetricName"):
            return {name: alarm[name] for name in ("MetricName", "Namespace", "Dimensions")}
    raise AssertionError("no alarm on a metric")


def _history(ask: Asker) -> Params:
    for alarm in ask("DescribeAlarms")["MetricAlarms"]:
        params = {"AlarmName": alarm["AlarmName"]}
        if ask("DescribeAlarmHistory", **params)["AlarmHistoryItems"]:
            return params
    raise AssertionError("no alarm has a history")


SAMPLES: dict[str, Sample] = {
    "GetMetricData": _query,
    "GetMetricStatistics": lambda ask: {
        **_METRIC, **_span(ask), "Period": _MINUTE, "Statistics": ["Average", "Maximum"],
    },
    "ListMetrics": plainly(Namespace="AWS/ECS"),
    "DescribeAlarms": plainly(MaxRecords=20),
    "DescribeAlarmsForMetric": _metric_of_alarm,
    "DescribeAlarmHistory": _history,
    "SetAlarmState": lambda ask: {
        "AlarmName": _alarm(ask)["AlarmName"], "StateValue": "OK", "StateReason": "a test",
    },
    "PutMetricAlarm": plainly(
        **_METRIC, AlarmName="new", ComparisonOperator="GreaterThanThreshold", Threshold=80.0,
        EvaluationPeriods=2, Period=60, Statistic="Average",
    ),
    "DeleteAlarms": _named,
    "EnableAlarmActions": _named,
    "DisableAlarmActions": _named,
    "ListTagsForResource": lambda ask: {"ResourceARN": _alarm(ask)["AlarmArn"]},
}  # fmt: skip
