"""Why a service last scaled, or why it cannot: one sentence.

This is the first level, the number of tasks; the second, the instances they run on, is in
`group_scaling`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from containerscope.insight.scaling_activity import AT_MAXIMUM, Step, steps
from containerscope.insight.scaling_alarm import breach, last_value
from containerscope.insight.scaling_fight import fight
from containerscope.insight.scaling_metric import measure_of_alarm
from containerscope.insight.scaling_policy import estimate, step_count, wanted_alarm
from containerscope.insight.verdict import Verdict
from containerscope.model.cloudwatch import MetricAlarm
from containerscope.model.health import Level
from containerscope.model.scaling import (
    ScalableTarget,
    ScalingActivity,
    ScalingPolicy,
    ScheduledAction,
    ServiceScaling,
    SuspendedState,
)

_RECENT = timedelta(days=1)
"""Older moments are told with their date."""


class Scene(msgspec.Struct, frozen=True):
    """All that is known of the scaling of one service; what could not be read is None or empty."""

    target: ScalableTarget
    policies: Sequence[ScalingPolicy] | None = None
    schedules: Sequence[ScheduledAction] | None = None
    activities: Sequence[ScalingActivity] | None = None
    alarms: Mapping[str, MetricAlarm] = {}
    values: Mapping[str, float] = {}
    """Name of a policy -> the newest value of its metric."""
    desired: int | None = None
    now: datetime | None = None
    zone: tzinfo = UTC
    """The zone in which moments are told."""

    def moment(self, at: datetime | None) -> str:
        """A moment for a sentence: `14:02`, with the date where it is not of the last day."""
        if at is None:
            return "?"
        local = at.astimezone(self.zone)
        old = self.now is not None and abs(self.now - at) > _RECENT
        return f"{local.day} {local:%b %H:%M}" if old else f"{local:%H:%M}"


def scene_of(
    scaling: ServiceScaling, now: datetime | None = None, desired: int | None = None
) -> Scene:
    """What is known of a row; `desired` is the service's count now."""
    return Scene(
        scaling.target,
        scaling.policies,
        scaling.schedules,
        scaling.activities,
        scaling.alarms or {},
        desired=desired,
        now=now,
    )


def resource_id(cluster: str, service: str) -> str:
    """How Application Auto Scaling names a service."""
    return f"service/{cluster}/{service}"


def service_of(resource: str | None) -> tuple[str, str]:
    """Cluster and service in a resource id; both empty where it is of something else."""
    parts = (resource or "").split("/")
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == "service" else ("", "")


def suspended_words(state: SuspendedState | None) -> str:
    """What is suspended: `scaling out, schedules`; empty if nothing is."""
    if state is None:
        return ""
    parts = (
        ("scaling out", state.dynamic_scaling_out_suspended),
        ("scaling in", state.dynamic_scaling_in_suspended),
        ("schedules", state.scheduled_scaling_suspended),
    )
    words = [name for name, off in parts if off]
    return "everything" if len(words) == len(parts) else ", ".join(words)


def scaling_verdict(scene: Scene) -> Verdict:
    """The sentence: what keeps the service from scaling, else what it last did and why."""
    history = steps(scene.activities or ())
    return (
        _suspended(scene)
        or fight(history, scene.now)
        or _at_maximum(scene, history)
        or _trouble(scene, history)
        or _stopped_by(scene, history)
        or _last_change(scene, history)
        or _at_rest(scene)
    )


def _suspended(scene: Scene) -> Verdict | None:
    words = suspended_words(scene.target.suspended_state)
    if not words:
        return None
    verb = "is" if "," not in words and words != "schedules" else "are"
    return Verdict(
        Level.WARNING,
        "suspended" if words == "everything" else f"{words} suspended",
        f"{words[0].upper()}{words[1:]} {verb} suspended by somebody; alarms go off in vain.",
        "Resume it with `aws application-autoscaling register-scalable-target --suspended-state`.",
    )


def _at_maximum(scene: Scene, history: Sequence[Step]) -> Verdict | None:
    """At the upper bound while a policy asks for more: the red flag of scaling."""
    most = scene.target.max_capacity
    newest = history[0] if history else None
    refused = newest is not None and AT_MAXIMUM in newest.codes
    count = scene.desired
    if count is None and newest is not None:
        count = newest.after
    if most is None or count is None or count < most:
        return None
    policy, alarm = _pressing(scene)
    if alarm is None and (not refused or _calm(scene, newest)):
        return None
    since = _since_maximum(history, most)
    told = f"at maximum {most}" + (f" since {scene.moment(since)}" if since else "")
    parts = [told]
    if alarm is not None:
        value = _value(scene, policy, alarm)
        parts.append(breach(alarm, value))
        need = _needed(policy, alarm, value, count)
        if need is not None and need > most:
            parts.append(f"it would need about {need} tasks")
    fixed = scene.target.min_capacity == most
    more = "minimum and maximum are the same" if fixed else ""
    return Verdict(
        Level.WARNING,
        f"at maximum {most}",
        "; ".join(filter(None, (*parts, more))) + ".",
        "Raise the maximum, or make a task do more.",
    )


def _calm(scene: Scene, newest: Step | None) -> bool:
    """Whether the alarm that was refused is known to be over."""
    alarm = scene.alarms.get(newest.cause.alarm) if newest is not None else None
    return alarm is not None and alarm.state_value != "ALARM"


