"""What a scaling policy asks for now, and how many tasks it would take.

Source: Application Auto Scaling User Guide, "Target tracking" and "Step scaling".
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

from containerscope.insight.scaling_alarm import AlarmState, alarm_state, is_high, last_value
from containerscope.insight.scaling_metric import Measure, measure_of_alarm, measure_of_policy
from containerscope.model.cloudwatch import MetricAlarm
from containerscope.model.health import Level
from containerscope.model.scaling import ScalingPolicy, StepScaling, SuspendedState

_KINDS: Mapping[str, str] = {
    "TargetTrackingScaling": "tracking",
    "StepScaling": "step",
    "PredictiveScaling": "predictive",
}


class PolicyState(msgspec.Struct, frozen=True):
    """A policy as a line: what it measures, what it wants, and what it is about to do."""

    name: str
    kind: str
    """`tracking`, `step` or `predictive`."""
    measure: Measure
    target: float | None = None
    """What the metric is held at, or the threshold of a step policy's alarm."""
    now: float | None = None
    estimate: int | None = None
    """How many tasks it would take now, whatever the bounds."""
    cooldown: str = ""
    """Seconds before it scales out and in again: `60s/300s`."""
    words: str = ""
    """`wants more`, `wants less`, `steady`, `forecast only`, …"""
    level: Level = Level.NONE
    alarms: tuple[AlarmState, ...] = ()


def estimate(current: int, metric: float, target: float) -> int | None:
    """How many tasks bring the metric to its target if the load stays; None without a target."""
    if target <= 0 or current <= 0 or metric < 0 or not math.isfinite(metric * current):
        return None
    return math.ceil(round(current * metric / target, 9))


def step_count(step: StepScaling, threshold: float, metric: float, current: int) -> int | None:
    """The count that a step policy asks for; None where no step covers the metric."""
    distance = metric - threshold
    for each in step.step_adjustments or ():
        low, high = each.metric_interval_lower_bound, each.metric_interval_upper_bound
        if not _covers(low, high, distance) or each.scaling_adjustment is None:
            continue
        amount = each.scaling_adjustment
        if step.adjustment_type == "ExactCapacity":
            return amount
        if step.adjustment_type == "PercentChangeInCapacity":
            amount = _percent(current, amount, step.min_adjustment_magnitude or 0)
        return max(0, current + amount)
    return None


def _covers(low: float | None, high: float | None, distance: float) -> bool:
    """Above the threshold the lower bound belongs to a step, below it the upper one."""
    low = -math.inf if low is None else low
    high = math.inf if high is None else high
    if distance >= 0 and high > 0:
        return low <= distance < high
    return low < distance <= high


def _percent(current: int, percent: int, least: int) -> int:
    change = current * percent / 100
    whole = math.trunc(change)
    if whole == 0 and change:
        whole = 1 if change > 0 else -1
    if whole and abs(whole) < least:
        whole = least if whole > 0 else -least
    return whole


def policy_state(
    policy: ScalingPolicy,
    alarms: Mapping[str, MetricAlarm],
    *,
    now: float | None = None,
    current: int | None = None,
    suspended: SuspendedState | None = None,
) -> PolicyState:
    """The state of a policy; `now` is the newest value of its metric, `current` the task count."""
    names = [each.alarm_name or "" for each in policy.alarms or ()]
    found = [alarms[name] for name in names if name in alarms]
    states = tuple(alarm_state(name, alarms.get(name)) for name in names)
    measure, target = _measured(policy, found)
    words, level = _words(policy, found, suspended)
    return PolicyState(
        policy.policy_name or "?",
        _KINDS.get(policy.policy_type or "", policy.policy_type or ""),
        measure,
        target,
        now,
        _estimate(policy, found, now, target, current),
        _cooldown(policy),
        words,
        level,
        states,
    )


