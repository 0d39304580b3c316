"""From the collections that a scope covers to one listing that goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any, Generic, TypeVar

from containerscope.kube.kind import Kind
from containerscope.kube.reflector import Reflector
from containerscope.kube.selection import selections
from containerscope.listers import has_account, pages
from containerscope.model.listing import ApiError, Item, Listing, Phase, Problem
from containerscope.resource import Clients, Demand, Scope

T = TypeVar("T")

_BREATH, _BREATH_OF_EACH = 0.05, 10e-6
"""Seconds between two listings, and more of them for each object: what changes within is told at
once. A listing of 20,000 costs a thousand times what one of them does."""


async def clusters(clients: Clients, scope: Scope) -> tuple[str, ...]:
    """The clusters in scope, or the contexts asked for and every cluster that EKS runs."""
    if scope.cluster:
        return scope.clusters
    if not await has_account(clients):
        return clients.kube_contexts
    listed = pages(clients, "eks", "ListClusters", "clusters", maxResults=100)
    names = [name async for page in listed for name in page.items]
    return tuple(dict.fromkeys((*clients.kube_contexts, *names)))


@dataclass
class _Whole(Generic[T]):
    """All collections of one listing."""

    reflectors: list[Reflector[T]]
    lost: tuple[Problem, ...] = ()
    """Why there may be more clusters than these."""
    _items: tuple[Item[T], ...] = field(default=())
    _changes: tuple[int, ...] = field(default=())
    """Of each collection when `_items` were taken from it."""

    def listing(self, now: datetime, *, ended: bool) -> Listing[T]:
        """The state of all of them."""
        parts = self.reflectors
        changes = tuple(each.changes for each in parts)
        if changes != self._changes:
            self._changes = changes
            self._items = tuple(chain.from_iterable(each.items.values() for each in parts))
        failed = [each for each in parts if each.problem is not None]
        problems = self.lost
        problems += tuple(each.problem for each in failed if each.problem is not None)
        problems += tuple(each.unwatched for each in parts if each.unwatched is not None)
        problems += tuple(chain.from_iterable(each.odd.values() for each in parts))
        settled = ended or all(each.synced or each.problem is not None for each in parts)
        old = [each.heard_at for each in failed if each.synced and each.heard_at is not None]
        stale = old and len(failed) == len(parts)
        heard = [each.heard_at for each in parts if each.heard_at is not None]
        return Listing(
            items=self._items,
            phase=Phase.DONE if settled else Phase.NAMES,
            expected=len(self._items) if settled else None,
            problems=_distinct(problems),
            fetched_at=max(heard, default=now if settled and not parts and not self.lost else None),
            live=settled and not ended,
            stale_since=min(old) if stale else None,
        )


def _distinct(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(problems))


async def listings(
    kind: Kind[T], clients: Clients, scope: Scope, demand: Demand
) -> AsyncGenerator[Listing[T], None]:
    """The objects in scope as they become known and change; ends only for `demand.everything`."""
    async with aclosing(several(((kind, scope),), clients, demand)) as told:
        async for (listing,) in told:
            if listing.items or listing.phase is Phase.DONE:
                yield listing


async def several(
    parts: Sequence[tuple[Kind[Any], Scope]], clients: Clients, demand: Demand
) -> AsyncGenerator[tuple[Listing[Any], ...], None]:
    """The listings of several types, each of its own scope, in step.

    Ends only for `demand.everything`.
    """
    news = asyncio.Event()
    names: dict[str, tuple[str, ...]] = {}
    lost: tuple[Problem, ...] = ()
    for within in {scope.cluster: scope for _, scope in parts}.values():
        try:
            names[within.cluster] = await clusters(clients, within)
        except ApiError as error:
            lost, names[within.cluster] = (error.problem,), clients.kube_contexts
    wholes = [
        _Whole[Any](
            [
                Reflector(clients, cluster, kind, selection, news.set)
                for cluster in names[scope.cluster]
                for selection in selections(scope, namespaced=kind.namespaced)
            ],
            lost,
        )
        for kind, scope in parts
    ]
    once = demand.everything
    reflectors = [each for whole in wholes for each in whole.reflectors]
    works = [asyncio.create_task(each.run(once=once)) for each in reflectors]
    try:
        if not works:
            yield tuple(whole.listing(clients.clock.now(), ended=True) for whole in wholes)
            return
        async for ended in stirred(news, works, reflectors):
            now = clients.clock.now()
            yield tuple(whole.listing(now, ended=ended) for whole in wholes)
    finally:
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)


def together(
    listings: Sequence[Listing[Any]],
    lost: tuple[Problem, ...] = (),
    items: tuple[Item[Any], ...] | None = None,
) -> Listing[Any]:
    """Listings of several types as one; with these items in place of their own, if given."""
    if items is None:
        items = tuple(chain.from_iterable(each.items for each in listings))
    settled = all(each.phase is Phase.DONE for each in listings)
    problems = (*chain.from_iterable(each.problems for each in listings), *lost)
    stale = [each.stale_since for each in listings if each.stale_since is not None]
    heard = [each.fetched_at for each in listings if each.fetched_at is not None]
    return Listing(
        items=items,
        phase=Phase.DONE if settled else Phase.NAMES,
        expected=len(items) if settled else None,
        problems=_distinct(problems),
        fetched_at=max(heard, default=None),
        live=settled and any(each.live for each in listings),
        stale_since=min(stale) if len(stale) == len(listings) else None,
    )


async def stirred(
    news: asyncio.Event,
    works: Sequence[asyncio.Task[None]],
    reflectors: Sequence[Reflector[Any]] = (),
) -> AsyncGenerator[bool, None]:
    """After each change whether all works have ended; raises what is a bug of ours."""
    for work in works:
        work.add_done_callback(lambda _: news.set())
    while True:
        await news.wait()
        news.clear()
        for work in works:
            if work.done():
                work.result()
        ended = all(work.done() for work in works)
        yield ended
        if ended:
            return
        await asyncio.sleep(_breath(reflectors))


def _breath(reflectors: Sequence[Reflector[Any]]) -> float:
    """What is still being read is shown as it comes."""
    if not all(each.synced for each in reflectors):
        return _BREATH
    return _BREATH + _BREATH_OF_EACH * sum(len(each.items) for each in reflectors)
