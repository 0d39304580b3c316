"""What resources around a service share: how a service, its definition and tasks are reached."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from containerscope.listers import pages, read_pages
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_task import TaskWhole
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.model.listing import ApiError, Item, Listing, Phase, Problem
from containerscope.resource import Clients, Scope
from containerscope.resources import _ecs
from containerscope.resources._definition import definition
from containerscope.resources._task_whole import describe_whole

T = TypeVar("T")

_FRESH = 10.0
"""Seconds for which the service of a scope is not asked for again: tabs open one after another."""


async def service_of(clients: Clients, cluster: str, name: str) -> Service:
    """The service; ApiError if it is gone. Asked once for all tabs that need it."""

    async def fetch() -> Service:
        page = await clients.read(
            "ecs", "DescribeServices", "services", Service, cluster=cluster, services=[name]
        )
        if page.items:
            return page.items[0]
        if page.odd:
            raise ApiError(page.odd[0])
        failures = [{"reason": failure.reason} for failure in page.failures]
        raise ApiError(_ecs.gone("DescribeServices", failures))

    return await clients.cached(("around-service", cluster, name), _FRESH, fetch)


async def keep_service(clients: Clients, cluster: str, service: Service) -> None:
    """Let tabs that need the service take what a list has just read of it."""

    async def known() -> Service:
        return service

    name = service.service_name or ""
    await clients.cached(("around-service", cluster, name), _FRESH, known)


async def definition_of(clients: Clients, service: Service) -> TaskDefinition:
    """The task definition that the service deploys; empty for one without."""
    if not service.definition:
        return TaskDefinition()
    return await definition(clients, service.definition)


async def running_tasks(clients: Clients, cluster: str, service: str = "") -> list[TaskWhole]:
    """The running tasks of a service, or of a whole cluster, with their ports and addresses."""
    only = {"serviceName": service} if service else {}
    found: list[TaskWhole] = []
    listed = pages(clients, "ecs", "ListTasks", "taskArns", cluster=cluster, maxResults=100, **only)
    async for page in listed:
        if page.items:
            described = await describe_whole(clients, cluster, page.items)
            found += described.items
    return found


async def described(
    clients: Clients, service: str, operation: str, member: str, model: type[T], /, **params: Any
) -> tuple[T, ...]:
    """All items of an operation whose token is `NextToken`."""
    found: list[T] = []
    async for page in read_pages(clients, service, operation, member, model, "NextToken", **params):
        found += page.items
    return tuple(found)


def batches(names: Sequence[T], most: int) -> list[Sequence[T]]:
    """The names in as few batches as they fit in."""
    return [names[at : at + most] for at in range(0, len(names), most)]


def done(items: Sequence[Item[T]], problems: Sequence[Problem], date: Any = None) -> Listing[T]:
    """A listing at its end; a problem that came twice stands once."""
    return Listing(tuple(items), Phase.DONE, len(items), tuple(dict.fromkeys(problems)), date)


async def services_in(clients: Clients, scope: Scope) -> AsyncIterator[Service]:
    """The service in scope, or every service of the cluster in scope."""
    if scope.service:
        yield await service_of(clients, scope.cluster, scope.service)
        return
    listed = pages(
        clients, "ecs", "ListServices", "serviceArns", cluster=scope.cluster, maxResults=100
    )
    waiting: list[str] = []
    async for page in listed:
        waiting += page.items
    for names in batches(waiting, 10):
        described = await clients.read(
            "ecs",
            "DescribeServices",
            "services",
            Service,
            cluster=scope.cluster,
            services=list(names),
        )
        for each in described.items:
            yield each


def console(scope: Scope, page: str, fragment: str = "") -> str:
    """The path of a page of the AWS console: `/ec2/home?region=…#TargetGroups:`."""
    region = f"?region={quote(scope.region, errors='replace')}" if scope.region else ""
    tail = f"#{quote(fragment, safe=':/=;,-', errors='replace')}" if fragment else ""
    return f"/{page}{region}{tail}"
