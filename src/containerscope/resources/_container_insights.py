"""What Container Insights measures of a service, in clusters where somebody switched it on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from containerscope.block import Series, SeriesBlock
from containerscope.listers import tried
from containerscope.model import arn
from containerscope.model.ecs import Cluster
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Problem
from containerscope.resource import Block, Clients, TableBlock, TextBlock
from containerscope.resources import _blocks, _metrics
from containerscope.resources._listed import problem_block
from containerscope.resources._metrics import Points

NAMESPACE = "ECS/ContainerInsights"
_FRESH = 300.0
"""Seconds for which the setting of a cluster is good."""
_ASKED = (
    "CpuUtilized",
    "CpuReserved",
    "MemoryUtilized",
    "MemoryReserved",
    "DesiredTaskCount",
    "RunningTaskCount",
    "NetworkRxBytes",
    "NetworkTxBytes",
)
"""Metrics with the dimensions ClusterName and ServiceName (CloudWatch User Guide, "Amazon ECS
Container Insights metrics")."""
_OF_TASKS = ("TaskCpuUtilization", "TaskMemoryUtilization")
_MOST_TASKS = 100
"""Tasks that are asked about: the page of one list, two metrics each."""
_SHOWN = 10
_BUSY = 90.0
_LATELY = timedelta(minutes=15)
_MINUTE, _PERIOD = 60, 300


async def setting(clients: Clients, cluster: str, problems: list[Problem]) -> str:
    """`enhanced`, `enabled` or `disabled`; empty where it cannot be told."""

    async def fetch() -> str:
        page = await clients.read(
            "ecs",
            "DescribeClusters",
            "clusters",
            Cluster,
            clusters=[cluster],
            include=["SETTINGS"],
        )
        return next((each.setting("containerInsights") for each in page.items), "")

    key = ("ecs-container-insights", cluster)
    return await tried(clients.cached(key, _FRESH, fetch), problems) or ""


def queries(cluster: str, service: str) -> list[dict[str, Any]]:
    """The queries of a service, whose ids `insights_blocks` knows."""
    return [
        _metrics.service_query(f"ci{place}", metric, cluster, service, _MINUTE, namespace=NAMESPACE)
        for place, metric in enumerate(_ASKED)
    ]


def of_metric(found: Mapping[str, Points], metric: str) -> Points:
    """The points of one of those metrics."""
    return found.get(f"ci{_ASKED.index(metric)}", ())


def insights_blocks(
    found: Mapping[str, Points], mode: str, start: datetime, end: datetime
) -> tuple[Block, ...]:
    """What tasks use of what they reserved, in units; and what they send and receive."""
    if mode == "disabled":
        return (TextBlock("Off: no sizes, no traffic, no single tasks.", "Container Insights"),)
    if not any(of_metric(found, name) for name in _ASKED):
        said = "It has no points" if mode else "Whether it is on is not known, and it has no points"
        return (TextBlock(f"{said} of this service.", "Container Insights"),)
    pairs = _blocks.pairs(
        "Container Insights" + (" with enhanced observability" if mode == "enhanced" else ""),
        ("CPU of a task", _of(found, "CpuUtilized", "CpuReserved", "units")),
        ("Memory of a task", _of(found, "MemoryUtilized", "MemoryReserved", "MiB")),
        ("Received by a task", _rate(of_metric(found, "NetworkRxBytes"))),
        ("Sent by a task", _rate(of_metric(found, "NetworkTxBytes"))),
    )
    traffic = tuple(
        Series(words, tuple((at, value / 1024) for at, value in of_metric(found, metric)), "KiB/s")
        for words, metric in (("received", "NetworkRxBytes"), ("sent", "NetworkTxBytes"))
    )
    return (pairs, SeriesBlock("Network of a task KiB/s", traffic, start, end, empty="No points."))


def _of(found: Mapping[str, Points], used: str, reserved: str, unit: str) -> str | None:
    """`312 of 1,024 units`, from the newest points."""
    known, whole = of_metric(found, used), of_metric(found, reserved)
    if not known:
        return None
    size = f" of {whole[-1][1]:,.0f}" if whole else ""
    return f"{known[-1][1]:,.0f}{size} {unit}"


def _rate(points: Points) -> str | None:
    return f"{points[-1][1] / 1024:,.1f} KiB/s" if points else None


async def busiest(clients: Clients, cluster: str, service: str) -> Block:
    """The tasks that use most of their CPU or memory, as enhanced observability knows them."""
    title = "Busiest tasks"
    try:
        listed = await clients.read(
            "ecs",
            "ListTasks",
            "taskArns",
            str,
            cluster=cluster,
            serviceName=service,
            maxResults=_MOST_TASKS,
        )
        tasks = [arn.name_of(each) for each in listed.items]
        if not tasks:
            return TextBlock("None of its tasks runs.", title)
        now = clients.clock.now()
        wanted = [
            _metrics.service_query(
                f"t{place}_{kind}",
                metric,
                cluster,
                service,
                _PERIOD,
                namespace=NAMESPACE,
                task=task,
            )
            for place, task in enumerate(tasks)
            for kind, metric in enumerate(_OF_TASKS)
        ]
        found = await _metrics.points(clients, wanted, now - _LATELY, now)
    except ApiError as error:
        return problem_block(error.problem, title)
    return _table(title, tasks, found, more=bool(listed.token))


def _table(
    title: str, tasks: Sequence[str], found: Mapping[str, Points], *, more: bool
) -> TableBlock:
    rows = [
        (task, tuple(_last(found.get(f"t{place}_{kind}", ())) for kind in range(len(_OF_TASKS))))
        for place, task in enumerate(tasks)
    ]
    known = [(task, values, max(v or 0.0 for v in values)) for task, values in rows if any(values)]
    known.sort(key=lambda row: -row[2])
    shown = known[:_SHOWN]
    levels = tuple(Level.WARNING if most >= _BUSY else Level.NONE for _, _, most in shown)
    asked = f" (of {len(tasks)}{' of more' if more else ''})" if len(tasks) > len(shown) else ""
    cells = tuple((task, *(_percent(value) for value in values)) for task, values, _ in shown)
    header = ("TASK", "CPU", "MEMORY")
    return TableBlock(f"{title}{asked}", header, cells, levels, empty="No points yet.")


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{value:.0f} %"


def _last(points: Points) -> float | None:
    return points[-1][1] if points else None
