"""A cluster of the demo account over the real wire, and clients of it by the machine's clock."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.demo.account import demo_world
from containerscope.demo.clock import StillClock
from containerscope.demo.server import RunningServer, serve
from tests.kube.cluster import Cluster
from tests.resources.wire import clients_of


@pytest.fixture
async def cluster(account: RunningServer) -> Cluster:
    """With a namespace of the test's own, in which three config maps are."""
    cluster = Cluster(account)
    cluster.kube.store.put(("", "namespaces"), {"metadata": {"name": "scratch"}})
    for name in ("a", "b", "c"):
        cluster.put(name, key="value")
    return cluster


@pytest.fixture
async def clients(account: RunningServer) -> AsyncIterator[AwsClients]:
    """Read-only clients of the account."""
    clients = await clients_of(account)
    yield clients
    await clients.close()


@pytest.fixture(scope="session")
def shared() -> Iterator[RunningServer]:
    """An account for all tests that only look, in a thread of its own, whose time stands still."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    starting = asyncio.run_coroutine_threadsafe(serve(demo_world(StillClock())), loop)
    server = starting.result(30)
    yield server
    asyncio.run_coroutine_threadsafe(server.close(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(30)
    loop.close()


@pytest.fixture
async def reader(shared: RunningServer) -> AsyncIterator[AwsClients]:
    """Clients of the account that all share; nothing in it is to be changed."""
    clients = await clients_of(shared)
    yield clients
    await clients.close()
