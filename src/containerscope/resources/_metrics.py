"""Points of metrics: as few calls as CloudWatch allows, counted, and none where it is off."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from containerscope.listers import read_pages
from containerscope.model.cloudwatch import MetricDataResult
from containerscope.model.ecs_service import Service
from containerscope.model.listing import ApiError, Item, Missing, Why, joined
from containerscope.model.trend import Trend
from containerscope.resource import Clients, Column, Join, Scope
from containerscope.resources import _ecs

USAGE = "usage"
"""The join of a service's CPU and memory."""
QUERIES = 500
"""The most queries that one call takes."""
_PERIOD = 300
_LOOKED_BACK = timedelta(minutes=30)
_METRICS = ("CPUUtilization", "MemoryUtilization")

Points = tuple[tuple[datetime, float], ...]
"""Oldest first."""


class Spent(msgspec.Struct):
    """What was asked of CloudWatch so far; one for as long as the clients live."""

    calls: int = 0
    metrics: int = 0

    @classmethod
    async def of(cls, clients: Clients) -> Spent:
        """The count of these clients."""

        async def make() -> Spent:
            return cls()

        return await clients.cached("metrics-spent", math.inf, make)


class Usage(msgspec.Struct, frozen=True):
    """How much of what they reserved the tasks of a service use, in percent."""

    cpu: Trend | None = None
    memory: Trend | None = None


def service_query(
    query: str,
    metric: str,
    cluster: str,
    service: str,
    period: int = _PERIOD,
    stat: str = "Average",
    *,
    namespace: str = "AWS/ECS",
    task: str = "",
) -> dict[str, Any]:
    """The query of a metric of a service, or of one of its tasks."""
    dimensions = {"ClusterName": cluster, "ServiceName": service, "TaskId": task}
    return {
        "Id": query,
        "MetricStat": {
            "Metric": {
                "Namespace": namespace,
                "MetricName": metric,
                "Dimensions": [
                    {"Name": name, "Value": value} for name, value in dimensions.items() if value
                ],
            },
            "Period": period,
            "Stat": stat,
        },
        "ReturnData": True,
    }


def running_query(query: str, cluster: str, service: str) -> dict[str, Any]:
    """How many tasks ran: each sends a sample of its CPU a minute.

    Source: Amazon ECS Developer Guide, "Viewing service RUNNING task count".
    """
    return service_query(query, _METRICS[0], cluster, service, 60, "SampleCount")


async def points(
    clients: Clients, queries: Sequence[Mapping[str, Any]], start: datetime, end: datetime
) -> dict[str, Points]:
    """The points of each query by its id; at most 500 queries."""
    spent = await Spent.of(clients)
    found: dict[str, list[tuple[datetime, float]]] = {}
    pages = read_pages(
        clients,
        "cloudwatch",
        "GetMetricData",
        "MetricDataResults",
        MetricDataResult,
        "NextToken",
        MetricDataQueries=list(queries),
        StartTime=start,
        EndTime=end,
        ScanBy="TimestampAscending",
    )
    async for page in pages:
        spent.calls += 1
        spent.metrics += len(queries)
        for result in page.items:
            pairs = zip(result.timestamps or (), result.values or (), strict=False)
            found.setdefault(result.id or "", []).extend(pairs)
    return {name: tuple(sorted(pairs)) for name, pairs in found.items()}


async def usage(
    clients: Clients, scope: Scope, items: Sequence[Item[Service]]
) -> Mapping[str, Any]:
    """CPU and memory of up to 250 services by one call; a service without tasks has none."""
    queries = [
        service_query(f"q{place}_{kind}", metric, _ecs.cluster_of(scope, item), item.name)
        for place, item in enumerate(items)
        for kind, metric in enumerate(_METRICS)
    ]
    now = clients.clock.now()
    try:
        found = await points(clients, queries, now - _LOOKED_BACK, now)
    except ApiError as error:
        if error.problem.why is not Why.NOT_APPLICABLE:
            raise
        return {item.key: error.problem.as_missing() for item in items}
    return {
        item.key: Usage(*(_trend(found.get(f"q{place}_{kind}", ())) for kind in (0, 1)))
        for place, item in enumerate(items)
    }


def _trend(found: Points) -> Trend | None:
    values = tuple(value for _, value in found)
    return Trend(values[-1], values) if values else None


def _share(item: Item[Service], member: str) -> Any:
    found = joined(item, USAGE)
    return found if isinstance(found, Missing) else getattr(found, member, None)


JOIN: Join[Service] = Join(USAGE, usage, batch=QUERIES // len(_METRICS), seconds=60.0)
COLUMNS: tuple[Column[Service], ...] = (
    Column(
        "CPU %",
        of_item=lambda item: _share(item, "cpu"),
        kind="trend",
        needs=USAGE,
        priority=4,
        name="cpu",
    ),
    Column(
        "MEM %",
        of_item=lambda item: _share(item, "memory"),
        kind="trend",
        needs=USAGE,
        priority=5,
        name="memory",
    ),
)
