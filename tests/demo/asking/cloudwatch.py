"""Parameters for CloudWatch."""

from __future__ import annotations

from typing import Any

from tests.demo.asking import Asker, Params, Sample, plainly

_METRIC: Params = {
    "Namespace": "AWS/ECS",
    "MetricName": "CPUUtilization",
    "Dimensions": [
        {"Name": "ClusterName", "Value": "checkout"},
        {"Name": "ServiceName", "Value": "cart"},
    ],
}
_BUSY: Params = {
    **_METRIC,
    "AlarmName": "cart-busy",
    "Statistic": "Average",
    "Period": 60,
    "EvaluationPeriods": 2,
    "Threshold": 80.0,
    "ComparisonOperator": "GreaterThanThreshold",
    "Tags": [{"Key": "team", "Value": "storefront"}],
}


def _recent(ask: Asker) -> Params:
    now = ask.world.now()
    return {"StartTime": now - 1800, "EndTime": now}


def _data(ask: Asker) -> Params:
    stat: dict[str, Any] = {"Metric": _METRIC, "Period": 60, "Stat": "Average"}
    queries = [{"Id": "m1", "MetricStat": stat}, {"Id": "e1", "Expression": "m1 / 2"}]
    return {"MetricDataQueries": queries, **_recent(ask)}


def _statistics(ask: Asker) -> Params:
    wanted = {"Statistics": ["Average", "Maximum"], "ExtendedStatistics": ["p99"]}
    return {**_METRIC, **_recent(ask), "Period": 60, **wanted}


def _alarm(ask: Asker) -> str:
    found = ask("DescribeAlarms", StateValue="ALARM")["MetricAlarms"]
    return str(found[0]["AlarmName"])


def _tagged(ask: Asker) -> Params:
    ask("PutMetricAlarm", **_BUSY)
    [alarm] = ask("DescribeAlarms", AlarmNames=["cart-busy"])["MetricAlarms"]
    return {"ResourceARN": alarm["AlarmArn"]}


SAMPLES: dict[str, Sample] = {
    "GetMetricData": _data,
    "GetMetricStatistics": _statistics,
    "ListMetrics": plainly(Namespace="AWS/ECS"),
    "DescribeAlarms": plainly(),
    "DescribeAlarmsForMetric": plainly(**_METRIC),
    "DescribeAlarmHistory": plainly(),
    "SetAlarmState": lambda ask: {
        "AlarmName": _alarm(ask),
        "StateValue": "OK",
        "StateReason": "a drill",
    },
    "PutMetricAlarm": plainly(**_BUSY),
    "DeleteAlarms": lambda ask: {"AlarmNames": [_alarm(ask)]},
    "EnableAlarmActions": lambda ask: {"AlarmNames": [_alarm(ask)]},
    "DisableAlarmActions": lambda ask: {"AlarmNames": [_alarm(ask)]},
    "ListTagsForResource": _tagged,
}
