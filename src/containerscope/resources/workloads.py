"""Services of ECS and workloads of Kubernetes in one table, over all clusters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, cast

import msgspec

from containerscope.insight import running
from containerscope.insight.verdict import Verdict
from containerscope.kube import Kind, clusters, several, stirred, together
from containerscope.listers import has_account
from containerscope.model.ecs_service import Service
from containerscope.model.kube_workload import CronJob, Job, Workload
from containerscope.model.listing import (
    LOADING,
    ApiError,
    Item,
    Listing,
    Missing,
    Phase,
    Problem,
)
from containerscope.model.running import Running
from containerscope.resource import Child, Clients, Column, Demand, Platform, Resource, Scope
from containerscope.resources import _ecs, _eks, _kube, _kube_delegate, services
from containerscope.resources._kube_delegate import ECS_SERVICE

_KINDS: dict[str, Kind[Any]] = {
    "Deployment": Kind(Workload, "deployments", "apps/v1"),
    "StatefulSet": Kind(Workload, "statefulsets", "apps/v1"),
    "DaemonSet": Kind(Workload, "daemonsets", "apps/v1"),
    "CronJob": Kind(CronJob, "cronjobs", "batch/v1"),
    "Job": Kind(Job, "jobs", "batch/v1"),
}
_AGAIN = 15.0
"""Seconds between two looks at the services: ECS tells nothing by itself."""
_KNOWN = 60.0


async def workloads(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[Running]]:
    """Both worlds, each as it becomes known: ECS asked again and again, Kubernetes as it changes.

    A namespace leaves Kubernetes only, a service ECS only.
    """
    both = _Both(clients, demand)
    works = [asyncio.create_task(each) for each in await both.works(scope)]
    try:
        if not works:
            yield both.listing
            return
        async for ended in stirred(both.news, works):
            listing = both.listing
            if ended or listing.items or listing.phase is Phase.DONE:
                yield listing
    finally:
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)


class _Both:
    """What is known of either world so far."""

    def __init__(self, clients: Clients, demand: Demand) -> None:
        self.news = asyncio.Event()
        self._clients = clients
        self._demand = demand
        self._ecs: Listing[Any] = Listing(phase=Phase.DONE)
        self._kube: Listing[Any] = Listing(phase=Phase.DONE)
        self._lost: tuple[Problem, ...] = ()
        self._rows: dict[str, Item[Running]] = {}

    async def works(self, scope: Scope) -> list[Any]:
        """What is to be followed: of named clusters it is asked which world they are of."""
        ecs, kube = scope.clusters, scope.clusters
        if scope.cluster:
            try:
                known = await self._clients.cached(
                    ("kube-clusters", self._clients.region),
                    _KNOWN,
                    lambda: clusters(self._clients, Scope()),
                )
            except ApiError as error:
                self._lost = (error.problem,)
                known = self._clients.kube_contexts
            kube = tuple(name for name in ecs if name in known)
            ecs = tuple(name for name in ecs if name not in known)
        found: list[Any] = []
        account = await has_account(self._clients)
        if account and not scope.namespace and (ecs or not scope.cluster):
            self._ecs = Listing()
            found.append(self._follow_ecs(scope.within(cluster=",".join(ecs))))
        if not scope.service and (kube or not scope.cluster):
            self._kube = Listing()
            found.append(self._follow_kube(scope.within(cluster=",".join(kube))))
        return found

    async def _follow_ecs(self, scope: Scope) -> None:
        """List the services now, and again and again unless everything is wanted once."""
        while True:
            whole = self._ecs.phase is Phase.DONE
            try:
                found = cast("Any", services.services(self._clients, scope, self._demand))
                async with aclosing(found) as told:
                    async for listing in told:
                        # What is there is not given up for a list of names.
                        if not whole or listing.phase is Phase.DONE:
                            self._take_ecs(listing)
            except ApiError as error:
                problems = (error.problem,)
                self._ecs = Listing(
                    self._ecs.items, Phase.DONE, len(self._ecs.items), problems,
                    self._ecs.fetched_at,
                )  # fmt: skip
                self.news.set()
            if self._demand.everything:
                return
            await self._clients.clock.sleep(_AGAIN)

    def _take_ecs(self, listing: Listing[Service]) -> None:
        items = tuple(self._row(ECS_SERVICE, item) for item in listing.items)
        self._ecs = msgspec.structs.replace(cast("Any", listing), items=items)
        self.news.set()

    async def _follow_kube(self, scope: Scope) -> None:
        """Every kind of workload, in step."""
        parts = [(kind, scope) for kind in _KINDS.values()]
        async with aclosing(several(parts, self._clients, self._demand)) as told:
            async for listings in told:
                items = tuple(
                    self._row(kind, item)
                    for kind, listing in zip(_KINDS, listings, strict=True)
                    for item in listing.items
                    if kind != "Job" or _kube.meta(item.value).owner is None
                )
                self._kube = together(listings, items=items)
                self.news.set()

    def _row(self, kind: str, item: Item[Any]) -> Item[Running]:
        if isinstance(item.value, Missing):
            return item
        known = self._rows.get(item.key)
        before = None if known is None or isinstance(known.value, Missing) else known.value
        if known is not None and before is not None and before.value is item.value:
            return known
        row: Item[Running] = msgspec.structs.replace(item, value=Running(kind, item.value))
        self._rows[item.key] = row
        return row

    @property
    def listing(self) -> Listing[Running]:
        """The state of both."""
        whole = together((self._ecs, self._kube), self._lost)
        keys = {item.key for item in whole.items}
        for gone in self._rows.keys() - keys:
            del self._rows[gone]
        return whole


def _kind(item: Item[Running]) -> Any:
    if not isinstance(item.value, Missing):
        return item.value.kind
    return ECS_SERVICE if item.key.startswith("arn:") else LOADING


def _verdict(row: Running) -> Verdict:
    return running.verdict(row)


def _is_service(item: Item[Running]) -> bool:
    return bool(_kind(item) == ECS_SERVICE)


def _of_service(scope: Scope, item: Item[Running]) -> Scope:
    cluster = _ecs.cluster_of(scope, item)
    return scope.within(cluster=cluster, service=item.name, namespace="", parent="")


def _of_kind(kind: str) -> Any:
    return lambda item: _kind(item) == kind


def _itself(scope: Scope, item: Item[Running]) -> Scope:
    found = _kube_delegate.place(scope, item)
    return found[1] if found is not None else scope


def _console(scope: Scope, item: Item[Running]) -> str:
    cluster = item.cluster or scope.cluster
    if not _is_service(item):
        return _eks.console(scope, cluster)
    region = _ecs.region_of(scope, item)
    return _ecs.console(region, "clusters", cluster, "services", item.name, "health")


RESOURCE: Resource[Running] = Resource(
    name="workloads",
    noun="workload",
    platform=Platform.BOTH,
    several=True,
    model=Running,
    lister=workloads,
    live=True,
    aliases=("wk",),
    columns=(
        _kube.CLUSTER,
        Column("NAMESPACE", lambda row: row.metadata.namespace, priority=3, unless="namespace"),
        _ecs.name_column(),
        Column("KIND", of_item=_kind, priority=2),
        _kube.health_column(_verdict),
        Column("READY", running.ready, kind="ratio", priority=1),
        Column("RUNS", running.runs, priority=5, width=60),
        Column("AGE", running.since, kind="age", priority=2),
        Column("LABELS", lambda row: running.labels(row) or None, wide=True, priority=9, width=60),
    ),
    read=_kube_delegate.read,
    health=_kube.health(_verdict),
    changing=running.changing,
    children=(
        Child("tasks", _of_service, _is_service),
        *_kube_delegate.CHILDREN,
        Child("service-events", _of_service, _is_service),
        Child("services", _itself, _is_service),
        *(Child(kind.plural, _itself, _of_kind(name)) for name, kind in _KINDS.items()),
    ),
    itself=_kube_delegate.itself,
    owner=_kube.OWNER,
    details=_kube_delegate.DETAILS,
    logs=_kube_delegate.logs,
    console=_console,
    permissions=(*services.RESOURCE.permissions[:3], *_kube.PERMISSIONS),
    empty="No workloads in {scope}.",
    tags=running.labels,
)
