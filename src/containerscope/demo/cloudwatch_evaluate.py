"""Evaluates alarms, and writes down why their state is what it is, in CloudWatch's words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from containerscope.demo import cloudwatch_metrics
from containerscope.demo.cloudwatch_data import dimensions_of, series
from containerscope.demo.cloudwatch_math import Series, evaluate
from containerscope.demo.cloudwatch_sample import measure, statistic
from containerscope.demo.cloudwatch_state import UNCHECKED, Alarm, HistoryItem
from containerscope.demo.world import World

_COMPARES: Mapping[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (lambda a, b: a > b, "greater than"),
    "GreaterThanOrEqualToThreshold": (lambda a, b: a >= b, "greater than or equal to"),
    "LessThanThreshold": (lambda a, b: a < b, "less than"),
    "LessThanOrEqualToThreshold": (lambda a, b: a <= b, "less than or equal to"),
}
_KEPT = 14 * 86400.0
_MOST_HISTORY = 5000


class Point(NamedTuple):
    """A datapoint that an alarm looked at; its value is None where there was none."""

    at: float
    value: float | None
    samples: float | None = None


class Verdict(NamedTuple):
    """The state that the data call for."""

    state: str
    points: Sequence[Point]
    """What was looked at, newest first."""
    telling: Sequence[Point] = ()
    """The datapoints that decided."""

    @property
    def newest(self) -> tuple[float, float] | None:
        """The time and the value of the newest datapoint."""
        return next(((each.at, each.value) for each in self.points if each.value is not None), None)


def judge(world: World, alarm: Alarm, at: float) -> Verdict:
    """The state that the latest periods before this time call for."""
    body = alarm.body
    wanted = int(body["EvaluationPeriods"])
    points = _points(world, alarm, at, wanted)
    needed = int(body.get("DatapointsToAlarm", wanted))
    breaks = _COMPARES[body["ComparisonOperator"]][0]
    threshold = float(body["Threshold"])
    there = [each for each in points if each.value is not None]
    breaching = [each for each in there if each.value is not None and breaks(each.value, threshold)]
    missing = wanted - len(there)
    treat = body.get("TreatMissingData", "missing")
    if not there and treat == "ignore":
        return Verdict(alarm.state, points)
    if not there and treat == "missing":
        return Verdict("INSUFFICIENT_DATA", points)
    against = len(breaching) + (missing if treat == "breaching" else 0)
    if against >= needed:
        told = breaching if "DatapointsToAlarm" in body else breaching[:needed]
        return Verdict("ALARM", points, told)
    return Verdict("OK", points, [each for each in there if each not in breaching][:1])


def reason_of(alarm: Alarm, verdict: Verdict) -> str:
    """Why an alarm is in its state, as a sentence."""
    body, wanted = alarm.body, len(verdict.points)
    if verdict.state == "INSUFFICIENT_DATA":
        noun = "datapoint was" if wanted == 1 else "datapoints were"
        return f"Insufficient Data: {wanted} {noun} unknown."
    words, threshold = _COMPARES[body["ComparisonOperator"]][1], float(body["Threshold"])
    if verdict.state == "ALARM":
        return _crossed(verdict.telling, words, threshold, body, wanted)
    return _calm(verdict.telling, words, threshold, body, wanted)


def _points(world: World, alarm: Alarm, at: float, wanted: int) -> list[Point]:
    """The datapoints of the last whole periods, newest first."""
    period = alarm.period
    end = math.floor(at / period) * period
    times = [float(end - (step + 1) * period) for step in range(wanted)]
    lacking = [each for each in times if each not in alarm.seen]
    known = {each: alarm.seen[each] for each in times if each in alarm.seen}
    known |= {each.at: each for each in _measured(world, alarm, lacking, end)}
    alarm.seen = known
    return [known[each] for each in times]


def _measured(world: World, alarm: Alarm, times: Sequence[float], end: float) -> list[Point]:
    period, body = alarm.period, alarm.body
    if not times:
        return []
    if "Metrics" in body:
        values = _of_queries(world, body["Metrics"], min(times), end)
        return [Point(each, values.get(each)) for each in times]
    source = cloudwatch_metrics.find(
        world, body["Namespace"], body["MetricName"], dimensions_of(body)
    )
    name = body.get("Statistic") or body.get("ExtendedStatistic", "Average")
    found = []
    for each in times:
        sample = measure(source, each, period, end) if source else None
        if sample is None:
            found.append(Point(each, None))
        else:
            found.append(Point(each, round(statistic(sample, name), 10), sample.size))
    return found


def _of_queries(
    world: World, queries: Sequence[Mapping[str, Any]], begin: float, end: float
) -> Series:
    """The one series that the queries of an alarm return."""
    plain: dict[str, Series] = {}
    for each in queries:
        if (stat := each.get("MetricStat")) is not None:
            period, name = int(stat["Period"]), stat["Stat"]
            plain[each["Id"]] = series(world, stat["Metric"], period, name, begin, end)
    told = next((each for each in queries if each.get("ReturnData", True)), queries[-1])
    if "Expression" not in told:
        return plain[told["Id"]]
    expressions = {each["Id"]: each["Expression"] for each in queries if "Expression" in each}
    made = evaluate(told["Expression"], plain, expressions)
    return made[0][1] if made else {}


def _shown(points: Sequence[Point]) -> str:
    told = (
        f"{each.value} ({datetime.fromtimestamp(each.at, UTC):%d/%m/%y %H:%M:%S})"
        for each in points
    )
    return ", ".join(told)


def _crossed(
    points: Sequence[Point], words: str, threshold: float, body: Mapping[str, Any], wanted: int
) -> str:
    were = "was" if len(points) == 1 else "were"
    tail = f"{were} {words} the threshold ({threshold})"
    if "DatapointsToAlarm" not in body:
        noun = "datapoint" if len(points) == 1 else "datapoints"
        return f"Threshold Crossed: {len(points)} {noun} [{_shown(points)}] {tail}."
    needed = int(body["DatapointsToAlarm"])
    noun = "datapoint" if needed == 1 else "datapoints"
    return (
        f"Threshold Crossed: {len(points)} out of the last {wanted} datapoints [{_shown(points)}] "
        f"{tail} (minimum {needed} {noun} for OK -> ALARM transition)."
    )


def _calm(
    points: Sequence[Point], words: str, threshold: float, body: Mapping[str, Any], wanted: int
) -> str:
    if not points:
        noun = "period" if wanted == 1 else "periods"
        return (
            f"Threshold Crossed: no datapoints were received for {wanted} {noun} and {wanted} "
            "missing datapoints were treated as [NonBreaching]."
        )
    tail = f"was not {words} the threshold ({threshold})"
    if "DatapointsToAlarm" not in body:
        return f"Threshold Crossed: 1 datapoint [{_shown(points)}] {tail}."
    return (
        f"Threshold Crossed: 1 out of the last {wanted} datapoints [{_shown(points)}] {tail} "
        f"(minimum 1 datapoint for ALARM -> OK transition)."
    )


def evaluate_alarm(world: World, alarm: Alarm, at: float) -> Verdict:
    """Bring an alarm up to this time; a change of its state goes into its history."""
    verdict = judge(world, alarm, at)
    if verdict.state != alarm.state:
        data = _reason_data(alarm, verdict, at)
        become(world, alarm, verdict.state, reason_of(alarm, verdict), data, at)
    elif alarm.reason == UNCHECKED and verdict.state == "INSUFFICIENT_DATA" and not _ignores(alarm):
        alarm.reason, alarm.updated_at = reason_of(alarm, verdict), at
    return verdict


def _ignores(alarm: Alarm) -> bool:
    return bool(alarm.body.get("TreatMissingData") == "ignore")


def become(
    world: World, alarm: Alarm, state: str, reason: str, reason_data: str, at: float
) -> None:
    """Put an alarm into a state, and write that down."""
    old: dict[str, Any] = {"stateValue": alarm.state, "stateReason": alarm.reason}
    if alarm.reason_data:
        old["stateReasonData"] = msgspec.json.decode(alarm.reason_data)
    new: dict[str, Any] = {"stateValue": state, "stateReason": reason}
    if reason_data:
        new["stateReasonData"] = msgspec.json.decode(reason_data)
    data = {"version": "1.0", "oldState": old, "newState": new}
    summary = f"Alarm updated from {alarm.state} to {state}"
    note(world, alarm, "StateUpdate", summary, data, at)
    alarm.state, alarm.reason, alarm.reason_data = state, reason, reason_data
    alarm.updated_at = alarm.transitioned_at = at


def note(
    world: World, alarm: Alarm, kind: str, summary: str, data: Mapping[str, Any], at: float
) -> None:
    """One more entry of an alarm's history, which is kept for two weeks."""
    history = world.cloudwatch.history
    history.append(HistoryItem(at, alarm.name, kind, summary, msgspec.json.encode(data).decode()))
    if len(history) > _MOST_HISTORY or history[0].at < at - _KEPT:
        history[:] = [each for each in history if each.at >= at - _KEPT][-_MOST_HISTORY:]


def stamp(at: float) -> str:
    """A time as CloudWatch writes it in its JSON."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def _reason_data(alarm: Alarm, verdict: Verdict, at: float) -> str:
    there = [each for each in verdict.points if each.value is not None]
    data: dict[str, Any] = {"version": "1.0", "queryDate": stamp(at)}
    if there:
        data["startDate"] = stamp(there[-1].at)
    if "Statistic" in alarm.body:
        data["statistic"] = alarm.body["Statistic"]
    data["period"] = alarm.period
    data["recentDatapoints"] = [each.value for each in reversed(there)]
    data["threshold"] = float(alarm.body["Threshold"])
    data["evaluatedDatapoints"] = [
        {"timestamp": stamp(each.at), "sampleCount": each.samples or 1.0, "value": each.value}
        for each in there
    ]
    return msgspec.json.encode(data).decode()
