"""The clusters of both kinds as one list: `clusters`, `ecs` and `eks` are views of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import TypeVar

import msgspec

from containerscope.insight.eks_support import support_of
from containerscope.listers import Part, has_account, names_then_details, pages
from containerscope.model import arn, ecs, eks
from containerscope.model.fleet import ClusterRow, Context
from containerscope.model.listing import ApiError, Item, Listing, Missing, Page, Phase, Problem, Why
from containerscope.resource import Block, Clients, Demand, Scope
from containerscope.resources import _blocks
from containerscope.resources._looks import Looks

T = TypeVar("T")

DESCRIBED_AT_ONCE = 100
"""ECS clusters per DescribeClusters."""
_A_DAY = 86400.0
_EKS = "eks/"
"""Before the name in the key of an EKS cluster: its ARN is not known before its details."""
_CONTEXT = "context/"
"""Before the name in the key of a context of the kubeconfig."""


def is_eks(item: Item[ClusterRow]) -> bool:
    """Whether the row is an EKS cluster; known before its details."""
    return item.key.startswith(_EKS)


def is_context(item: Item[ClusterRow]) -> bool:
    """Whether the row is a context of the kubeconfig."""
    return item.key.startswith(_CONTEXT)


def context_blocks(item: Item[ClusterRow]) -> tuple[Block, ...]:
    """What is known of a context."""
    if isinstance(item.value, Missing):
        return (_blocks.missing_block(item.value),)
    found = item.value.context or Context()
    return (
        _blocks.pairs(
            "Context of the kubeconfig",
            ("Name", found.name),
            ("Version", found.git_version),
            ("Platform", found.platform),
        ),
    )


async def fleet(
    clients: Clients, scope: Scope, demand: Demand, *, of_ecs: bool, of_eks: bool
) -> AsyncIterator[Listing[ClusterRow]]:
    """The clusters, names first; once all is there, what the looks into them find is filled in.

    The overview costs ⌈C/100⌉ ListClusters and ⌈C/100⌉ DescribeClusters for ECS, and ⌈K/100⌉
    ListClusters, K DescribeCluster and one DescribeClusterVersions a day for EKS. Only a demand
    for the joins `nodes` and `sweep` costs more.
    """
    versions = _Versions(clients)
    looks = await Looks.of(clients)
    found = names_then_details(demand, _parts(clients, scope, versions, of_ecs, of_eks))
    listing: Listing[ClusterRow] = Listing()
    async with aclosing(found):
        async for listing in found:
            if versions.problem is not None:
                problems = (*listing.problems, versions.problem)
                listing = msgspec.structs.replace(listing, problems=problems)
            yield looks.shown(listing)
    if listing.phase is Phase.DONE:
        async for _ in looks.take(listing, demand):
            yield looks.shown(listing)


class _Versions:
    """The versions that EKS knows: asked at most once per listing, and remembered for a day."""

    def __init__(self, clients: Clients) -> None:
        self.problem: Problem | None = None
        self._clients = clients
        self._lock = asyncio.Lock()
        self._known: tuple[eks.ClusterVersion, ...] | None = None

    async def known(self) -> tuple[eks.ClusterVersion, ...]:
        async with self._lock:
            if self._known is None:
                key = ("eks-cluster-versions", self._clients.region)
                try:
                    self._known = await self._clients.cached(key, _A_DAY, self._fetch)
                except ApiError as error:
                    self.problem, self._known = error.problem, ()
            return self._known

    async def _fetch(self) -> tuple[eks.ClusterVersion, ...]:
        found: list[eks.ClusterVersion] = []
        more: dict[str, str] = {}
        while True:
            page = await self._clients.read(
                "eks",
                "DescribeClusterVersions",
                "clusterVersions",
                eks.ClusterVersion,
                includeAll=True,
                maxResults=100,
                **more,
            )
            found += page.items
            if not page.token:
                return tuple(found)
            more = {"nextToken": page.token}


async def _parts(
    clients: Clients, scope: Scope, versions: _Versions, of_ecs: bool, of_eks: bool
) -> AsyncIterator[Part[ClusterRow]]:
    if of_eks and clients.kube_contexts:
        yield _context_part(clients, scope)
    if not await has_account(clients):
        return
    if of_ecs:
        yield _ecs_part(clients, scope)
    if of_eks:
        yield _eks_part(clients, scope, versions)


def _ecs_part(clients: Clients, scope: Scope) -> Part[ClusterRow]:
    async def describe(names: Sequence[str]) -> Page[ClusterRow]:
        page = await clients.read(
            "ecs",
            "DescribeClusters",
            "clusters",
            ecs.Cluster,
            clusters=list(names),
            include=["STATISTICS", "SETTINGS", "TAGS"],
        )
        return _rows(page, lambda cluster: ClusterRow(ecs=cluster))

    return Part(
        where="",
        pages=lambda: _named(
            scope, pages(clients, "ecs", "ListClusters", "clusterArns", maxResults=100)
        ),
        describe=describe,
        batch=DESCRIBED_AT_ONCE,
        item=lambda key: Item(key, arn.name_of(key), cluster=arn.name_of(key)),
        key=lambda row: (row.ecs.cluster_arn if row.ecs else None) or "",
        operation="ecs:DescribeClusters",
    )


def _eks_part(clients: Clients, scope: Scope, versions: _Versions) -> Part[ClusterRow]:
    async def describe(names: Sequence[str]) -> Page[ClusterRow]:
        known = await versions.known()
        page = await clients.read("eks", "DescribeCluster", "cluster", eks.Cluster, name=names[0])
        now = page.date or clients.clock.now()
        return _rows(
            page, lambda each: ClusterRow(eks=each, support=support_of(each.version, known, now))
        )

    return Part(
        where="",
        pages=lambda: _named(
            scope,
            pages(clients, "eks", "ListClusters", "clusters", include=["all"], maxResults=100),
        ),
        describe=describe,
        batch=1,
        item=lambda name: Item(_EKS + name, name, cluster=name),
        key=lambda row: _EKS + ((row.eks.name if row.eks else None) or ""),
        operation="eks:DescribeCluster",
    )


def _context_part(clients: Clients, scope: Scope) -> Part[ClusterRow]:
    """The contexts that were asked for, each with what its API server says of itself."""

    async def listed() -> AsyncIterator[Page[str]]:
        yield Page(clients.kube_contexts)

    async def describe(names: Sequence[str]) -> Page[ClusterRow]:
        try:
            body = await clients.kube(names[0]).get("/version")
            told = msgspec.structs.replace(msgspec.json.decode(body, type=Context), name=names[0])
        except msgspec.DecodeError as error:
            message = f"{names[0]} does not answer as an API server does: {error}"
            raise ApiError(Problem(Why.FAILED, "kubernetes:get /version", message)) from error
        return Page((ClusterRow(context=told),))

    return Part(
        where="",
        pages=lambda: _named(scope, listed()),
        describe=describe,
        batch=1,
        item=lambda name: Item(_CONTEXT + name, name, cluster=name),
        key=lambda row: _CONTEXT + ((row.context.name if row.context else None) or ""),
        operation="kubernetes:get /version",
    )


async def _named(scope: Scope, listed: AsyncIterator[Page[str]]) -> AsyncIterator[Page[str]]:
    """Only the clusters in scope, if there are any."""
    async for page in listed:
        if scope.cluster:
            kept = tuple(name for name in page.items if arn.name_of(name) in scope.clusters)
            page = msgspec.structs.replace(page, items=kept)
        yield page


def _rows(page: Page[T], row: Callable[[T], ClusterRow]) -> Page[ClusterRow]:
    return Page(
        items=tuple(row(item) for item in page.items),
        failures=page.failures,
        odd=page.odd,
        date=page.date,
    )
