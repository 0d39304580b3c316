"""One task, or the tasks of a scope, with all that their own pages show."""

from __future__ import annotations

from collections.abc import Sequence

from containerscope.model.ecs_task import TaskWhole
from containerscope.model.listing import ApiError, Page
from containerscope.resource import Clients
from containerscope.resources import _ecs


async def describe_whole(clients: Clients, cluster: str, names: Sequence[str]) -> Page[TaskWhole]:
    """Tasks of one cluster by ARN, at most a hundred."""
    return await clients.read(
        "ecs",
        "DescribeTasks",
        "tasks",
        TaskWhole,
        cluster=cluster,
        tasks=list(names),
        include=["TAGS"],
    )


async def whole(clients: Clients, cluster: str, key: str) -> TaskWhole:
    """The task of this ARN; ApiError if it is gone."""
    page = await describe_whole(clients, cluster, [key])
    if page.items:
        return page.items[0]
    if page.odd:
        raise ApiError(page.odd[0])
    failures = [{"reason": failure.reason} for failure in page.failures]
    raise ApiError(_ecs.gone("DescribeTasks", failures))
