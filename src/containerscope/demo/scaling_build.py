"""The scaling of the hand-made account, with the hours that led to its present counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from containerscope.demo import cloudwatch_run as running
from containerscope.demo.cloudwatch_balancers import balancer_labels, group_label
from containerscope.demo.cloudwatch_ecs import Place
from containerscope.demo.cloudwatch_evaluate import evaluate_alarm
from containerscope.demo.cloudwatch_state import Alarm
from containerscope.demo.ecs_recipe import DAY, HOUR
from containerscope.demo.ecs_recipe import MINUTE as MINUTES
from containerscope.demo.ecs_state import Cluster, Service
from containerscope.demo.ids import number, uuid
from containerscope.demo.load import MINUTE, key_of, running_now
from containerscope.demo.load_state import Shift
from containerscope.demo.scaling_alarms import policy_arn, tracking_alarms
from containerscope.demo.scaling_api import first_look, put_schedule, service_role
from containerscope.demo.scaling_control import is_deploying
from containerscope.demo.scaling_decide import decide
from containerscope.demo.scaling_engine import (
    begun,
    cause_of,
    fulfil,
    is_news,
    new_activity,
    refuse,
    signal_of,
)
from containerscope.demo.scaling_past import Rehearsal
from containerscope.demo.scaling_plans import PLANS, REQUESTS, Configuration, Plan
from containerscope.demo.scaling_schedule import next_time
from containerscope.demo.scaling_state import DIMENSION, Policy, Target
from containerscope.demo.world import World


def build(world: World) -> None:
    """Put the services under the care of scaling, and tell what it did lately."""
    for key, plan in PLANS.items():
        cluster = world.clusters[key.partition("/")[0]]
        _scale(world, plan, cluster, cluster.services[key.partition("/")[2]])
    world.scaling.activities.sort(key=lambda each: each.started_at)
    world.cloudwatch.history.sort(key=lambda each: each.at)


def _scale(world: World, plan: Plan, cluster: Cluster, service: Service) -> None:
    resource = f"service/{cluster.name}/{service.name}"
    since = max(service.created_at, world.now() - 90 * DAY) + HOUR
    target = Target(
        ("ecs", resource, DIMENSION), plan.minimum, plan.maximum, service_role(world), since
    )
    target.tags = {"team": service.tags.get("team", "")}
    if plan.suspended:
        names = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended")
        target.suspended = {**dict.fromkeys(names, True), "ScheduledScalingSuspended": True}
    world.scaling.targets[target.key] = target
    key = key_of(cluster, service)
    service.history = _counts(world, plan, service)
    first = world.now() + plan.opens if plan.opens else first_look(world, target)
    shifts = [
        Shift(world.now() - ago * MINUTES, factor, over * MINUTES)
        for ago, factor, over in plan.traffic
    ]
    if plan.opens:
        # The third minute of more traffic is over when the alarm is looked at.
        shifts[-1] = replace(shifts[-1], at=first // MINUTE * MINUTE - 3 * MINUTE - 1)
    if shifts:
        world.load.shifts[key] = shifts
    alarms = _policies(world, plan, target, cluster, service)
    if plan.before:
        begin = min(each.at for each in shifts) - 5 * MINUTES
        rehearsal = Rehearsal(world, target, cluster, service, plan.before)
        _found_at(world, alarms, begin - MINUTE)
        rehearsal.run(begin, first % MINUTE, alarms)
    else:
        _found_at(world, alarms, first - (21 + number(90, resource)) * MINUTE)
        _found_at(world, alarms, first - MINUTE)
        if plan.scaled_in[1]:
            _scale_in(world, plan, target, alarms, service)
        _tell_refusals(world, target, alarms, cluster, service, first - 6 * MINUTE)
    for alarm, _ in alarms:
        running.watch(world, alarm, first)
    for name, (expression, action, zone) in plan.schedules.items():
        put_schedule(world, target, name, expression, action, zone).created_at = since
        _tell_schedule(world, target, name)


def _scale_in(
    world: World,
    plan: Plan,
    target: Target,
    alarms: list[tuple[Alarm, Policy]],
    service: Service,
) -> None:
    """A few minutes ago the low alarm has taken tasks away."""
    at = world.now() - plan.scaled_in[0] * MINUTES
    alarm, policy = next(each for each in alarms if "AlarmLow" in each[0].name)
    cause = cause_of(alarm, policy)
    fulfil(begun(world, target, service.desired, cause, plan.scaled_in[1], at), at + 41)


def _counts(world: World, plan: Plan, service: Service) -> list[tuple[float, int, int]]:
    """What a service counted before the world began: (at, desired, running)."""
    ago, before = plan.scaled_in
    desired, running = service.desired, running_now(service)
    if not before:
        return [(service.created_at, desired, running)]
    at = world.now() - ago * MINUTES
    return [
        (service.created_at, before, before),
        (at, desired, before),
        (at + 38, desired, desired),
        (world.now() - 6 * MINUTES, desired, running),
    ]


def _policies(
    world: World, plan: Plan, target: Target, cluster: Cluster, service: Service
) -> list[tuple[Alarm, Policy]]:
    """The policies of a target, and the alarms that act on them."""
    found: list[tuple[Alarm, Policy]] = []
    for name, (kind, given) in plan.policies.items():
        configuration = _with_label(world, given, cluster, service)
        policy = Policy(
            name, uuid("policy", target.resource, name), kind, configuration, target.created_at
        )
        target.policies[name] = policy
        if kind == "TargetTrackingScaling":
            made = tracking_alarms(world, target, policy, target.created_at)
            policy.alarms = [each.name for each in made]
            found.extend((each, policy) for each in made)
    for name, (policy_name, members) in plan.alarms.items():
        policy = target.policies[policy_name]
        body = _step_alarm(world, target, policy, cluster, service, members)
        alarm = Alarm(name, body, target.created_at)
        found.append((alarm, policy))
    world.cloudwatch.alarms.update((alarm.name, alarm) for alarm, _ in found)
    return found


def _with_label(
    world: World, given: Configuration, cluster: Cluster, service: Service
) -> Configuration:
    """The configuration, with the target group of the service where requests are counted."""
    predefined = given.get("PredefinedMetricSpecification", {})
    if predefined.get("PredefinedMetricType") != REQUESTS:
        return dict(given)
    group = group_label(service.load_balancers[0]["targetGroupArn"])
    label = f"{balancer_labels(world, Place(world, cluster, service))[0]}/{group}"
    return {**given, "PredefinedMetricSpecification": {**predefined, "ResourceLabel": label}}


def _step_alarm(
    world: World,
    target: Target,
    policy: Policy,
    cluster: Cluster,
    service: Service,
    members: Mapping[str, Any],
) -> dict[str, Any]:
    high = (
        "high" in policy.name or policy.configuration["StepAdjustments"][0]["ScalingAdjustment"] > 0
    )
    return {
        "Namespace": "AWS/ECS",
        "MetricName": "CPUUtilization",
        "Dimensions": [
            {"Name": "ClusterName", "Value": cluster.name},
            {"Name": "ServiceName", "Value": service.name},
        ],
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 3 if high else 10,
        "DatapointsToAlarm": 2 if high else 10,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold" if high else "LessThanThreshold",
        "TreatMissingData": "missing",
        "ActionsEnabled": True,
        "OKActions": [],
        "AlarmActions": [policy_arn(world, target, policy)],
        "InsufficientDataActions": [],
        "AlarmDescription": f"CPU of {service.name} is {'high' if high else 'low'}",
        **members,
    }


def _found_at(world: World, alarms: list[tuple[Alarm, Policy]], at: float) -> None:
    """Let the alarms have come to their state at this time, and be as the data say now."""
    for alarm, _ in alarms:
        alarm.seen = {}
        evaluate_alarm(world, alarm, at)


def _tell_refusals(
    world: World,
    target: Target,
    alarms: list[tuple[Alarm, Policy]],
    cluster: Cluster,
    service: Service,
    at: float,
) -> None:
    """Why an alarm that is in ALARM when the world begins has not scaled anything."""
    for alarm, policy in alarms:
        value = max(alarm.seen.items())[1].value if alarm.seen else None
        if alarm.state != "ALARM" or value is None:
            continue
        signal = signal_of(alarm, policy, value, running_now(service))
        decision = decide(
            target, policy, signal, service.desired, at, deploying=is_deploying(service)
        )
        if decision.reasons and is_news(target, decision, at):
            refuse(world, target, decision, cause_of(alarm, policy), at)


def _tell_schedule(world: World, target: Target, name: str) -> None:
    """The activities of a scheduled action in the last days."""
    schedule = target.schedules[name]
    said = " and ".join(
        f"{side} capacity to {schedule.action[member]}"
        for side, member in (("min", "MinCapacity"), ("max", "MaxCapacity"))
        if member in schedule.action
    )
    at = world.now() - 3 * DAY
    while (due := next_time(schedule.expression, schedule.timezone, target.created_at, at)) and (
        due < world.now()
    ):
        cause = f"scheduled action name {name} was triggered"
        activity = new_activity(world, target, cause, f"Setting {said}", due)
        activity.status, activity.ended_at = "Successful", due + 0.4
        activity.message = f"Successfully set {said}"
        at = due
