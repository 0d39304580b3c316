"""Which other services of a cluster mount the same file systems, as far as a few calls tell."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from containerscope.insight.uses import uses
from containerscope.listers import tried
from containerscope.model.ecs_service import Service
from containerscope.model.listing import ApiError, Problem
from containerscope.resource import Block, Clients, TableBlock, TextBlock
from containerscope.resources import _around
from containerscope.resources._listed import problem_block, problem_blocks

_FRESH = 300.0
"""Seconds for which the services of a cluster are good for this question."""
_PAGE, _BATCH = 100, 10
_MOST = 60
"""Services looked at, by at most six describes and a task definition each, read once a day."""
_AT_ONCE = 8
_TITLE = "Shared with"


async def sharers(
    clients: Clients, cluster: str, own: str, systems: Sequence[str]
) -> tuple[Block, ...]:
    """The other services that mount one of these file systems, and how far it was looked."""
    problems: list[Problem] = []
    try:
        services, more = await _services(clients, cluster)
    except ApiError as error:
        return (problem_block(error.problem, _TITLE),)
    others = [each for each in services if each.service_name != own]
    rows: list[tuple[object, ...]] = []
    for batch in _around.batches(others, _AT_ONCE):
        found = await asyncio.gather(*(_ways(clients, each, systems, problems) for each in batch))
        rows += [row for each in found for row in each]
    looked = f"{len(services)} services of {cluster}"
    if more:
        looked = f"the first {looked}; u on the file system in :efs looks at all"
    table = TableBlock(
        _TITLE,
        ("SERVICE", "FILE SYSTEM", "AS"),
        tuple(rows),
        empty="No other service that was looked at mounts it.",
    )
    return (table, TextBlock(f"Looked at {looked}."), *problem_blocks(problems))


async def _services(clients: Clients, cluster: str) -> tuple[tuple[Service, ...], bool]:
    """The first services of the cluster, and whether there are more."""

    async def fetch() -> tuple[tuple[Service, ...], bool]:
        listed = await clients.read(
            "ecs", "ListServices", "serviceArns", str, cluster=cluster, maxResults=_PAGE
        )
        names = listed.items[:_MOST]
        pages = await asyncio.gather(
            *(
                clients.read(
                    "ecs",
                    "DescribeServices",
                    "services",
                    Service,
                    cluster=cluster,
                    services=list(batch),
                )
                for batch in _around.batches(names, _BATCH)
            )
        )
        more = bool(listed.token) or len(listed.items) > len(names)
        return tuple(each for page in pages for each in page.items), more

    return await clients.cached(("ecs-services-sharing", cluster), _FRESH, fetch)


async def _ways(
    clients: Clients, service: Service, systems: Sequence[str], problems: list[Problem]
) -> list[tuple[object, ...]]:
    definition = await tried(_around.definition_of(clients, service), problems)
    if definition is None:
        return []
    return [
        (service.service_name, system, ", ".join(ways))
        for system in systems
        if (ways := uses(system, service, definition))
    ]
