"""How soon a cluster of 2,000 services shows its names and what stands around those on screen.

Every answer takes 50 ms and the account throttles at AWS's documented rates; the program keeps to
its ordinary share of them.
"""

from __future__ import annotations

import asyncio
import copy
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.report import Row
from containerscope.clients.aws import connect
from containerscope.demo.account import demo_world
from containerscope.demo.clock import PacedClock
from containerscope.demo.faults import Fault
from containerscope.demo.scale import Scale
from containerscope.demo.server import serve
from containerscope.demo.world import World
from containerscope.model.listing import LOADING, Listing, Missing, joined
from containerscope.poller import Poller
from containerscope.resource import Demand, Scope, Target
from containerscope.resources.services import RESOURCE

NAME = "around"
_CLUSTER = "scale-001"
_SERVICES = 2_000
_LATENCY = 0.05
_VISIBLE = 12
_NAMES, _COLUMNS = 1.0, 2.0
_JOINS = frozenset(join.name for join in RESOURCE.joins)


def run() -> list[Row]:
    """The rows for `make bench`."""
    with _served() as url:
        names, whole, columns, calls = asyncio.run(_measure(url))
    return [
        Row("names on screen, of 2,000 services", f"{names:.2f} s", f"{_NAMES} s", names <= _NAMES),
        Row("all 2,000 names", f"{whole:.2f} s", ""),
        Row(
            f"first {_VISIBLE} rows with every extra column",
            f"{columns:.2f} s",
            f"{_COLUMNS} s",
            columns <= _COLUMNS,
        ),
        Row("calls until then", str(calls), ""),
    ]


class _Nobody:
    async def mfa_code(self, serial: str) -> str | None:
        return None

    async def device_code(self, url: str, code: str, expires_in: float) -> None:
        """Never asked."""

    async def device_done(self, message: str) -> None:
        """Never asked."""


async def _measure(url: str) -> tuple[float, float, float, int]:
    """Seconds until the names, all names and the columns are there, and the calls by then."""
    target = Target(region="eu-west-1", endpoint_url=url, access_key="demo", secret_key="demo")
    clients = await connect(target, read_only=True, rate_share=25.0, sign_in=_Nobody())
    # The models of the services are loaded as the interface does it, before a list is opened.
    await clients.identity()
    scope = Scope(region="eu-west-1", cluster=_CLUSTER)
    demand = Demand(joins=_JOINS)
    started = time.perf_counter()
    names = whole = columns = 0.0
    calls = 0
    try:
        async for listing in Poller(clients, 60).follow(RESOURCE, scope, demand):
            now = time.perf_counter() - started
            names = names or (now if len(listing.items) >= _VISIBLE else 0.0)
            whole = whole or (now if len(listing.items) >= _SERVICES else 0.0)
            keys = [item.key for item in listing.items[:_VISIBLE]]
            demand.look(visible=keys)
            if not columns and _filled(listing, keys):
                columns, calls = now, sum(clients.calls.values())
            if whole and columns:
                return names, whole, columns, calls
    finally:
        await clients.close()
    raise RuntimeError("the list ended")


def _filled(listing: Listing[Any], keys: list[str]) -> bool:
    rows = {item.key: item for item in listing.items}
    return len(keys) == _VISIBLE and all(
        not isinstance(rows[key].value, Missing)
        and all(joined(rows[key], name) is not LOADING for name in _JOINS)
        for key in keys
    )


def _world() -> World:
    """The account with one cluster of so many services, each behind a load balancer."""
    world = demo_world(PacedClock(), Scale(1, _SERVICES + 100, _SERVICES))
    behind = [
        each.load_balancers
        for cluster in world.clusters.values()
        for each in cluster.services.values()
        if each.load_balancers
    ]
    for place, service in enumerate(world.clusters[_CLUSTER].services.values()):
        service.load_balancers = copy.deepcopy(behind[place % len(behind)])
    return world


async def _serve() -> None:
    server = await serve(_world(), record=False, throttle=True)
    server.faults.append(Fault(kind="slow", seconds=_LATENCY))
    print(server.url, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.close()


@contextmanager
def _served() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.around"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


if __name__ == "__main__":
    asyncio.run(_serve())
