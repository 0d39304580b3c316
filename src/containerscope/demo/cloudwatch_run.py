"""Alarms at work: each is evaluated again and again, and its actions are carried out."""

from __future__ import annotations

from typing import Any

from containerscope.demo import asg_managed, scaling_engine
from containerscope.demo.cloudwatch_evaluate import Verdict, evaluate_alarm, note, stamp
from containerscope.demo.cloudwatch_state import Alarm
from containerscope.demo.rhythm import every
from containerscope.demo.world import World

_ACTIONS = {
    "ALARM": "AlarmActions",
    "OK": "OKActions",
    "INSUFFICIENT_DATA": "InsufficientDataActions",
}


def watch(world: World, alarm: Alarm, first: float | None = None) -> Alarm:
    """Add an alarm, or replace the one of its name, and evaluate it from now on."""
    before = world.cloudwatch.alarms.get(alarm.name)
    if before is not None and before.entry is not None:
        before.entry.cancel()
    world.cloudwatch.alarms[alarm.name] = alarm
    alarm.entry = every(world, float(min(alarm.period, 60)), lambda: tick(world, alarm), first)
    return alarm


def forget(world: World, name: str) -> None:
    """Delete an alarm; its history stays."""
    alarm = world.cloudwatch.alarms.pop(name, None)
    if alarm is not None and alarm.entry is not None:
        alarm.entry.cancel()


def tick(world: World, alarm: Alarm) -> None:
    """Evaluate an alarm; scaling goes on for as long as it is in a state with an action."""
    before = alarm.state
    verdict = evaluate_alarm(world, alarm, world.now())
    if alarm.state != before:
        note_actions(world, alarm, world.now())
    act(world, alarm, verdict)


def act(world: World, alarm: Alarm, verdict: Verdict) -> None:
    """Let the scaling policies of the alarm's present state act."""
    if not alarm.body.get("ActionsEnabled", True):
        return
    newest = verdict.newest
    if newest is None:
        return
    for arn in alarm.body.get(_ACTIONS[alarm.state], ()):
        if ":scalingPolicy:" not in arn:
            continue
        if ":autoScalingGroupName/" in arn:
            asg_managed.trigger(world, alarm, arn)
        else:
            scaling_engine.trigger(world, alarm, arn, *newest)


def note_actions(world: World, alarm: Alarm, at: float) -> None:
    """Write down the actions of a new state in the alarm's history."""
    if not alarm.body.get("ActionsEnabled", True):
        return
    for arn in alarm.body.get(_ACTIONS[alarm.state], ()):
        data: dict[str, Any] = {
            "actionState": "Succeeded",
            "stateUpdateTimestamp": int(at * 1000),
            "notificationResource": arn,
            "publishedMessage": None,
            "error": None,
        }
        alarm.acted_at = at
        note(world, alarm, "Action", f"Successfully executed action {arn}", data, at)


def note_configuration(world: World, alarm: Alarm, what: str, at: float) -> None:
    """Write down that somebody made or changed an alarm."""
    data = {
        "version": "1.0",
        "type": what,
        f"{what.lower()}dAlarm": {
            "alarmName": alarm.name,
            "threshold": alarm.body["Threshold"],
            "comparisonOperator": alarm.body["ComparisonOperator"],
            "evaluationPeriods": alarm.body["EvaluationPeriods"],
            "period": alarm.period,
            "stateValue": alarm.state,
            "alarmConfigurationUpdatedTimestamp": stamp(at),
        },
    }
    done = {"Create": "created", "Update": "updated", "Delete": "deleted"}[what]
    note(world, alarm, "ConfigurationUpdate", f'Alarm "{alarm.name}" {done}', data, at)
