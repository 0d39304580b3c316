"""What a scaling policy makes of an alarm: a pure function of counts, numbers and times.

Source: Application Auto Scaling User Guide, "How target tracking scaling works" and "Step scaling
policies".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from containerscope.demo.scaling_state import Policy, Target

_COOLDOWN = 300
"""Seconds, where a policy for an ECS service does not say otherwise."""


class Decision(NamedTuple):
    """What is to be done: a new count, or the reasons why there is none, or neither."""

    wanted: int | None = None
    reasons: tuple[dict[str, Any], ...] = ()


NOTHING = Decision()


class Signal(NamedTuple):
    """An alarm in state ALARM, as far as its policy asks."""

    value: float
    """The newest datapoint."""
    threshold: float
    outward: bool
    """Whether it is the high alarm of target tracking."""
    running: int
    """How many tasks shared the load that the datapoint shows."""


def cooldown(policy: Policy, outward: bool) -> float:
    """Seconds in which the policy does not act again in this direction."""
    if policy.kind == "StepScaling":
        return float(policy.configuration.get("Cooldown", _COOLDOWN))
    name = "ScaleOutCooldown" if outward else "ScaleInCooldown"
    return float(policy.configuration.get(name, _COOLDOWN))


def decide(
    target: Target, policy: Policy, signal: Signal, current: int, at: float, *, deploying: bool
) -> Decision:
    """What the policy wants of a target that has this desired count now."""
    if policy.kind == "StepScaling":
        wanted = stepped(policy.configuration, signal, current)
    elif policy.kind == "TargetTrackingScaling":
        wanted = tracked(policy.configuration, signal, signal.running, current)
    else:
        return NOTHING
    outward = wanted > current
    if wanted == current or target.suspended.get(_suspends(outward), False):
        return NOTHING
    if outward and current >= target.maximum:
        return _refused("AlreadyAtMaxCapacity", MaxCapacity=target.maximum, CurrentCapacity=current)
    if not outward and current <= target.minimum:
        return _refused("AlreadyAtMinCapacity", MinCapacity=target.minimum, CurrentCapacity=current)
    if not outward and deploying:
        return _refused("TargetServicePutResourceAsUnscalable", CurrentCapacity=current)
    if _cooling(target, policy, signal, wanted, current, at):
        return NOTHING
    if not outward and _would_flap(policy, signal, wanted, current):
        return _refused("AutoScalingAnticipatedFlapping", CurrentCapacity=current)
    return Decision(max(target.minimum, min(wanted, target.maximum)))


def _suspends(outward: bool) -> str:
    return "DynamicScalingOutSuspended" if outward else "DynamicScalingInSuspended"


def _refused(code: str, **counts: int) -> Decision:
    return Decision(None, ({"Code": code, **counts},))


def tracked(configuration: Mapping[str, Any], signal: Signal, running: int, current: int) -> int:
    """The count at which the metric would be at its target; inwards in small steps."""
    needed = math.ceil(running * signal.value / float(configuration["TargetValue"]))
    if signal.outward:
        return max(needed, current)
    return min(current, max(needed, current - max(1, current // 5)))


def stepped(configuration: Mapping[str, Any], signal: Signal, current: int) -> int:
    """The count by the step whose bounds hold the distance from the alarm's threshold."""
    distance = signal.value - signal.threshold
    step = next(
        (
            each
            for each in configuration.get("StepAdjustments", ())
            if each.get("MetricIntervalLowerBound", -math.inf)
            <= distance
            < each.get("MetricIntervalUpperBound", math.inf)
        ),
        None,
    )
    if step is None:
        return current
    adjustment = int(step["ScalingAdjustment"])
    kind = configuration.get("AdjustmentType", "ChangeInCapacity")
    if kind == "ExactCapacity":
        return adjustment
    if kind == "PercentChangeInCapacity":
        change = current * adjustment / 100
        size = max(abs(int(change)), 1 if change else 0)
        size = max(size, int(configuration.get("MinAdjustmentMagnitude", 0)))
        adjustment = int(math.copysign(size, change))
    return max(current + adjustment, 0)


def _cooling(
    target: Target, policy: Policy, signal: Signal, wanted: int, current: int, at: float
) -> bool:
    """Whether the last change still has to show what it does."""
    if wanted < current:
        since = max(target.in_at, target.out_at)
        return at < since + cooldown(policy, False)
    if at >= target.out_at + cooldown(policy, True):
        return False
    # Within the cooldown only what exceeds the scale-out before it is added.
    if policy.kind == "StepScaling":
        return stepped(policy.configuration, signal, target.out_from) <= current
    return tracked(policy.configuration, signal, target.out_from, current) <= current


def _would_flap(policy: Policy, signal: Signal, wanted: int, current: int) -> bool:
    """Whether the metric would at once call for the tasks that go."""
    if policy.kind != "TargetTrackingScaling" or wanted <= 0:
        return False
    return signal.value * current / wanted > float(policy.configuration["TargetValue"])


def agreed(low_states: Sequence[str]) -> bool:
    """Whether every target tracking policy of a target would scale it in."""
    return all(each == "ALARM" for each in low_states)
