"""The metrics tab of a service: CPU and memory over hours, and what asking has cost so far."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from containerscope.block import Series, SeriesBlock
from containerscope.model.ecs_service import Service
from containerscope.model.listing import ApiError, Item, Why
from containerscope.resource import Block, Clients, Scope, TextBlock
from containerscope.resources import _ecs, _metrics
from containerscope.resources._listed import problem_block

_LOOKED_BACK = timedelta(hours=3)
_PERIOD = 60
_SHOWN = (("CPU", "CPUUtilization"), ("Memory", "MemoryUtilization"))
_STATS = (("average", "Average"), ("highest task", "Maximum"))
_PRICE = 0.01
"""Dollars for a thousand metrics asked for (CloudWatch pricing, GetMetricData)."""


async def metrics(
    clients: Clients, scope: Scope, item: Item[Service]
) -> AsyncIterator[tuple[Block, ...]]:
    """A plot each of CPU and memory, by one call."""
    cluster = _ecs.cluster_of(scope, item)
    now = clients.clock.now()
    start = now - _LOOKED_BACK
    queries = [
        _metrics.service_query(f"m{kind}_{place}", metric, cluster, item.name, _PERIOD, stat)
        for kind, (_, metric) in enumerate(_SHOWN)
        for place, (_, stat) in enumerate(_STATS)
    ]
    try:
        found = await _metrics.points(clients, queries, start, now)
    except ApiError as error:
        if error.problem.why is Why.NOT_APPLICABLE:
            yield (TextBlock(f"{error.problem.message[:1].upper()}{error.problem.message[1:]}."),)
        else:
            yield (problem_block(error.problem),)
        return
    shown = tuple(
        SeriesBlock(
            f"{title} %",
            tuple(
                Series(words, found.get(f"m{kind}_{place}", ()), "%")
                for place, (words, _) in enumerate(_STATS)
            ),
            start,
            now,
            empty="No points: none of its tasks ran.",
        )
        for kind, (title, _) in enumerate(_SHOWN)
    )
    spent = await _metrics.Spent.of(clients)
    cost = spent.metrics * _PRICE / 1000
    words = (
        f"CloudWatch was asked for {spent.metrics:,} metrics in {spent.calls:,} calls so far, "
        f"about ${cost:.4f}. --no-metrics asks for none."
    )
    yield (*shown, TextBlock(words))
