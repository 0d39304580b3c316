"""What EKS resources share: clusters as parts of a list, keys, the blocks of their panes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec

from containerscope.insight.eks_health import issue_verdict
from containerscope.insight.eks_issues import Meaning
from containerscope.listers import Part, names_then_details, pages, read_pages
from containerscope.model import arn
from containerscope.model.eks import Issue
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Listing, Page, Phase, Problem
from containerscope.redact import masked
from containerscope.resource import Clients, Demand, Pair, PairsBlock, Scope, TableBlock
from containerscope.resources import _ecs

T = TypeVar("T")

_NAMED = "name:"


@dataclass(frozen=True)
class Kind(Generic[T]):
    """What lies in an EKS cluster, and how the API names it: its details come one per call."""

    model: type[T]
    list_operation: str
    list_member: str
    describe_operation: str
    name_parameter: str
    member: str
    name_of: Callable[[T], str | None]
    """The name that it is listed by."""
    label: Callable[[str], str] = str
    """From that to what it is called."""
    none_if: str = ""
    """In the message of a refusal that says that this cluster can have none of them."""

    def part(self, clients: Clients, cluster: str) -> Part[T]:
        """Those of one cluster."""

        async def describe(names: Sequence[str]) -> Page[T]:
            return await clients.read(
                "eks",
                self.describe_operation,
                self.member,
                self.model,
                **self._parameters(cluster, names[0]),
            )

        return Part(
            where=cluster,
            pages=lambda: self._pages(clients, cluster),
            describe=describe,
            batch=1,
            item=lambda name: Item(key_of(cluster, name), self.label(name), cluster=cluster),
            key=lambda value: key_of(cluster, self.name_of(value) or ""),
            operation=f"eks:{self.describe_operation}",
        )

    async def _pages(self, clients: Clients, cluster: str) -> AsyncIterator[Page[str]]:
        listed = pages(
            clients,
            "eks",
            self.list_operation,
            self.list_member,
            clusterName=cluster,
            maxResults=100,
        )
        try:
            async for page in listed:
                yield page
        except ApiError as error:
            if not self.none_if or self.none_if not in error.problem.message:
                raise

    async def parts(self, clients: Clients, scope: Scope) -> AsyncIterator[Part[T]]:
        """One part for each cluster in scope, or for every cluster that EKS runs."""
        name = scope.parent.removeprefix(_NAMED) if scope.parent.startswith(_NAMED) else ""
        async for cluster in clusters(clients, scope):
            part = self.part(clients, cluster)
            yield replace(part, pages=lambda: _ecs.named(name)) if name else part

    async def listings(
        self, clients: Clients, scope: Scope, demand: Demand
    ) -> AsyncIterator[Listing[T]]:
        """Those in scope: names first, then one call for each, those on screen before others."""
        found = names_then_details(demand, self.parts(clients, scope))
        async with aclosing(found):
            async for listing in found:
                yield listing

    async def read(self, clients: Clients, scope: Scope, item: Item[T]) -> Mapping[str, Any]:
        """One of them whole."""
        cluster = item.cluster or scope.cluster
        parameters = self._parameters(cluster, name_in(item.key))
        answer = await clients.call("eks", self.describe_operation, **parameters)
        found: Mapping[str, Any] = answer.get(self.member) or {}
        return found

    def _parameters(self, cluster: str, name: str) -> dict[str, str]:
        return {"clusterName": cluster, self.name_parameter: name}


async def told_whole(
    clients: Clients,
    scope: Scope,
    operation: str,
    member: str,
    model: type[T],
    row: Callable[[str, T], Item[T]],
) -> AsyncGenerator[Listing[T], None]:
    """What a list tells whole, cluster by cluster: a call for a hundred, and none for each."""
    problems: list[Problem] = []
    items: dict[str, Item[T]] = {}
    date: datetime | None = None
    try:
        async for cluster in clusters(clients, scope):
            found = read_pages(
                clients,
                "eks",
                operation,
                member,
                model,
                "nextToken",
                clusterName=cluster,
                maxResults=100,
            )
            try:
                async for page in found:
                    date = page.date or date
                    problems += page.odd
                    items |= {item.key: item for item in (row(cluster, e) for e in page.items)}
            except ApiError as error:
                problems.append(within(error.problem, cluster))
            if items:
                yield Listing(tuple(items.values()), Phase.NAMES, None, tuple(problems), date)
    except ApiError as error:
        problems.append(error.problem)
    yield Listing(tuple(items.values()), Phase.DONE, len(items), tuple(problems), date)


def named(name: str) -> str:
    """A `Scope.parent` with which a list is of this one alone, and is not listed."""
    return f"{_NAMED}{name}"


async def clusters(clients: Clients, scope: Scope) -> AsyncIterator[str]:
    """The names of the clusters in scope, or of all that EKS runs; raises `ApiError`."""
    if scope.cluster:
        for name in scope.clusters:
            yield name
        return
    async for page in pages(clients, "eks", "ListClusters", "clusters", maxResults=100):
        for cluster in page.items:
            yield cluster


def within(problem: Problem, cluster: str) -> Problem:
    """The problem, which is that of one cluster."""
    return msgspec.structs.replace(problem, where=cluster)


def key_of(cluster: str, name: str) -> str:
    """The key of what lies in a cluster; its ARN is not known before its details."""
    return f"eks/{cluster}/{name}"


def name_in(key: str) -> str:
    """The name by which the owner of a key was listed."""
    return key.split("/", 2)[-1]


def console(scope: Scope, *parts: str, tab: str = "") -> str:
    """The path of an EKS page in the AWS console, at a tab of it if one is given."""
    path = "/".join(quote(part, safe="", errors="replace") for part in parts)
    region = f"region={quote(scope.region, errors='replace')}" if scope.region else ""
    query = "&".join(filter(None, (region, tab and f"selectedTab={tab}")))
    return f"/eks/clusters/{path}" + (f"?{query}" if query else "")


def issue_table(issues: Iterable[Issue], meanings: Mapping[str, Meaning]) -> tuple[TableBlock, ...]:
    """Every health issue with what EKS says and what to do; nothing where one line said it all."""
    found = tuple(issues)
    if len(found) < 2 and not any(issue.resource_ids for issue in found):
        return ()
    verdicts = tuple(issue_verdict(issue, meanings) for issue in found)
    rows = tuple(
        (issue.code, issue.message, issue.resource_ids or None, verdict.fix or None)
        for issue, verdict in zip(found, verdicts, strict=True)
    )
    return (
        TableBlock(
            "Health issues",
            ("CODE", "EKS SAYS", "RESOURCES", "WHAT TO DO"),
            rows,
            tuple(verdict.level for verdict in verdicts),
        ),
    )


def map_block(title: str, values: Mapping[str, str] | None) -> tuple[PairsBlock, ...]:
    """Labels or tags; nothing where there are none."""
    shown = tuple(Pair(key, masked(key, value or "")) for key, value in (values or {}).items())
    return (PairsBlock(title, shown),) if shown else ()


def role(value: str | None) -> str | None:
    """The name of a role, from its ARN."""
    return arn.name_of(value) if value else None


def words(value: str | None) -> str | None:
    """An enumerated value as words: `ON_DEMAND` is `on demand`."""
    return value.lower().replace("_", " ") if value else None


def open_level(cidrs: Iterable[str] | None, *, public: bool | None) -> Level:
    """A public endpoint that the whole internet reaches wants the eye."""
    everybody = {"0.0.0.0/0", "::/0"}
    return Level.WARNING if public and everybody & set(cidrs or everybody) else Level.NONE
