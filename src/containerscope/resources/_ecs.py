"""What the ECS resources share: clusters as parts of a list, and the reading of one item."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from containerscope.listers import Part, pages
from containerscope.model import arn
from containerscope.model.listing import (
    ApiError,
    Item,
    Listing,
    Page,
    Phase,
    Problem,
    Why,
)
from containerscope.resource import Clients, Column, Scope

T = TypeVar("T")

LIST_CLUSTERS = "ecs:ListClusters"


async def clusters(clients: Clients, scope: Scope) -> AsyncIterator[str]:
    """The names of the clusters in scope, or of every cluster, page by page."""
    if scope.cluster:
        for name in scope.clusters:
            yield name
        return
    listed = pages(clients, "ecs", "ListClusters", "clusterArns", maxResults=100)
    async for page in listed:
        for cluster in page.items:
            yield arn.name_of(cluster)


async def cluster_parts(
    clients: Clients, scope: Scope, part: Callable[[str], Part[T]]
) -> AsyncIterator[Part[T]]:
    """The parts of a list that has one for each cluster."""
    async for cluster in clusters(clients, scope):
        yield part(cluster)


def item_of(key: str, cluster: str) -> Item[Any]:
    """The row of a listed ARN before its details."""
    return Item(key, arn.name_of(key), cluster=arn.cluster_of(key) or cluster)


async def named(*names: str) -> AsyncIterator[Page[str]]:
    """A page of names that are known without asking."""
    yield Page(names)


async def read_one(
    clients: Clients, operation: str, member: str, /, **params: Any
) -> Mapping[str, Any]:
    """The first of the described items, whole; an ApiError says why there is none."""
    answer = await clients.call("ecs", operation, **params)
    found = answer.get(member) or ()
    if found:
        first: Mapping[str, Any] = found[0]
        return first
    raise ApiError(gone(operation, answer.get("failures") or ()))


def gone(operation: str, failures: Any) -> Problem:
    """The problem of an item that is no longer there, with the reason that ECS gives."""
    reason = next((str(failure.get("reason") or "") for failure in failures), "")
    message = f"it is not there any more ({reason})" if reason else "it is not there any more"
    return Problem(Why.FAILED, f"ecs:{operation}", message)


def failed(listing: Listing[T], problem: Problem) -> Listing[T]:
    """The listing at its end, with one more problem."""
    return Listing(
        items=listing.items,
        phase=Phase.DONE,
        expected=len(listing.items),
        problems=(*listing.problems, problem),
        fetched_at=listing.fetched_at,
    )


def cluster_of(scope: Scope, item: Item[Any]) -> str:
    """The name of the cluster an item lies in."""
    return item.cluster or arn.cluster_of(item.key) or scope.cluster


def console(region: str, *parts: str) -> str:
    """The path of an ECS page in the AWS console."""
    path = "/".join(quote(part, safe="", errors="replace") for part in parts)
    return f"/ecs/v2/{path}" + (f"?region={quote(region, errors='replace')}" if region else "")


def region_of(scope: Scope, item: Item[Any]) -> str:
    """The region an item lies in."""
    return arn.region_of(item.key) or scope.region


def number(text: str | None) -> int | None:
    """The number that the API sends as text."""
    return int(text) if text and text.isdecimal() else None


def family_of(task_definition: str | None) -> str:
    """The family of a task definition's ARN; empty without one."""
    return arn.name_of(task_definition or "").partition(":")[0]


def name_column(title: str = "NAME", width: int = 40) -> Column[Any]:
    """The column of the item's name, which is there before the details."""
    return Column(title, of_item=lambda item: item.name, priority=0, width=width, name="name")


CLUSTER: Column[Any] = Column(
    "CLUSTER", of_item=lambda item: item.cluster, priority=2, width=24, unless="cluster"
)
"""First column of a list that covers all clusters."""
