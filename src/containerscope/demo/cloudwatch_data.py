"""The data of metrics: GetMetricData, GetMetricStatistics and ListMetrics.

Limits: 500 queries and 100,800 datapoints in a call; one-minute data are kept for 15 days,
five-minute data for 63, hourly data for 455. Source: CloudWatch API Reference.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from containerscope.demo import cloudwatch_metrics
from containerscope.demo.calls import Call, Result
from containerscope.demo.cloudwatch_math import Series, evaluate
from containerscope.demo.cloudwatch_sample import (
    Source,
    known_statistic,
    measure,
    rounded,
    statistic,
)
from containerscope.demo.paging import Paging
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.world import World

_MOST_QUERIES = 500
_MOST_POINTS = 100_800
_MOST_STATISTICS = 1440
_DAY = 86400.0
_KEPT = ((300, 15 * _DAY), (3600, 63 * _DAY), (math.inf, 455 * _DAY))
"""Data of periods shorter than the first number are kept so many seconds."""
_METRICS = Paging("MaxResults", "NextToken", "NextToken", 500, 500)


def invalid(message: str, code: str = "ValidationError") -> AwsError:
    """CloudWatch's answer to a request that makes no sense."""
    return AwsError(code, message)


def dimensions_of(metric: Mapping[str, Any]) -> dict[str, str]:
    """The dimensions of a metric as a map."""
    return {each["Name"]: each.get("Value", "") for each in metric.get("Dimensions", ())}


def series(
    world: World,
    metric: Mapping[str, Any],
    period: int,
    name: str,
    begin: float,
    end: float,
) -> Series:
    """The values of a statistic by the beginning of their periods, oldest first."""
    source = cloudwatch_metrics.find(
        world, metric.get("Namespace", ""), metric.get("MetricName", ""), dimensions_of(metric)
    )
    if source is None:
        return {}
    return _values(source, period, name, _kept(world.now(), period, begin), end, world.now())


def _kept(now: float, period: int, begin: float) -> float:
    """From when there are still data of this period."""
    age = next(age for most, age in _KEPT if period < most or most == math.inf)
    if period < 60:
        age = 3 * 3600
    return max(begin, now - age)


def _values(source: Source, period: int, name: str, begin: float, end: float, now: float) -> Series:
    found: Series = {}
    at = math.floor(begin / period) * period
    while at < min(end, now):
        sample = measure(source, at, period, now)
        if sample is not None and at + period > begin:
            found[at] = statistic(sample, name)
        at += period
    return found


def get_metric_data(call: Call) -> Result:
    """The series that the queries ask for, newest first unless told otherwise."""
    params = call.params
    queries: Sequence[Mapping[str, Any]] = params.get("MetricDataQueries", ())
    if len(queries) > _MOST_QUERIES:
        raise invalid(
            f"The collection MetricDataQueries must not have a size greater than {_MOST_QUERIES}."
        )
    begin, end = params["StartTime"], params["EndTime"]
    if begin >= end:
        raise invalid("The parameter StartTime must be less than the parameter EndTime.")
    ids = [each.get("Id", "") for each in queries]
    if len(set(ids)) != len(ids):
        raise invalid("The values for parameter id in MetricDataQueries are not unique.")
    _check_size(queries, begin, end)
    found = _measure_all(call.world, queries, begin, end)
    oldest_first = params.get("ScanBy") == "TimestampAscending"
    results = [
        _result(each, label, values, oldest_first)
        for each in queries
        if each.get("ReturnData", True)
        for label, values in found[each["Id"]]
    ]
    return _page(call, results)


def _check_size(queries: Sequence[Mapping[str, Any]], begin: float, end: float) -> None:
    points = 0
    for each in queries:
        stat = each.get("MetricStat")
        if (stat is None) == ("Expression" not in each):
            raise invalid(
                f"Either MetricStat or Expression must be specified in query {each.get('Id')}."
            )
        if stat is not None:
            check_statistic(stat["Stat"], stat["Period"])
            points += math.ceil((end - begin) / stat["Period"])
    if points > _MOST_POINTS and len(queries) == 1:
        raise invalid(f"You have requested up to {points} datapoints, which exceeds the limit.")


def check_statistic(name: str, period: int) -> None:
    """Refuse a statistic or a period that CloudWatch does not have."""
    if not known_statistic(name):
        raise invalid(f"The value {name} for parameter Stat is not supported.")
    if period not in (1, 5, 10, 20, 30) and (period < 60 or period % 60):
        raise invalid("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.")


