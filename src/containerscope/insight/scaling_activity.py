"""What an activity of Application Auto Scaling did, to what, why, or why it did nothing.

Source: Application Auto Scaling User Guide, "Scaling activities"; API Reference, NotScaledReason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from containerscope.insight.verdict import shortened
from containerscope.model.health import Level
from containerscope.model.scaling import NotScaledReason, ScalingActivity

AT_MAXIMUM = "AlreadyAtMaxCapacity"

_ALARM = re.compile(
    r"monitor alarm (?P<alarm>.+?) in state (?P<state>\w+) triggered policy (?P<policy>.+)",
    re.DOTALL,
)
_TRACKING = re.compile(r"TargetTracking-.+-Alarm(?P<which>High|Low)-[0-9a-f-]+", re.DOTALL)
_SCHEDULE = re.compile(r"scheduled action name (?P<name>.+?) was triggered", re.DOTALL)
_BOUND = re.compile(r"(?P<which>minimum|maximum) capacity was set to (?P<number>\d+)", re.I)
_COUNT = re.compile(r"desired count to (?P<number>\d+)", re.IGNORECASE)
_BOUNDS = re.compile(r"(?P<which>min|max) capacity to (?P<number>\d+)", re.IGNORECASE)


class Cause(msgspec.Struct, frozen=True):
    """What made an activity happen."""

    words: str
    """`alarm cart-cpu-high, policy cpu60`, `the high alarm of policy cpu60`.

    Holds text from outside.
    """
    alarm: str = ""
    state: str = ""
    policy: str = ""
    schedule: str = ""


class Step(msgspec.Struct, frozen=True):
    """An activity as a line of history."""

    activity: ScalingActivity
    cause: Cause
    before: int | None = None
    """The count before it, as far as the older activities tell."""
    after: int | None = None
    """The count it set; that of before where it changed nothing."""
    bounds: tuple[int | None, int | None] | None = None
    """The minimum and maximum it set, for a scheduled action."""
    result: str = ""
    level: Level = Level.NONE
    codes: tuple[str, ...] = ()
    """Why nothing was scaled."""

    @property
    def change(self) -> str:
        """`16→20`, `min 5, max 10`; empty where neither is known."""
        if self.after is not None:
            return f"{'?' if self.before is None else self.before}→{self.after}"
        low, high = self.bounds or (None, None)
        said = (f"min {low}" if low is not None else "", f"max {high}" if high is not None else "")
        return ", ".join(filter(None, said))

    @property
    def at(self) -> datetime | None:
        """When it began."""
        return self.activity.start_time

    @property
    def done(self) -> bool:
        """Whether it changed the count and the change was carried out."""
        return self.activity.status_code == "Successful" and self.after is not None


def cause_of(activity: ScalingActivity) -> Cause:
    """The cause taken apart; a text that is not known stays as it is."""
    said = (activity.cause or "").strip()
    alarm = _ALARM.fullmatch(said)
    if alarm is not None:
        policy = alarm["policy"].strip()
        tracking = _TRACKING.fullmatch(alarm["alarm"])
        words = f"alarm {alarm['alarm']}, policy {policy}"
        if tracking is not None:
            # The whole name of an alarm that target tracking made says no more.
            words = f"the {tracking['which'].lower()} alarm of policy {policy}"
        return Cause(words, alarm["alarm"], alarm["state"], policy)
    schedule = _SCHEDULE.search(said)
    if schedule is not None:
        return Cause(f"schedule {schedule['name']}", schedule=schedule["name"])
    bound = _BOUND.search(said)
    if bound is not None:
        return Cause(f"the new {bound['which'].lower()} {bound['number']}")
    return Cause(said)


def reason_words(reason: NotScaledReason) -> str:
    """Why an alarm did not change the count, in a clause."""
    code = reason.code or ""
    if code == AT_MAXIMUM:
        return "already at maximum" + _number(reason.max_capacity)
    if code == "AlreadyAtMinCapacity":
        return "already at minimum" + _number(reason.min_capacity)
    if code == "AlreadyAtDesiredCapacity":
        return "the policy asks for the count that is there" + _number(reason.current_capacity)
    if code == "AutoScalingAnticipatedFlapping":
        return "it would have to scale back at once"
    if code == "TargetServicePutResourceAsUnscalable":
        return "ECS does not let it scale for now; a deployment may be under way"
    return code or "no reason given"


def _number(value: int | None) -> str:
    return "" if value is None else f" {value}"


def steps(activities: Sequence[ScalingActivity]) -> tuple[Step, ...]:
    """The activities of one service, newest first, each with the count before and after it."""
    made: list[Step] = []
    count: int | None = None
    for activity in reversed(_sorted(activities)):
        step = _step(activity, count)
        if step.done or (step.codes and step.after is not None):
            count = step.after
        made.append(step)
    return tuple(reversed(made))


def _sorted(activities: Sequence[ScalingActivity]) -> list[ScalingActivity]:
    """Newest first; what has no time stands last, in its own order."""
    dated = [each for each in activities if each.start_time is not None]
    undated = [each for each in activities if each.start_time is None]
    dated.sort(key=lambda each: each.start_time.timestamp() if each.start_time else 0, reverse=True)
    return dated + undated


def _step(activity: ScalingActivity, count: int | None) -> Step:
    reasons = activity.not_scaled_reasons or ()
    result, level = _result(activity)
    if reasons:
        known = next((r.current_capacity for r in reasons if r.current_capacity is not None), None)
        fixed = (r.max_capacity if r.code == AT_MAXIMUM else r.min_capacity for r in reasons)
        # An alarm that found the bound reached found exactly as many tasks.
        known = known if known is not None else next((n for n in fixed if n is not None), count)
        return Step(
            activity,
            cause_of(activity),
            known,
            known,
            result=result,
            level=level,
            codes=tuple(reason.code or "" for reason in reasons),
        )
    found = _COUNT.search(activity.description or "")
    after = int(found["number"]) if found else None
    limits = {
        each["which"].lower(): int(each["number"])
        for each in _BOUNDS.finditer(activity.description or "")
    }
    bounds = (limits.get("min"), limits.get("max")) if limits else None
    return Step(
        activity, cause_of(activity), count if found else None, after, bounds, result, level
    )


def _result(activity: ScalingActivity) -> tuple[str, Level]:
    reasons = activity.not_scaled_reasons or ()
    if reasons:
        words = "; ".join(reason_words(reason) for reason in reasons)
        loud = any(reason.code == AT_MAXIMUM for reason in reasons)
        return f"not scaled: {words}", Level.WARNING if loud else Level.NONE
    status = activity.status_code or ""
    said = shortened(activity.status_message or "", 120)
    if status == "Successful":
        seconds = _seconds(activity)
        return ("done" if seconds is None else f"done in {seconds} s"), Level.FINE
    if status in ("Pending", "InProgress"):
        return "under way", Level.PROGRESS
    if status == "Overridden":
        return "a newer change took its place", Level.NONE
    if status == "Unfulfilled":
        return "ECS did not reach that count in time: see the service's events", Level.WARNING
    if status == "Failed":
        return f"failed: {said}" if said else "failed", Level.FAILED
    return said or status.lower(), Level.NONE


def _seconds(activity: ScalingActivity) -> int | None:
    if activity.start_time is None or activity.end_time is None:
        return None
    seconds = round((activity.end_time - activity.start_time).total_seconds())
    return seconds if seconds >= 0 else None
