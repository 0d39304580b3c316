"""A cluster of the demo account over the real wire, and clients of it by the machine's clock."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.demo.server import RunningServer
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
