"""A service that is scaled, in the values of the APIs, for the tests of what is said about it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from containerscope.model.cloudwatch import MetricAlarm
from containerscope.model.scaling import ScalableTarget, ScalingActivity, ScalingPolicy

NOW = datetime(2026, 11, 24, 14, 10, tzinfo=UTC)
CART = "service/checkout/cart"
HIGH = "TargetTracking-service/checkout/cart-AlarmHigh-d4f0770c"
LOW = "TargetTracking-service/checkout/cart-AlarmLow-1b437334"


def at(clock: str) -> datetime:
    """A time of this day."""
    hour, minute = clock.split(":")
    return NOW.replace(hour=int(hour), minute=int(minute))


def target(**more: Any) -> ScalableTarget:
    """Bounds of 4 and 20."""
    bounds: dict[str, Any] = {"resource_id": CART, "min_capacity": 4, "max_capacity": 20}
    return ScalableTarget(**{**bounds, **more})


def policy(**more: Any) -> ScalingPolicy:
    """A policy that keeps the CPU at 60 %, changed by what is given in the API's words."""
    return msgspec.convert(
        {
            "PolicyName": "cpu60",
            "ResourceId": CART,
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 60.0,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
                },
                "ScaleOutCooldown": 60,
                "ScaleInCooldown": 300,
            },
            "Alarms": [{"AlarmName": HIGH}, {"AlarmName": LOW}],
            **more,
        },
        ScalingPolicy,
    )


def alarm(
    name: str = HIGH, state: str = "ALARM", value: float | None = 83.4, **more: Any
) -> MetricAlarm:
    """The alarm that goes off while the CPU is above 60 %."""
    points = [] if value is None else [71.0, 78.25, value]
    reason = {"version": "1.0", "recentDatapoints": points, "threshold": 60.0}
    return msgspec.convert(
        {
            "AlarmName": name,
            "StateValue": state,
            "StateReasonData": json.dumps(reason),
            "StateUpdatedTimestamp": at("13:38"),
            "Namespace": "AWS/ECS",
            "MetricName": "CPUUtilization",
            "Threshold": 60.0,
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 3,
            "Period": 60,
            "AlarmActions": ["arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:9a:cpu60"],
            **more,
        },
        MetricAlarm,
    )


def low_alarm(state: str = "OK") -> MetricAlarm:
    """The alarm that goes off while the CPU is far below its target."""
    return alarm(
        LOW,
        state,
        20.0,
        ComparisonOperator="LessThanThreshold",
        Threshold=54.0,
        EvaluationPeriods=15,
    )


def change(clock: str, to: int, cause: str | None = None, **more: Any) -> ScalingActivity:
    """An activity that set the count."""
    began = at(clock)
    return msgspec.convert(
        {
            "ResourceId": CART,
            "Description": f"Setting desired count to {to}.",
            "Cause": cause or f"monitor alarm {HIGH} in state ALARM triggered policy cpu60",
            "StartTime": began,
            "EndTime": began + timedelta(seconds=74),
            "StatusCode": "Successful",
            "StatusMessage": f"Successfully set desired count to {to}. "
            "Change successfully fulfilled by ecs.",
            **more,
        },
        ScalingActivity,
    )


def refused(clock: str, code: str = "AlreadyAtMaxCapacity", **numbers: int) -> ScalingActivity:
    """An activity that scaled nothing."""
    return msgspec.convert(
        {
            "ResourceId": CART,
            "Description": "Attempting to scale due to alarm triggered",
            "Cause": f"monitor alarm {HIGH} in state ALARM triggered policy cpu60",
            "StartTime": at(clock),
            "StatusCode": "Failed",
            "NotScaledReasons": [{"Code": code, **numbers}],
        },
        ScalingActivity,
    )
