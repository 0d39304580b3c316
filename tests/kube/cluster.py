"""A cluster of the demo account: what is in it, what goes wrong, and a list that follows it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any, cast

from containerscope.clients.aws import AwsClients
from containerscope.demo.kube_cluster import KubeCluster
from containerscope.demo.kube_faults import KubeFault, KubeFaults
from containerscope.demo.kube_fleet import Fleet
from containerscope.demo.server import RunningServer
from containerscope.model.listing import Item, Listing, Missing
from containerscope.resource import Demand, Scope

NAME = "platform"
HERE = Scope(region="eu-west-1", cluster=NAME)
_MOST = 20.0


class Cluster:
    """The cluster `platform`, whose config maps in `scratch` are the test's own."""

    def __init__(self, account: RunningServer) -> None:
        self.account = account
        self.kube: KubeCluster = account.world.kube[NAME]

    @property
    def faults(self) -> KubeFaults:
        """The rules that spoil requests."""
        return cast("Fleet", self.account.world.kube).faults

    def spoil(self, kind: Any, **rule: Any) -> None:
        """Put a fault in the way."""
        self.faults.put(KubeFault(kind=kind, **rule))

    def put(self, name: str, **data: str) -> None:
        """A config map, made or changed."""
        found = self.kube.store.find(("", "configmaps"), "scratch", name)
        body = found.object() if found is not None else {"metadata": {"name": name}}
        meta = {**body["metadata"], "namespace": "scratch"}
        self.kube.store.put(("", "configmaps"), {**body, "metadata": meta, "data": data})

    def drop(self, name: str) -> None:
        """One config map less."""
        found = self.kube.store.find(("", "configmaps"), "scratch", name)
        assert found is not None
        self.kube.store.remove(("", "configmaps"), found)

    def truth(self) -> dict[str, str]:
        """Name -> version of what is there."""
        found = self.kube.store.all(("", "configmaps"), "scratch")
        return {each.name: each.object()["metadata"]["resourceVersion"] for each in found}


def value(item: Item[Any]) -> Any:
    """The value of a row, which must be there."""
    assert not isinstance(item.value, Missing), item
    return item.value


class Follower:
    """Takes in the listings of one lister."""

    def __init__(self) -> None:
        self.listing: Listing[Any] = Listing()
        self.seen: list[Listing[Any]] = []
        self._news = asyncio.Event()

    def take(self, listing: Listing[Any]) -> None:
        self.listing = listing
        self.seen.append(listing)
        self._news.set()

    @property
    def versions(self) -> dict[str, str]:
        """Name -> version of what is shown, each once."""
        names = [item.name for item in self.listing.items]
        assert len(names) == len(set(names)), f"doubled: {sorted(names)}"
        return {item.name: value(item).metadata.resource_version for item in self.listing.items}

    async def until(self, condition: Callable[[], bool], description: str) -> None:
        """Wait for a listing of which this holds."""
        end = time.monotonic() + _MOST
        while not condition():
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), end - time.monotonic())
            except TimeoutError:
                raise AssertionError(f"never {description}: {self.listing}") from None

    async def until_true(self, cluster: Cluster) -> None:
        """Wait until it shows what is there, and says that a stream keeps it so."""

        def same() -> bool:
            listing = self.listing
            good = listing.live and not listing.problems and listing.stale_since is None
            return good and self.versions == cluster.truth()

        await self.until(same, f"showed {cluster.truth()}")


@asynccontextmanager
async def following(lister: Any, clients: AwsClients, scope: Scope) -> AsyncIterator[Follower]:
    """What the lister tells for as long as this lasts."""
    follower = Follower()

    async def take_in() -> None:
        async with aclosing(lister(clients, scope, Demand())) as listings:
            async for listing in listings:
                follower.take(listing)

    task = asyncio.create_task(take_in())
    try:
        yield follower
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def names_in(body: bytes) -> list[str]:
    """The names in a list."""
    return [each["metadata"]["name"] for each in json.loads(body)["items"]]
