"""Application Auto Scaling."""

from __future__ import annotations

from typing import Any

from tests.demo.questions import Asker, Params, Sample, plainly

_ECS = {"ServiceNamespace": "ecs"}
_COUNT = {**_ECS, "ScalableDimension": "ecs:service:DesiredCount"}
_PRICING = {**_COUNT, "ResourceId": "service/checkout/accounts"}
_GOAL = {
    "TargetValue": 55.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
}


def _first(operation: str, member: str) -> Any:
    return lambda ask: ask(operation, **_ECS)[member][0]


_target = _first("DescribeScalableTargets", "ScalableTargets")
_policy = _first("DescribeScalingPolicies", "ScalingPolicies")
_action = _first("DescribeScheduledActions", "ScheduledActions")


def _named(found: Any, *names: str) -> Params:
    return {name: found[name] for name in ("ServiceNamespace", "ResourceId", *names)}


def _registered(ask: Asker) -> Params:
    ask("RegisterScalableTarget", **_PRICING, MinCapacity=2, MaxCapacity=9)
    return dict(_PRICING)


def _predictive(ask: Asker) -> Params:
    policy = {
        "PolicyName": "ahead",
        "PolicyType": "PredictiveScaling",
        "PredictiveScalingPolicyConfiguration": {
            "Mode": "ForecastOnly",
            "MetricSpecifications": [
                {
                    "TargetValue": 50.0,
                    "PredefinedMetricPairSpecification": {
                        "PredefinedMetricType": "ECSServiceCPUUtilization"
                    },
                }
            ],
        },
    }
    ask("PutScalingPolicy", **_registered(ask), **policy)
    now = int(ask.world.now())
    span = {"StartTime": now, "EndTime": now + 86400}
    return {**_PRICING, "PolicyName": "ahead", **span}


def _tagged(ask: Asker) -> str:
    return str(_target(ask)["ScalableTargetARN"])


SAMPLES: dict[str, Sample] = {
    "DescribeScalableTargets": plainly(**_ECS),
    "DescribeScalingPolicies": plainly(**_ECS),
    "DescribeScheduledActions": plainly(**_ECS),
    "DescribeScalingActivities": plainly(**_ECS, IncludeNotScaledActivities=True),
    "GetPredictiveScalingForecast": _predictive,
    "RegisterScalableTarget": plainly(**_PRICING, MinCapacity=2, MaxCapacity=9),
    "DeregisterScalableTarget": _registered,
    "PutScalingPolicy": lambda ask: {
        **_registered(ask), "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": _GOAL,
    },
    "DeleteScalingPolicy": lambda ask: _named(_policy(ask), "PolicyName", "ScalableDimension"),
    "PutScheduledAction": lambda ask: {
        **_registered(ask), "ScheduledActionName": "night", "Schedule": "cron(0 22 * * ? *)",
        "Timezone": "Europe/Dublin", "ScalableTargetAction": {"MinCapacity": 1},
    },
    "DeleteScheduledAction": lambda ask: _named(
        _action(ask), "ScheduledActionName", "ScalableDimension"
    ),
    "ListTagsForResource": lambda ask: {"ResourceARN": _tagged(ask)},
    "TagResource": lambda ask: {"ResourceARN": _tagged(ask), "Tags": {"team": "orders"}},
    "UntagResource": lambda ask: {"ResourceARN": _tagged(ask), "TagKeys": ["team"]},
}  # fmt: skip
