"""A cluster of the demo account over the real wire, and clients of it by the machine's clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.demo.server import RunningServer
from tests.kube.cluster import Cluster
from tests.resources.wire import clients_of
from tests.threaded import threaded_account


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
    with threaded_account() as server:
        yield server


@pytest.fixture
async def reader(shared: RunningServer) -> AsyncIterator[AwsClients]:
    """Clients of the account that all share; nothing in it is to be changed."""
    clients = await clients_of(shared)
    yield clients
    await clients.close()
