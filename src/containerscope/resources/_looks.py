"""The slow sweep: a look into each cluster, one at a time, remembered between refreshes."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import aclosing
from itertools import chain
from typing import Any, TypeVar

import msgspec

from containerscope.listers import Part, names_then_details, single
from containerscope.model.fleet import ClusterRow, Swept
from containerscope.model.listing import LOADING, Item, Listing, Missing, Problem, Why
from containerscope.resource import Clients, Demand

T = TypeVar("T")

NODES, SWEEP = "nodes", "sweep"
"""The joins: nodes wanted by an EKS cluster's node groups; the health of what runs in a cluster."""
FRESH = 300.0
"""Seconds for which a look is good."""
_HASTY = 30.0
"""Seconds after which a cluster whose counts have changed is looked into again."""
_SHIFT = 8.0
"""Seconds of one refresh after which the sweep goes on in the next: counts must stay fresh."""
_SHOWN = 3 * FRESH
"""Seconds after which an old look is no longer shown."""

_AUTO = Missing(Why.NOT_APPLICABLE, "Auto Mode's nodes are known to the Kubernetes API only")


class _Look(msgspec.Struct, frozen=True):
    at: float
    """On the monotonic clock."""
    counts: tuple[int | None, ...] = ()
    swept: Swept | None = None
    nodes: int | Missing | None = None
    problems: tuple[Problem, ...] = ()


class Looks:
    """What was found in each cluster; one for as long as the clients live."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._known: dict[str, _Look] = {}

    @classmethod
    async def of(cls, clients: Clients) -> Looks:
        """The looks that belong to these clients."""

        async def make() -> Looks:
            return cls(clients)

        return await clients.cached("fleet-looks", math.inf, make)

    def shown(self, listing: Listing[ClusterRow]) -> Listing[ClusterRow]:
        """The listing with what is known of the insides of its clusters."""
        now = self._clients.clock.monotonic()
        problems: dict[tuple[Why, str], Problem] = {}
        items: list[Item[ClusterRow]] = []
        for item in listing.items:
            look = self._known.get(item.key)
            if look is None or now - look.at > _SHOWN:
                items.append(item)
                continue
            items.append(_filled(item, look))
            for problem in look.problems:
                _merge(problems, problem)
        return msgspec.structs.replace(
            listing, items=tuple(items), problems=(*listing.problems, *problems.values())
        )

    async def take(
        self, listing: Listing[ClusterRow], demand: Demand
    ) -> AsyncIterator[Item[ClusterRow]]:
        """Look into the clusters that are due, those on screen first; yields each one done."""
        clock = self._clients.clock
        started = clock.monotonic()
        rows = {item.key: item for item in listing.items}
        while (item := self._next(rows, demand)) is not None:
            if not demand.everything and clock.monotonic() - started > _SHIFT:
                return
            del rows[item.key]
            self._known[item.key] = await self._look(item)
            yield item

    def _next(self, rows: dict[str, Item[ClusterRow]], demand: Demand) -> Item[ClusterRow] | None:
        """What to look into now; asked anew each time, as the view may have moved."""
        far = demand.everything or SWEEP in demand.joins
        near = [key for key in demand.visible if key in rows]
        for key in chain(near, rows if far else ()):
            if _wanted(rows[key], demand) and self._due(rows[key]):
                return rows[key]
        return None

    def _due(self, item: Item[ClusterRow]) -> bool:
        look = self._known.get(item.key)
        if look is None:
            return True
        age = self._clients.clock.monotonic() - look.at
        return age > FRESH or (age > _HASTY and look.counts != _counts(item.value))

    async def _look(self, item: Item[ClusterRow]) -> _Look:
        row = item.value
        if isinstance(row, Missing) or row.eks is None:
            return await self._into_ecs(item)
        return await self._into_eks(item, row)

    async def _into_ecs(self, item: Item[ClusterRow]) -> _Look:
        # Imported here: the names of the clusters stand before anybody looks into one.
        from containerscope.insight.fleet_inside import services_health
        from containerscope.resources.services import part

        listing = await _described(part(self._clients, item.name))
        services = _values(listing)
        now = self._clients.clock.now()
        swept = Swept(services_health(services), now) if services else None
        return self._seen(item, listing, swept)

    async def _into_eks(self, item: Item[ClusterRow], row: ClusterRow) -> _Look:
        from containerscope.insight.fleet_inside import nodegroups_health
        from containerscope.resources.nodegroups import NODEGROUPS

        listing = await _described(NODEGROUPS.part(self._clients, item.name))
        groups = _values(listing)
        auto = row.eks is not None and row.eks.compute_config and row.eks.compute_config.enabled
        whole = len(groups) == len(listing.items) and not listing.problems
        nodes: int | Missing | None = sum(
            (group.scaling_config.desired_size or 0) if group.scaling_config else 0
            for group in groups
        )
        if not whole:
            nodes = listing.problems[0].as_missing() if listing.problems else LOADING
        elif auto and not groups:
            nodes = _AUTO
        health = nodegroups_health(groups)
        count = nodes if isinstance(nodes, int) else None
        swept = Swept(health, self._clients.clock.now(), count) if groups else None
        return self._seen(item, listing, swept, nodes)

    def _seen(
        self,
        item: Item[ClusterRow],
        listing: Listing[Any],
        swept: Swept | None,
        nodes: int | Missing | None = None,
    ) -> _Look:
        problems = tuple(
            msgspec.structs.replace(problem, keys=(item.key,)) for problem in listing.problems
        )
        at = self._clients.clock.monotonic()
        return _Look(at, _counts(item.value), swept, nodes, problems)


async def _described(part: Part[T]) -> Listing[T]:
    """All of a part, at its end."""
    listing: Listing[T] = Listing()
    found = names_then_details(Demand(), single(part))
    async with aclosing(found):
        async for each in found:
            listing = each
    return listing


def _values(listing: Listing[T]) -> list[T]:
    return [item.value for item in listing.items if not isinstance(item.value, Missing)]


def _wanted(item: Item[ClusterRow], demand: Demand) -> bool:
    """Whether there is anything to find in it: no calls for empty and for connected clusters."""
    row = item.value
    if isinstance(row, Missing):
        return False
    if row.ecs is not None:
        return (demand.everything or SWEEP in demand.joins) and row.ecs.active_services_count != 0
    if row.eks is None or row.eks.connector_config is not None:
        return False
    return demand.everything or not demand.joins.isdisjoint({SWEEP, NODES})


def _counts(row: ClusterRow | Missing) -> tuple[int | None, ...]:
    """What the overview tells of the insides: if it changes, a new look is due."""
    if isinstance(row, Missing) or row.ecs is None:
        return ()
    cluster = row.ecs
    return (
        cluster.active_services_count,
        cluster.running_tasks_count,
        cluster.pending_tasks_count,
    )


def _filled(item: Item[ClusterRow], look: _Look) -> Item[ClusterRow]:
    value, joined = item.value, item.joined
    if not isinstance(value, Missing) and look.swept is not None:
        value = msgspec.structs.replace(value, swept=look.swept)
    if look.nodes is not None:
        joined = {**joined, NODES: look.nodes}
    return msgspec.structs.replace(item, value=value, joined=joined)


def _merge(problems: dict[tuple[Why, str], Problem], problem: Problem) -> None:
    """One problem for all the clusters that were refused the same."""
    kind = (problem.why, problem.operation)
    known = problems.get(kind)
    if known is not None:
        keys = tuple(dict.fromkeys(known.keys + problem.keys))
        problem = msgspec.structs.replace(known, keys=keys, where="")
    problems[kind] = problem
