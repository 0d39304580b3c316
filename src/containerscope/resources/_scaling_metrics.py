"""The metrics that scaling goes by: their course, their newest values and the plots of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from containerscope.block import Series, SeriesBlock
from containerscope.insight.scaling import service_of
from containerscope.insight.scaling_metric import metric_queries
from containerscope.insight.scaling_policy import PolicyState
from containerscope.model.cloudwatch import MetricAlarm
from containerscope.model.listing import ApiError, Problem
from containerscope.model.scaling import CapacityForecast, ScalingPolicy, ServiceScaling
from containerscope.resource import Block, Clients
from containerscope.resources import _metrics
from containerscope.resources._listed import problem_block
from containerscope.resources._metrics import Points
from containerscope.resources._scale_join import DIMENSION

LOOKED_BACK = timedelta(hours=3)
"""As long as CloudWatch keeps points of high resolution."""
_AHEAD = timedelta(hours=21)


_RUNNING = "running"


class Measured(msgspec.Struct, frozen=True):
    """The points of each policy's metric, by the policy's name."""

    points: Mapping[str, Points] = {}
    running: Points = ()
    """How many tasks ran."""
    problem: Problem | None = None

    def now(self, policy: str) -> float | None:
        """The newest value."""
        found = self.points.get(policy)
        return found[-1][1] if found else None

    @property
    def values(self) -> dict[str, float]:
        """The newest value of each metric that has one."""
        return {name: found[-1][1] for name, found in self.points.items() if found}


async def measured(clients: Clients, found: ServiceScaling) -> Measured:
    """What the policies of a service go by, in one call; none where no policy does."""
    queries: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    for place, policy in enumerate(found.policies or ()):
        own = metric_queries(policy, f"p{place}") or _of_alarm(policy, found, f"p{place}")
        if own and len(queries) + len(own) <= _metrics.QUERIES:
            queries += own
            names[f"p{place}"] = policy.policy_name or "?"
    cluster, service = service_of(found.target.resource_id)
    if len(queries) < _metrics.QUERIES and service:
        queries.append(_metrics.running_query(_RUNNING, cluster, service))
    if not queries:
        return Measured()
    now = clients.clock.now()
    try:
        points = await _metrics.points(clients, queries, now - LOOKED_BACK, now)
    except ApiError as error:
        return Measured(problem=error.problem)
    known = {names[each]: those for each, those in points.items() if each in names}
    return Measured(known, points.get(_RUNNING, ()))


def _of_alarm(
    policy: ScalingPolicy, found: ServiceScaling, query: str
) -> tuple[dict[str, Any], ...]:
    """A step policy goes by the metric of its alarm."""
    named = [each.alarm_name or "" for each in policy.alarms or ()]
    alarm = next((each for name in named if (each := (found.alarms or {}).get(name))), None)
    if alarm is None or not alarm.metric_name:
        return ()
    return (_query(query, alarm),)


def _query(query: str, alarm: MetricAlarm) -> dict[str, Any]:
    dimensions = [
        {"Name": each.name or "", "Value": each.value or ""} for each in alarm.dimensions or ()
    ]
    metric = {
        "Namespace": alarm.namespace or "",
        "MetricName": alarm.metric_name or "",
        "Dimensions": dimensions,
    }
    stat = alarm.statistic or alarm.extended_statistic or "Average"
    return {
        "Id": query,
        "MetricStat": {"Metric": metric, "Period": alarm.period or 60, "Stat": stat},
        "ReturnData": True,
    }


def plots(
    states: Sequence[PolicyState], found: Measured, start: datetime, end: datetime
) -> tuple[SeriesBlock, ...]:
    """The course of each policy's metric with the line that it is held at."""
    shown = []
    for state in states:
        points = tuple(each for each in found.points.get(state.name, ()) if each[0] >= start)
        if not points:
            continue
        title = f"{state.measure.words} ({state.name})"
        target = () if state.target is None else (("target", state.target),)
        series = Series(state.measure.words, points, state.measure.unit)
        shown.append(SeriesBlock(title, (series,), start, end, target))
    return tuple(shown)


async def forecasts(clients: Clients, found: ServiceScaling) -> tuple[Block, ...]:
    """What each predictive policy expects to need in the next day, a call for each."""
    named = [
        each.policy_name or "?" for each in found.policies or () if each.predictive is not None
    ]
    return tuple([await _forecast(clients, found, name) for name in named])


async def _forecast(clients: Clients, found: ServiceScaling, policy: str) -> Block:
    now = clients.clock.now()
    start, end = now - LOOKED_BACK, now + _AHEAD
    try:
        page = await clients.read(
            "application-autoscaling",
            "GetPredictiveScalingForecast",
            "CapacityForecast",
            CapacityForecast,
            ServiceNamespace="ecs",
            ResourceId=found.target.resource_id or "",
            ScalableDimension=found.target.scalable_dimension or DIMENSION,
            PolicyName=policy,
            StartTime=start,
            EndTime=end,
        )
    except ApiError as error:
        return problem_block(error.problem, f"Forecast ({policy})")
    hours = [
        (at, value)
        for each in page.items
        for at, value in zip(each.timestamps or (), each.values or (), strict=False)
        if start <= at <= end
    ]
    bounds = (("maximum", float(found.target.max_capacity)),) if found.target.max_capacity else ()
    line = Series("expected", tuple(hours), "tasks", stepped=True)
    empty = "It has no forecast yet: it needs a day of metrics at least."
    return SeriesBlock(f"Forecast ({policy})", (line,), start, end, bounds, empty=empty)
