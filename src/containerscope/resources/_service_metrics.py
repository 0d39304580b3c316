"""The metrics tab of a service: CPU and memory over hours, and what asking has cost so far."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta

from containerscope.block import Series, SeriesBlock
from containerscope.model.ecs_service import Service
from containerscope.model.listing import ApiError, Item, Problem, Why
from containerscope.resource import Block, Clients, Scope, TextBlock
from containerscope.resources import _container_insights, _ecs, _metrics
from containerscope.resources._listed import problem_block, problem_blocks
from containerscope.resources._metrics import Points

_LOOKED_BACK = timedelta(hours=3)
_PERIOD = 60
_SHOWN = (("CPU", "CPUUtilization"), ("Memory", "MemoryUtilization"))
_STATS = (("average", "Average"), ("highest task", "Maximum"))
_PRICE = 0.01
"""Dollars for a thousand metrics asked for (CloudWatch pricing, GetMetricData)."""


async def metrics(
    clients: Clients, scope: Scope, item: Item[Service]
) -> AsyncIterator[tuple[Block, ...]]:
    """Plots of CPU, memory and tasks by one call, with what Container Insights adds."""
    cluster = _ecs.cluster_of(scope, item)
    now = clients.clock.now()
    start = now - _LOOKED_BACK
    queries = [
        _metrics.service_query(f"m{kind}_{place}", metric, cluster, item.name, _PERIOD, stat)
        for kind, (_, metric) in enumerate(_SHOWN)
        for place, (_, stat) in enumerate(_STATS)
    ]
    # A sample comes from each task that runs, so their count is the number of tasks.
    queries.append(_metrics.running_query("running", cluster, item.name))
    problems: list[Problem] = []
    mode = await _container_insights.setting(clients, cluster, problems)
    if mode != "disabled":
        queries += _container_insights.queries(cluster, item.name)
    try:
        found = await _metrics.points(clients, queries, start, now)
    except ApiError as error:
        if error.problem.why is Why.NOT_APPLICABLE:
            yield (TextBlock(f"{error.problem.message[:1].upper()}{error.problem.message[1:]}."),)
        else:
            yield (problem_block(error.problem),)
        return
    shown = (
        *_usage(found, start, now),
        _tasks(found, start, now),
        *_container_insights.insights_blocks(found, mode, start, now),
    )
    notes = problem_blocks(problems)
    yield (*shown, *notes, await _cost(clients))
    if mode == "enhanced":
        tasks = await _container_insights.busiest(clients, cluster, item.name)
        yield (*shown, tasks, *notes, await _cost(clients))


def _usage(found: Mapping[str, Points], start: datetime, end: datetime) -> tuple[SeriesBlock, ...]:
    return tuple(
        SeriesBlock(
            f"{title} %",
            tuple(
                Series(words, found.get(f"m{kind}_{place}", ()), "%")
                for place, (words, _) in enumerate(_STATS)
            ),
            start,
            end,
            empty="No points: none of its tasks ran.",
        )
        for kind, (title, _) in enumerate(_SHOWN)
    )


def _tasks(found: Mapping[str, Points], start: datetime, end: datetime) -> SeriesBlock:
    """How many tasks ran; where Container Insights is on, against how many were wanted."""
    wanted = _container_insights.of_metric(found, "DesiredTaskCount")
    running = _container_insights.of_metric(found, "RunningTaskCount") or found.get("running", ())
    lines = [Series("desired", wanted, "tasks", stepped=True)] if wanted else []
    lines.append(Series("running", running, "tasks", stepped=True))
    return SeriesBlock("Tasks", tuple(lines), start, end, empty="None of its tasks ran.")


async def _cost(clients: Clients) -> TextBlock:
    spent = await _metrics.Spent.of(clients)
    cost = spent.metrics * _PRICE / 1000
    return TextBlock(
        f"CloudWatch was asked for {spent.metrics:,} metrics in {spent.calls:,} calls so far, "
        f"about ${cost:.4f}. --no-metrics asks for none."
    )
