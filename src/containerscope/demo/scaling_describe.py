"""The operations of Application Auto Scaling that only tell.

Page sizes: 50, but 10 for policies. A resource that is not scaled gives an empty list, no error.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from containerscope.demo import load
from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ids import hexes
from containerscope.demo.paging import Paging
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.scaling_alarms import policy_arn
from containerscope.demo.scaling_control import scaled_service
from containerscope.demo.scaling_state import Activity, Policy, Schedule, Target
from containerscope.demo.world import World

_FIFTY = Paging("MaxResults", "NextToken", "NextToken", 50, 50, code="ValidationException")
_TEN = Paging("MaxResults", "NextToken", "NextToken", 10, 10, code="ValidationException")
_MOST_IDS = 50
_HOUR = 3600.0
_CONFIGURATIONS = {
    "TargetTrackingScaling": "TargetTrackingScalingPolicyConfiguration",
    "StepScaling": "StepScalingPolicyConfiguration",
    "PredictiveScaling": "PredictiveScalingPolicyConfiguration",
}


def target_arn(world: World, target: Target) -> str:
    """The ARN of a scalable target."""
    name = f"scalable-target/{hexes(32, 'scalable target', target.resource)}"
    return world.arn("application-autoscaling", name)


def _targets(call: Call, ids: Sequence[str]) -> list[Target]:
    """The targets of the namespace that the call asks for, in the order of their names."""
    params = call.params
    if len(ids) > _MOST_IDS:
        raise AwsError(
            "ValidationException",
            "1 validation error detected: Value at 'resourceIds' failed to satisfy constraint: "
            f"Member must have length less than or equal to {_MOST_IDS}",
        )
    dimension = params.get("ScalableDimension")
    if dimension and not ids:
        raise AwsError(
            "ValidationException",
            "You must specify a resource ID when you specify a scalable dimension.",
        )
    wanted = set(ids)
    return [
        each
        for key, each in sorted(call.world.scaling.targets.items())
        if key[0] == params["ServiceNamespace"]
        and (not wanted or key[1] in wanted)
        and dimension in (None, key[2])
    ]


def _one(call: Call) -> Sequence[str]:
    found = call.params.get("ResourceId")
    return [found] if found else []


def describe_scalable_targets(call: Call) -> Result:
    """What is scaled, with its limits."""
    found = _targets(call, call.params.get("ResourceIds", ()))
    views = [_target_view(call.world, each) for each in found]
    return _FIFTY.page(call.params, "ScalableTargets", views)


def _target_view(world: World, target: Target) -> Result:
    names = (
        "DynamicScalingInSuspended",
        "DynamicScalingOutSuspended",
        "ScheduledScalingSuspended",
    )
    view = {
        "ServiceNamespace": target.key[0],
        "ResourceId": target.key[1],
        "ScalableDimension": target.key[2],
        "MinCapacity": target.minimum,
        "MaxCapacity": target.maximum,
        "RoleARN": target.role,
        "CreationTime": target.created_at,
        "SuspendedState": {name: target.suspended.get(name, False) for name in names},
        "ScalableTargetARN": target_arn(world, target),
    }
    predictive = [each for each in target.policies.values() if each.kind == "PredictiveScaling"]
    if predictive:
        view["PredictedCapacity"] = _capacity(world, target, predictive[0], world.now())
    return view


def alarm_names(world: World, target: Target, policy: Policy) -> list[dict[str, str]]:
    """The alarms that act on a policy, each with its ARN."""
    arn = policy_arn(world, target, policy)
    return [
        {"AlarmName": each.name, "AlarmARN": world.arn("cloudwatch", f"alarm:{each.name}")}
        for each in world.cloudwatch.alarms.values()
        if arn in each.body.get("AlarmActions", ())
    ]


def describe_scaling_policies(call: Call) -> Result:
    """The policies of a target or of all, each with its alarms."""
    names = call.params.get("PolicyNames")
    views = [
        _policy_view(call.world, target, policy)
        for target in _targets(call, _one(call))
        for policy in target.policies.values()
        if not names or policy.name in names
    ]
    return _TEN.page(call.params, "ScalingPolicies", views)


def _policy_view(world: World, target: Target, policy: Policy) -> Result:
    return {
        "PolicyARN": policy_arn(world, target, policy),
        "PolicyName": policy.name,
        "ServiceNamespace": target.key[0],
        "ResourceId": target.key[1],
        "ScalableDimension": target.key[2],
        "PolicyType": policy.kind,
        _CONFIGURATIONS[policy.kind]: policy.configuration,
        "Alarms": alarm_names(world, target, policy),
        "CreationTime": policy.created_at,
    }


def describe_scheduled_actions(call: Call) -> Result:
    """The scheduled actions of a target or of all."""
    names = call.params.get("ScheduledActionNames")
    views = [
        _schedule_view(call.world, target, schedule)
        for target in _targets(call, _one(call))
        for schedule in target.schedules.values()
        if not names or schedule.name in names
    ]
    return _FIFTY.page(call.params, "ScheduledActions", views)


def _schedule_view(world: World, target: Target, schedule: Schedule) -> Result:
    namespace, resource, dimension = target.key
    name = f"resource/{namespace}/{resource}:scheduledActionName/{schedule.name}"
    view = {
        "ScheduledActionName": schedule.name,
        "ScheduledActionARN": world.arn("autoscaling", f"scheduledAction:{schedule.id}:{name}"),
        "ServiceNamespace": namespace,
        "Schedule": schedule.expression,
        "ResourceId": resource,
        "ScalableDimension": dimension,
        "ScalableTargetAction": schedule.action,
        "CreationTime": schedule.created_at,
    }
    if schedule.timezone:
        view["Timezone"] = schedule.timezone
    if schedule.start:
        view["StartTime"] = schedule.start
    if schedule.end:
        view["EndTime"] = schedule.end
    return view


def describe_scaling_activities(call: Call) -> Result:
    """What was scaled in the last six weeks, newest first; on request also what was not."""
    params = call.params
    resource, dimension = params.get("ResourceId"), params.get("ScalableDimension")
    if dimension and not resource:
        raise AwsError(
            "ValidationException",
            "You must specify a resource ID when you specify a scalable dimension.",
        )
    every = params.get("IncludeNotScaledActivities", False)
    oldest = call.world.now() - 42 * 86400
    found = [
        _activity_view(each)
        for each in reversed(call.world.scaling.activities)
        if each.key[0] == params["ServiceNamespace"]
        and resource in (None, each.key[1])
        and dimension in (None, each.key[2])
        and (every or not each.reasons)
        and each.started_at >= oldest
    ]
    return _FIFTY.page(call.params, "ScalingActivities", found)


def _activity_view(each: Activity) -> Result:
    view: Result = {
        "ActivityId": each.id,
        "ServiceNamespace": each.key[0],
        "ResourceId": each.key[1],
        "ScalableDimension": each.key[2],
        "Description": each.description,
        "Cause": each.cause,
        "StartTime": each.started_at,
        "StatusCode": each.status,
        "StatusMessage": each.message,
    }
    if each.ended_at:
        view["EndTime"] = each.ended_at
    if each.details:
        view["Details"] = each.details
    if each.reasons:
        view["NotScaledReasons"] = each.reasons
    return view


def get_predictive_scaling_forecast(call: Call) -> Result:
    """The load and the capacity by the hour that a predictive policy expects."""
    params = call.params
    targets = _targets(call, _one(call))
    policy = targets[0].policies.get(params["PolicyName"]) if targets else None
    if policy is None or policy.kind != "PredictiveScaling":
        raise AwsError("ValidationException", "No predictive scaling policy of this name exists.")
    begin = math.floor(params["StartTime"] / _HOUR) * _HOUR
    count = min(max(int((params["EndTime"] - begin) // _HOUR), 0), 24 * 16)
    times = [begin + _HOUR * step for step in range(count)]
    specification = policy.configuration["MetricSpecifications"][0]
    return {
        "LoadForecast": [
            {
                "Timestamps": times,
                "Values": [_load(call.world, targets[0], each) for each in times],
                "MetricSpecification": specification,
            }
        ],
        "CapacityForecast": {
            "Timestamps": times,
            "Values": [float(_capacity(call.world, targets[0], policy, each)) for each in times],
        },
        "UpdateTime": call.world.now() // (6 * _HOUR) * 6 * _HOUR,
    }


def _load(world: World, target: Target, at: float) -> float:
    there = scaled_service(world, target)
    return 0.0 if there is None else round(60 * load.requests(world, *there, at), 2)


def _capacity(world: World, target: Target, policy: Policy, at: float) -> int:
    """The count at which the metric would be at its target in this hour, within the limits."""
    there = scaled_service(world, target)
    if there is None:
        return target.minimum
    goal = float(policy.configuration["MetricSpecifications"][0]["TargetValue"])
    running = max(load.counts_at(world, *there, at)[1], 1)
    needed = math.ceil(running * load.cpu(world, *there, at) / goal)
    return max(target.minimum, min(needed, target.maximum))


DESCRIBES: Mapping[str, Handler] = {
    "DescribeScalableTargets": describe_scalable_targets,
    "DescribeScalingPolicies": describe_scaling_policies,
    "DescribeScheduledActions": describe_scheduled_actions,
    "DescribeScalingActivities": describe_scaling_activities,
    "GetPredictiveScalingForecast": get_predictive_scaling_forecast,
}
