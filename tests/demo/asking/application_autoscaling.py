"""Parameters for Application Auto Scaling."""

from __future__ import annotations

from tests.demo.asking import Asker, Params, Sample, plainly

_ECS: Params = {"ServiceNamespace": "ecs"}


def _target(service: str) -> Params:
    where = {"ResourceId": f"service/checkout/{service}"}
    return {**_ECS, **where, "ScalableDimension": "ecs:service:DesiredCount"}


_CPU: Params = {
    "PolicyName": "cpu",
    "PolicyType": "TargetTrackingScaling",
    "TargetTrackingScalingPolicyConfiguration": {
        "TargetValue": 50.0,
        "PredefinedMetricSpecification": {
            "PredefinedMetricType": "ECSServiceAverageCPUUtilization"
        },
    },
}
_NIGHT: Params = {
    "ScheduledActionName": "weekend",
    "Schedule": "cron(0 2 ? * SAT *)",
    "Timezone": "Europe/Berlin",
    "ScalableTargetAction": {"MinCapacity": 2, "MaxCapacity": 6},
}


def _forecast(ask: Asker) -> Params:
    now = ask.world.now()
    return {
        **_target("pricing"),
        "PolicyName": "forecast",
        "StartTime": now,
        "EndTime": now + 86400,
    }


def _arn(ask: Asker) -> Params:
    found = ask("DescribeScalableTargets", **_ECS, ResourceIds=["service/checkout/cart"])
    return {"ResourceARN": found["ScalableTargets"][0]["ScalableTargetARN"]}


SAMPLES: dict[str, Sample] = {
    "DescribeScalableTargets": plainly(**_ECS),
    "DescribeScalingPolicies": plainly(**_ECS),
    "DescribeScheduledActions": plainly(**_ECS),
    "DescribeScalingActivities": plainly(**_ECS, IncludeNotScaledActivities=True),
    "GetPredictiveScalingForecast": _forecast,
    "RegisterScalableTarget": plainly(
        **_target("feature-flags"), MinCapacity=3, MaxCapacity=9, Tags={"team": "platform"}
    ),
    "DeregisterScalableTarget": plainly(**_target("cart")),
    "PutScalingPolicy": plainly(**_target("cart"), **_CPU),
    "DeleteScalingPolicy": plainly(**_target("cart"), PolicyName="req"),
    "PutScheduledAction": plainly(**_target("cart"), **_NIGHT),
    "DeleteScheduledAction": plainly(**_target("cart"), ScheduledActionName="night"),
    "ListTagsForResource": _arn,
    "TagResource": lambda ask: {**_arn(ask), "Tags": {"a": "b"}},
    "UntagResource": lambda ask: {**_arn(ask), "TagKeys": ["team"]},
}
