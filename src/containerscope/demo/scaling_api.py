"""The operations of Application Auto Scaling that change something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from containerscope.demo import cloudwatch_run as alarms
from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ids import number, uuid
from containerscope.demo.load import MINUTE
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.scaling_alarms import policy_arn, tracking_alarms
from containerscope.demo.scaling_control import service_of
from containerscope.demo.scaling_describe import DESCRIBES, alarm_names, target_arn
from containerscope.demo.scaling_engine import keep_within, run_action
from containerscope.demo.scaling_schedule import next_time
from containerscope.demo.scaling_state import DIMENSION, Key, Policy, Schedule, Target
from containerscope.demo.world import World

_ROLE = (
    "role/aws-service-role/ecs.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_ECSService"
)
_CONFIGURATIONS = {
    "TargetTrackingScaling": "TargetTrackingScalingPolicyConfiguration",
    "StepScaling": "StepScalingPolicyConfiguration",
    "PredictiveScaling": "PredictiveScalingPolicyConfiguration",
}
_MOST_POLICIES = 50
_MOST_SCHEDULES = 200


def invalid(message: str) -> AwsError:
    """The answer to a request that makes no sense."""
    return AwsError("ValidationException", message)


def key_of(call: Call) -> Key:
    """What the call is about."""
    params = call.params
    return (params["ServiceNamespace"], params["ResourceId"], params["ScalableDimension"])


def _target(call: Call) -> Target:
    key = key_of(call)
    found = call.world.scaling.targets.get(key)
    if found is None:
        raise AwsError(
            "ObjectNotFoundException",
            f"No scalable target registered for service namespace: {key[0]}, resource ID: {key[1]},"
            f" scalable dimension: {key[2]}",
        )
    return found


def service_role(world: World) -> str:
    """The ARN of the service-linked role that scales ECS services."""
    return world.global_arn("iam", _ROLE)


def register_scalable_target(call: Call) -> Result:
    """Put a service under the care of scaling, or change its limits, which act at once."""
    params, world, key = call.params, call.world, key_of(call)
    if key[0] != "ecs" or key[2] != DIMENSION:
        raise invalid(f"Unsupported service namespace, resource type or scalable dimension: {key}")
    if service_of(world, key[1]) is None:
        raise invalid(f"ECS service doesn't exist: {key[1]}")
    target = world.scaling.targets.get(key)
    low = params.get("MinCapacity", target.minimum if target else None)
    high = params.get("MaxCapacity", target.maximum if target else None)
    if low is None or high is None:
        raise invalid("You must specify both MinCapacity and MaxCapacity to register a new target.")
    if low < 0 or high < low:
        raise invalid("Maximum capacity cannot be less than minimum capacity")
    if target is None:
        target = Target(key, low, high, service_role(world), world.now())
        world.scaling.targets[key] = target
    target.minimum, target.maximum = low, high
    target.suspended |= params.get("SuspendedState", {})
    target.tags |= params.get("Tags", {})
    keep_within(world, target)
    return {"ScalableTargetARN": target_arn(world, target)}


def deregister_scalable_target(call: Call) -> Result:
    """Leave a service to itself again; its policies, alarms and schedules go."""
    target = _target(call)
    for policy in list(target.policies.values()):
        drop_policy(call.world, target, policy)
    for each in target.schedules.values():
        if each.entry is not None:
            each.entry.cancel()
    del call.world.scaling.targets[target.key]
    return {}


def put_scaling_policy(call: Call) -> Result:
    """Make a policy, or change the one of this name; target tracking makes its alarms."""
    params, world, target = call.params, call.world, _target(call)
    name = params["PolicyName"]
    before = target.policies.get(name)
    kind = params.get("PolicyType") or (before.kind if before else "StepScaling")
    if kind not in _CONFIGURATIONS:
        raise invalid(f"Unknown policy type: {kind}")
    if before is not None and before.kind != kind:
        raise invalid("The policy type of an existing policy cannot be changed.")
    if before is None and len(target.policies) >= _MOST_POLICIES:
        raise AwsError(
            "LimitExceededException", f"Only {_MOST_POLICIES} scaling policies are allowed."
        )
    configuration = params.get(_CONFIGURATIONS[kind])
    if configuration is None:
        raise invalid(f"{_CONFIGURATIONS[kind]} is required for policy type {kind}.")
    if kind == "TargetTrackingScaling" and not (
        "PredefinedMetricSpecification" in configuration
        or "CustomizedMetricSpecification" in configuration
    ):
        raise invalid("A metric specification is required for target tracking.")
    if kind == "StepScaling" and not configuration.get("StepAdjustments"):
        raise invalid("StepAdjustments must not be empty.")
    policy = put_policy(world, target, name, kind, configuration)
    return {
        "PolicyARN": policy_arn(world, target, policy),
        "Alarms": alarm_names(world, target, policy),
    }


def put_policy(
    world: World, target: Target, name: str, kind: str, configuration: Mapping[str, Any]
) -> Policy:
    """The policy, new or changed, with its alarms evaluated from now on."""
    before = target.policies.get(name)
    policy = Policy(
        name,
        before.id if before else uuid("policy", target.resource, name),
        kind,
        dict(configuration),
        before.created_at if before else world.now(),
    )
    made = tracking_alarms(world, target, policy, world.now()) if kind.startswith("Target") else []
    for alarm in before.alarms if before else ():
        alarms.forget(world, alarm)
    policy.alarms = [each.name for each in made]
    target.policies[name] = policy
    for each in made:
        alarms.watch(world, each, first_look(world, target))
        alarms.note_configuration(world, each, "Create", world.now())
    return policy


def first_look(world: World, target: Target) -> float:
    """When the alarms of a target are evaluated first: each target has its own second."""
    second = 5 + number(50, "look", target.resource)
    minute = world.now() // MINUTE * MINUTE
    return minute + second + (MINUTE if minute + second <= world.now() else 0)


def drop_policy(world: World, target: Target, policy: Policy) -> None:
    """Delete a policy and the alarms that were made for it."""
    for alarm in policy.alarms:
        alarms.forget(world, alarm)
    del target.policies[policy.name]


def delete_scaling_policy(call: Call) -> Result:
    """Delete a policy with the alarms that were made for it."""
    target = call.world.scaling.targets.get(key_of(call))
    policy = target.policies.get(call.params["PolicyName"]) if target else None
    if target is None or policy is None:
        raise AwsError(
            "ObjectNotFoundException", f"No scaling policy found: {call.params['PolicyName']}"
        )
    drop_policy(call.world, target, policy)
    return {}


def put_scheduled_action(call: Call) -> Result:
    """Make a scheduled action, or change the one of this name."""
    params, world, target = call.params, call.world, _target(call)
    name = params["ScheduledActionName"]
    before = target.schedules.get(name)
    if before is None and len(target.schedules) >= _MOST_SCHEDULES:
        raise AwsError("LimitExceededException", "Too many scheduled actions.")
    expression = params.get("Schedule") or (before.expression if before else "")
    zone = params.get("Timezone") or (before.timezone if before else "")
    action = params.get("ScalableTargetAction") or (before.action if before else {})
    if not action:
        raise invalid("ScalableTargetAction with MinCapacity or MaxCapacity is required.")
    try:
        next_time(expression, zone, world.now(), world.now())
    except ValueError as error:
        raise invalid(f"Invalid schedule expression or time zone: {error}.") from error
    begin, end = params.get("StartTime", 0.0), params.get("EndTime", 0.0)
    put_schedule(world, target, name, expression, action, zone, (begin, end))
    return {}


def put_schedule(
    world: World,
    target: Target,
    name: str,
    expression: str,
    action: Mapping[str, int],
    zone: str = "",
    between: tuple[float, float] = (0.0, 0.0),
) -> Schedule:
    """The scheduled action, new or changed, which runs from now on."""
    before = target.schedules.get(name)
    if before is not None and before.entry is not None:
        before.entry.cancel()
    made = Schedule(
        name,
        before.id if before else uuid("schedule", target.resource, name),
        expression,
        zone,
        dict(action),
        before.created_at if before else world.now(),
        *between,
    )
    target.schedules[name] = made
    _await(world, target, made)
    return made


def _await(world: World, target: Target, schedule: Schedule) -> None:
    """Let a scheduled action run at its next time, and then at the one after that."""
    after = max(world.now(), schedule.start - 1)
    begun = schedule.start or schedule.created_at
    due = next_time(schedule.expression, schedule.timezone, begun, after)
    if due is None or (schedule.end and due > schedule.end):
        return

    def run() -> None:
        run_action(world, target, schedule.name, schedule.action)
        if schedule.expression.startswith("at("):
            target.schedules.pop(schedule.name, None)
        else:
            _await(world, target, schedule)

    schedule.entry = world.agenda.at(due, run)


def delete_scheduled_action(call: Call) -> Result:
    """Delete a scheduled action."""
    target = call.world.scaling.targets.get(key_of(call))
    name = call.params["ScheduledActionName"]
    schedule = target.schedules.pop(name, None) if target else None
    if schedule is None:
        raise AwsError("ObjectNotFoundException", f"No scheduled action found: {name}")
    if schedule.entry is not None:
        schedule.entry.cancel()
    return {}


def _tagged(call: Call) -> Target:
    arn = call.params["ResourceARN"]
    for each in call.world.scaling.targets.values():
        if target_arn(call.world, each) == arn:
            return each
    raise AwsError("ResourceNotFoundException", f"The resource {arn} does not exist.")


def list_tags(call: Call) -> Result:
    """The tags of a scalable target."""
    return {"Tags": dict(_tagged(call).tags)}


def tag_resource(call: Call) -> Result:
    """Add tags to a scalable target."""
    _tagged(call).tags.update(call.params["Tags"])
    return {}


def untag_resource(call: Call) -> Result:
    """Take tags from a scalable target."""
    target = _tagged(call)
    for each in call.params["TagKeys"]:
        target.tags.pop(each, None)
    return {}


APPLICATION_AUTOSCALING: Mapping[str, Handler] = {
    **DESCRIBES,
    "RegisterScalableTarget": register_scalable_target,
    "DeregisterScalableTarget": deregister_scalable_target,
    "PutScalingPolicy": put_scaling_policy,
    "DeleteScalingPolicy": delete_scaling_policy,
    "PutScheduledAction": put_scheduled_action,
    "DeleteScheduledAction": delete_scheduled_action,
    "ListTagsForResource": list_tags,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
}
