"""The alarms that Application Auto Scaling makes for itself, and the ARNs that tie them up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from containerscope.demo.cloudwatch_state import Alarm
from containerscope.demo.ids import uuid
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.scaling_state import Policy, Target
from containerscope.demo.world import World

_HIGH_PERIODS, _LOW_PERIODS = 3, 15
_SLACK = 0.9
"""Target tracking scales in below this share of the target value."""
_PREDEFINED = {
    "ECSServiceAverageCPUUtilization": ("CPUUtilization", 60),
    "ECSServiceAverageMemoryUtilization": ("MemoryUtilization", 60),
    "ECSServiceAverageCPUUtilizationHighResolution": ("CPUUtilization", 20),
    "ECSServiceAverageMemoryUtilizationHighResolution": ("MemoryUtilization", 20),
}


class Measured(NamedTuple):
    """What a target tracking policy measures, as members of `PutMetricAlarm`."""

    members: dict[str, Any]
    period: int


def policy_arn(world: World, target: Target, policy: Policy) -> str:
    """The ARN of a scaling policy."""
    namespace, resource, _ = target.key
    return world.arn(
        "autoscaling",
        f"scalingPolicy:{policy.id}:resource/{namespace}/{resource}:policyName/{policy.name}",
    )


def measured(target: Target, configuration: Mapping[str, Any]) -> Measured:
    """The metric of a target tracking configuration."""
    predefined = configuration.get("PredefinedMetricSpecification")
    if predefined is not None:
        return _predefined(target, predefined)
    custom = configuration["CustomizedMetricSpecification"]
    if custom.get("Metrics"):
        queries = [_query(each) for each in custom["Metrics"]]
        return Measured({"Metrics": queries}, 60)
    members = {
        "Namespace": custom["Namespace"],
        "MetricName": custom["MetricName"],
        "Dimensions": custom.get("Dimensions", []),
        "Statistic": custom["Statistic"],
    }
    return Measured(members, 60)


def _query(each: Mapping[str, Any]) -> dict[str, Any]:
    query = {key: value for key, value in each.items() if key != "MetricStat"}
    if (stat := each.get("MetricStat")) is not None:
        query["MetricStat"] = {"Period": 60, **stat}
    return {"ReturnData": True, **query}


def _predefined(target: Target, specification: Mapping[str, Any]) -> Measured:
    kind = specification["PredefinedMetricType"]
    if kind == "ALBRequestCountPerTarget":
        label = specification.get("ResourceLabel", "")
        balancer, found, group = label.partition("/targetgroup/")
        if not found:
            raise AwsError(
                "ValidationException",
                f"Invalid resource label: {label}. It must be app/NAME/ID/targetgroup/NAME/ID.",
            )
        dimensions = [
            {"Name": "TargetGroup", "Value": f"targetgroup/{group}"},
            {"Name": "LoadBalancer", "Value": balancer},
        ]
        members = {
            "Namespace": "AWS/ApplicationELB",
            "MetricName": "RequestCountPerTarget",
            "Dimensions": dimensions,
            "Statistic": "Sum",
        }
        return Measured(members, 60)
    if kind not in _PREDEFINED:
        raise AwsError(
            "ValidationException",
            f"Predefined metric type {kind} is not supported for {target.key[2]}.",
        )
    name, period = _PREDEFINED[kind]
    _, cluster, service = target.resource.split("/")
    dimensions = [
        {"Name": "ClusterName", "Value": cluster},
        {"Name": "ServiceName", "Value": service},
    ]
    members = {
        "Namespace": "AWS/ECS",
        "MetricName": name,
        "Dimensions": dimensions,
        "Statistic": "Average",
    }
    return Measured(members, period)


def tracking_alarms(world: World, target: Target, policy: Policy, at: float) -> list[Alarm]:
    """The alarms of a target tracking policy: the high one first, the low one unless disabled."""
    goal = float(policy.configuration["TargetValue"])
    found = measured(target, policy.configuration)
    alarms = [_alarm(world, target, policy, found, "High", goal, at)]
    if not policy.configuration.get("DisableScaleIn"):
        low = round(goal * _SLACK, 6)
        alarms.append(_alarm(world, target, policy, found, "Low", low, at))
    return alarms


def _alarm(
    world: World,
    target: Target,
    policy: Policy,
    found: Measured,
    side: str,
    threshold: float,
    at: float,
) -> Alarm:
    arn = policy_arn(world, target, policy)
    high = side == "High"
    body: dict[str, Any] = {
        **found.members,
        "AlarmDescription": "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy " + arn + ".",
        "ActionsEnabled": True,
        "OKActions": [],
        "AlarmActions": [arn],
        "InsufficientDataActions": [],
        "EvaluationPeriods": _HIGH_PERIODS if high else _LOW_PERIODS,
        "Threshold": threshold,
        "ComparisonOperator": "GreaterThanThreshold" if high else "LessThanThreshold",
    }
    if "Metrics" not in body:
        body["Period"] = found.period
    if found.period < 60 and not high:
        body["EvaluationPeriods"] = _LOW_PERIODS * 3
    name = f"TargetTracking-{target.resource}-Alarm{side}-{uuid('alarm', policy.id, side)}"
    return Alarm(name, body, at, updated_at=at, transitioned_at=at)