def _measure_all(
    world: World, queries: Sequence[Mapping[str, Any]], begin: float, end: float
) -> dict[str, list[tuple[str, Series]]]:
    """The labelled series of each query; expressions may refer to any other query."""
    plain: dict[str, Series] = {}
    for each in queries:
        if (stat := each.get("MetricStat")) is not None:
            period, name = int(stat["Period"]), stat["Stat"]
            plain[each["Id"]] = series(world, stat["Metric"], period, name, begin, end)
    expressions = {each["Id"]: each["Expression"] for each in queries if "Expression" in each}
    found: dict[str, list[tuple[str, Series]]] = {}
    for each in queries:
        key = each["Id"]
        if key in plain:
            label = each.get("Label") or each["MetricStat"]["Metric"]["MetricName"]
            found[key] = [(label, plain[key])]
            continue
        made = evaluate(expressions[key], plain, expressions)
        label = each.get("Label") or key
        many = len(made) > 1
        found[key] = [(f"{label} {name}" if many else label, values) for name, values in made]
    return found


def _result(
    query: Mapping[str, Any], label: str, values: Series, oldest_first: bool
) -> dict[str, Any]:
    times = sorted(values, reverse=not oldest_first)
    return {
        "Id": query["Id"],
        "Label": label,
        "Timestamps": times,
        "Values": rounded([values[each] for each in times]),
        "StatusCode": "Complete",
    }


def _page(call: Call, results: list[dict[str, Any]]) -> Result:
    """As many datapoints as one answer may have; a series that is cut goes on in the next."""
    most = min(call.params.get("MaxDatapoints", _MOST_POINTS), _MOST_POINTS)
    place, offset = _place(call.params.get("NextToken"))
    left = most
    page: list[dict[str, Any]] = []
    for index in range(place, len(results)):
        each = results[index]
        start = offset if index == place else 0
        count = len(each["Values"]) - start
        if count > left:
            if left or not page:
                page.append(_cut(each, start, start + max(left, 1), "PartialData"))
            token = f"{index}:{start + max(left, 1) if left or len(page) == 1 else start}"
            return {"MetricDataResults": page, "Messages": [], "NextToken": token}
        page.append(_cut(each, start, start + count, "Complete"))
        left -= count
    return {"MetricDataResults": page, "Messages": []}


def _cut(result: dict[str, Any], start: int, end: int, status: str) -> dict[str, Any]:
    return {
        **result,
        "Timestamps": result["Timestamps"][start:end],
        "Values": result["Values"][start:end],
        "StatusCode": status,
    }


def _place(token: str | None) -> tuple[int, int]:
    if not token:
        return 0, 0
    index, _, offset = token.partition(":")
    if not (index.isdecimal() and offset.isdecimal()):
        raise invalid("The value for parameter NextToken is invalid.", "InvalidNextToken")
    return int(index), int(offset)


def get_metric_statistics(call: Call) -> Result:
    """The datapoints of one metric, in no promised order."""
    params = call.params
    period, begin, end = int(params["Period"]), params["StartTime"], params["EndTime"]
    names = [*params.get("Statistics", ()), *params.get("ExtendedStatistics", ())]
    if not names:
        raise invalid(
            "Must specify either Statistics or ExtendedStatistics", "InvalidParameterCombination"
        )
    for each in names:
        check_statistic(each, period)
    if begin >= end:
        raise invalid(
            "The parameter StartTime must be less than the parameter EndTime.",
            "InvalidParameterValue",
        )
    wanted = math.ceil((end - begin) / period)
    if wanted > _MOST_STATISTICS:
        raise invalid(
            f"You have requested up to {wanted} datapoints, which exceeds the limit of "
            f"{_MOST_STATISTICS}. You may reduce the datapoints requested by increasing Period, or "
            "decreasing the time range.",
            "InvalidParameterCombination",
        )
    extended = set(params.get("ExtendedStatistics", ()))
    points: dict[float, Result] = {}
    for name in names:
        for at, value in series(call.world, params, period, name, begin, end).items():
            point = points.setdefault(at, {"Timestamp": at, "Unit": _unit(call.world, params)})
            if name in extended:
                point.setdefault("ExtendedStatistics", {})[name] = round(value, 10)
            else:
                point[name] = round(value, 10)
    return {"Label": params["MetricName"], "Datapoints": list(points.values())}


def _unit(world: World, metric: Mapping[str, Any]) -> str:
    source = cloudwatch_metrics.find(
        world, metric["Namespace"], metric["MetricName"], dimensions_of(metric)
    )
    return source.unit if source else "None"


def list_metrics(call: Call) -> Result:
    """The metrics that have these dimensions, whatever others they have."""
    params = call.params
    wanted = {each["Name"]: each.get("Value") for each in params.get("Dimensions", ())}
    name = params.get("MetricName")
    found = [
        {
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        }
        for namespace, metric, dimensions in cloudwatch_metrics.known(
            call.world, params.get("Namespace", "")
        )
        if name in (None, metric)
        and all(
            key in dimensions and value in (None, dimensions[key]) for key, value in wanted.items()
        )
    ]
    return _METRICS.page(params, "Metrics", found)