def _pressing(scene: Scene) -> tuple[ScalingPolicy | None, MetricAlarm | None]:
    for policy in scene.policies or ():
        alarm = wanted_alarm(policy, scene.alarms, more=True)
        if alarm is not None:
            return policy, alarm
    return None, None


def _since_maximum(history: Sequence[Step], most: int) -> datetime | None:
    """When the count reached this maximum and stayed, as far back as activities tell."""
    since = None
    for step in history:
        if step.done and step.after is not None and step.after >= most:
            since = step.at
        elif step.done:
            return since
        elif AT_MAXIMUM in step.codes:
            since = step.at
    return since


def _value(scene: Scene, policy: ScalingPolicy | None, alarm: MetricAlarm) -> float | None:
    known = scene.values.get((policy.policy_name or "") if policy else "")
    return last_value(alarm) if known is None else known


def _needed(
    policy: ScalingPolicy | None, alarm: MetricAlarm, value: float | None, count: int
) -> int | None:
    if policy is None or value is None:
        return None
    tracking = policy.target_tracking
    if tracking is not None and tracking.target_value is not None:
        return estimate(count, value, tracking.target_value)
    if policy.step_scaling is not None and alarm.threshold is not None:
        return step_count(policy.step_scaling, alarm.threshold, value, count)
    return None


def _trouble(scene: Scene, history: Sequence[Step]) -> Verdict | None:
    """The newest activity failed or was not carried out in time."""
    newest = history[0] if history else None
    if newest is None or newest.codes or newest.level < Level.WARNING:
        return None
    wanted = f" to {newest.after}" if newest.after is not None else ""
    said = newest.activity.status_message or ""
    failed = newest.activity.status_code == "Failed"
    verb = "could not scale" if failed else "did not get there in time: scaling"
    cause = f"At {scene.moment(newest.at)} it {verb}{wanted}, because of {newest.cause.words}."
    fix = "Look at the service's events for what kept tasks from starting."
    words = "scaling failed" if failed else "scaling unfulfilled"
    return Verdict(newest.level, words, cause, fix, said)


def _stopped_by(scene: Scene, history: Sequence[Step]) -> Verdict | None:
    """The newest activity scaled nothing for another reason than the maximum."""
    newest = history[0] if history else None
    if newest is None or not newest.codes or set(newest.codes) <= {AT_MAXIMUM}:
        return None
    quiet = {"AlreadyAtMinCapacity", "AlreadyAtDesiredCapacity"}
    if set(newest.codes) <= quiet:
        return None
    told = newest.result.removeprefix("not scaled: ")
    cause = f"At {scene.moment(newest.at)} it did not scale: {told} ({newest.cause.words})."
    return Verdict(Level.NONE, "not scaled", cause)


def _last_change(scene: Scene, history: Sequence[Step]) -> Verdict | None:
    newest = next((step for step in history if step.done or step.level is Level.PROGRESS), None)
    if newest is None:
        return None
    verb = "scaling" if newest.level is Level.PROGRESS else "scaled"
    told = f"{verb} {newest.change} at {scene.moment(newest.at)}"
    cause = f"{told[0].upper()}{told[1:]} because of {_because(scene, newest)}."
    by_hand = _by_hand(scene, history)
    if by_hand:
        cause = f"{cause} {by_hand}"
    level = Level.PROGRESS if newest.level is Level.PROGRESS else Level.FINE
    return Verdict(level, f"{verb} {newest.change}" if verb == "scaling" else "", cause)


def _because(scene: Scene, step: Step) -> str:
    """`CPU 83 % > 60 % (policy cpu60)` where the alarm still holds the numbers of that moment."""
    alarm = scene.alarms.get(step.cause.alarm)
    if alarm is None or not _same_crossing(alarm, step):
        if alarm is not None:
            return f"{measure_of_alarm(alarm).words} (policy {step.cause.policy})"
        return step.cause.words or "an unknown cause"
    return f"{breach(alarm)} (policy {step.cause.policy})"


def _same_crossing(alarm: MetricAlarm, step: Step) -> bool:
    """Whether the alarm has stayed in ALARM since before the step."""
    updated = alarm.state_transitioned_timestamp or alarm.state_updated_timestamp
    if alarm.state_value != "ALARM" or updated is None or step.at is None:
        return False
    return updated <= step.at


def _by_hand(scene: Scene, history: Sequence[Step]) -> str:
    """What the count says of changes that no activity tells of."""
    last = next((step for step in history if step.done), None)
    if last is None or scene.desired is None or scene.desired == last.after:
        return ""
    return f"Since then it was set to {scene.desired} by hand, a deployment or a pipeline."


def _at_rest(scene: Scene) -> Verdict:
    low, high = scene.target.min_capacity, scene.target.max_capacity
    if low is not None and low == high:
        cause = f"Minimum and maximum are both {low}: it never scales."
        return Verdict(Level.NONE, "fixed", cause, "Set the maximum above the minimum.")
    if scene.policies is not None and not scene.policies:
        if scene.schedules:
            return Verdict(Level.NONE, "by schedule", "Only its schedule changes the bounds.")
        cause = "It has bounds, but no policy and no schedule that would scale it."
        return Verdict(Level.WARNING, "no policy", cause, "Add a target tracking policy.")
    if scene.activities is not None:
        return Verdict(Level.FINE, cause="It has not scaled in the last six weeks.")
    return Verdict(Level.NONE)
