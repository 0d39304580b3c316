"""What an alarm has seen, and what its state means.

Source: CloudWatch User Guide, "Alarm events": `stateReasonData` of version 1.0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from containerscope.insight.scaling_metric import measure_of_alarm
from containerscope.model.cloudwatch import MetricAlarm
from containerscope.model.health import Health, Level

_SIGNS: Mapping[str, str] = {
    "GreaterThanOrEqualToThreshold": "≥",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
    "GreaterThanUpperThreshold": ">",
    "LessThanLowerThreshold": "<",
    "LessThanLowerOrGreaterThanUpperThreshold": "outside",
}
_IN_TEXT = re.compile(r"datapoints? \[(?P<value>-?\d[\d.eE+-]*)")


def alarm_health(alarm: MetricAlarm) -> Health:
    """The level of an alarm; one that triggers scaling is doing its work when it is in ALARM.

    That a metric is low is the ordinary state of a service with little to do.
    """
    state = alarm.state_value or ""
    if state == "ALARM" and is_for_scaling(alarm):
        if is_high(alarm):
            return Health(Level.PROGRESS, "high, scales out")
        return Health(Level.NONE, "low, scales in")
    if state == "ALARM":
        return Health(Level.FAILED, "in alarm")
    if state == "INSUFFICIENT_DATA":
        return Health(Level.WARNING, "no data")
    return Health(Level.FINE) if state == "OK" else Health(Level.NONE, state.lower())


def is_for_scaling(alarm: MetricAlarm) -> bool:
    """Whether the alarm's only purpose is to trigger a scaling policy."""
    actions = alarm.alarm_actions or ()
    return bool(actions) and all(":scalingPolicy:" in each for each in actions)


def is_high(alarm: MetricAlarm) -> bool:
    """Whether it goes off when its metric is high, which asks for more."""
    return (alarm.comparison_operator or "").startswith("Greater")


def condition(alarm: MetricAlarm) -> str:
    """What puts it into ALARM: `CPU > 60 % for 3 of 3 min`."""
    measure, sign = measure_of_alarm(alarm), _SIGNS.get(alarm.comparison_operator or "", "?")
    bound = "its band" if alarm.threshold is None else measure.amount(alarm.threshold)
    periods = alarm.evaluation_periods
    if not periods:
        return f"{measure.words} {sign} {bound}"
    wanted = alarm.datapoints_to_alarm or periods
    of = f"{wanted} of {periods}" if wanted != periods else f"{periods}"
    return f"{measure.words} {sign} {bound} for {of} × {_span(alarm.period or 60)}"


def _span(seconds: int) -> str:
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


def breach(alarm: MetricAlarm, value: float | None = None) -> str:
    """The value against the threshold: `CPU 83 % > 60 %`; the condition where there is no value."""
    measure = measure_of_alarm(alarm)
    value = last_value(alarm) if value is None else value
    if value is None:
        return condition(alarm)
    if alarm.threshold is None:
        return f"{measure.words} {measure.amount(value)}"
    sign = _SIGNS.get(alarm.comparison_operator or "", "?")
    return f"{measure.words} {measure.amount(value)} {sign} {measure.amount(alarm.threshold)}"


def last_value(alarm: MetricAlarm) -> float | None:
    """The newest point the alarm had seen when its state changed; None where it says none."""
    found = newest_point(_document(alarm.state_reason_data))
    return _from_text(alarm.state_reason) if found is None else found


def history_value(history_data: str | None) -> float | None:
    """The newest point in the `HistoryData` of a state change."""
    state = _document(history_data).get("newState")
    found = state.get("stateReasonData") if isinstance(state, dict) else None
    return newest_point(found if isinstance(found, dict) else _document(found))


def newest_point(reason: Mapping[str, Any]) -> float | None:
    """The newest point of a `stateReasonData`: dated ones first, as those are not in doubt."""
    dated = [
        (str(point.get("timestamp", "")), point["value"])
        for point in _listed(reason.get("evaluatedDatapoints"))
        if isinstance(point, dict) and _is_number(point.get("value"))
    ]
    if dated:
        return float(max(dated, key=lambda each: each[0])[1])
    recent = [point for point in _listed(reason.get("recentDatapoints")) if _is_number(point)]
    return float(recent[-1]) if recent else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _document(text: Any) -> dict[str, Any]:
    if not isinstance(text, str):
        return {}
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _from_text(reason: str | None) -> float | None:
    """`… [91.2 (24/11/26 13:41:00), …] were greater …` names the newest point first."""
    found = _IN_TEXT.search(reason or "")
    try:
        return float(found["value"]) if found else None
    except ValueError:
        return None


class AlarmState(msgspec.Struct, frozen=True):
    """An alarm of a policy, as one line."""

    name: str
    state: str
    """`OK`, `ALARM`, `INSUFFICIENT_DATA`; `unknown` where the alarm could not be read."""
    level: Level
    says: str
    since: datetime | None = None


def alarm_state(name: str, alarm: MetricAlarm | None) -> AlarmState:
    """The state of an alarm that a policy names."""
    if alarm is None:
        return AlarmState(name, "unknown", Level.NONE, "the alarm could not be read")
    state = alarm.state_value or "unknown"
    says = breach(alarm) if state == "ALARM" else condition(alarm)
    since = alarm.state_transitioned_timestamp or alarm.state_updated_timestamp
    return AlarmState(name, state, alarm_health(alarm).level, says, since)