def wanted_alarm(
    policy: ScalingPolicy, alarms: Mapping[str, MetricAlarm], *, more: bool
) -> MetricAlarm | None:
    """The alarm of the policy that is in ALARM now and asks for more, or for fewer, tasks."""
    for each in policy.alarms or ():
        alarm = alarms.get(each.alarm_name or "")
        if alarm is not None and alarm.state_value == "ALARM" and asks_more(policy, alarm) is more:
            return alarm
    return None


def asks_more(policy: ScalingPolicy, alarm: MetricAlarm) -> bool:
    """Whether the policy answers this alarm with more tasks.

    The alarms of tracking say it by their direction; step policies by their adjustments, as one
    may well take tasks away when a queue is high.
    """
    step = policy.step_scaling
    amounts = (
        [each.scaling_adjustment or 0 for each in (step.step_adjustments or ())] if step else []
    )
    if step is None or not amounts or step.adjustment_type == "ExactCapacity":
        return is_high(alarm)
    return max(amounts, key=abs) > 0


def _measured(policy: ScalingPolicy, alarms: list[MetricAlarm]) -> tuple[Measure, float | None]:
    tracking, predictive = policy.target_tracking, policy.predictive
    if tracking is not None:
        return measure_of_policy(policy), tracking.target_value
    if predictive is not None:
        targets = [each.target_value for each in predictive.metric_specifications or ()]
        return measure_of_policy(policy), next(iter(targets), None)
    if alarms:
        return measure_of_alarm(alarms[0]), alarms[0].threshold
    return Measure(""), None


def _estimate(
    policy: ScalingPolicy,
    alarms: list[MetricAlarm],
    now: float | None,
    target: float | None,
    current: int | None,
) -> int | None:
    if current is None or target is None:
        return None
    if policy.target_tracking is not None:
        return None if now is None else estimate(current, now, target)
    step = policy.step_scaling
    if step is None:
        return None
    value = now if now is not None else last_value(alarms[0]) if alarms else None
    if value is None or not any(alarm.state_value == "ALARM" for alarm in alarms):
        return None
    return step_count(step, target, value, current)


def _cooldown(policy: ScalingPolicy) -> str:
    tracking, step = policy.target_tracking, policy.step_scaling
    if tracking is not None:
        # Without a setting ECS waits five minutes either way.
        out = 300 if tracking.scale_out_cooldown is None else tracking.scale_out_cooldown
        back = 300 if tracking.scale_in_cooldown is None else tracking.scale_in_cooldown
        return f"{out}s/{'off' if tracking.disable_scale_in else f'{back}s'}"
    return f"{step.cooldown}s" if step is not None and step.cooldown is not None else ""


def _words(
    policy: ScalingPolicy, alarms: list[MetricAlarm], suspended: SuspendedState | None
) -> tuple[str, Level]:
    by_name = {alarm.alarm_name or "": alarm for alarm in alarms}
    stopped = suspended or SuspendedState()
    if policy.predictive is not None:
        acts = policy.predictive.mode == "ForecastAndScale"
        return ("forecasts and scales" if acts else "forecasts only"), Level.NONE
    if wanted_alarm(policy, by_name, more=True) is not None:
        if stopped.dynamic_scaling_out_suspended:
            return "wants more, but scaling out is suspended", Level.WARNING
        return "wants more", Level.PROGRESS
    if wanted_alarm(policy, by_name, more=False) is not None:
        if policy.target_tracking is not None and policy.target_tracking.disable_scale_in:
            return "wants fewer, but scale-in is off", Level.NONE
        if stopped.dynamic_scaling_in_suspended:
            return "wants fewer, but scaling in is suspended", Level.WARNING
        return "wants fewer", Level.NONE
    if any(alarm.state_value == "INSUFFICIENT_DATA" for alarm in alarms):
        return "its metric has no data", Level.WARNING
    if not policy.alarms:
        return "no alarm triggers it", Level.WARNING
    return ("steady", Level.FINE) if alarms else ("", Level.NONE)
