"""Clients of the demo account for tests that list over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.demo.clock import StillClock
from containerscope.demo.server import RunningServer
from tests.resources.wire import clients_of


@pytest.fixture
async def clients(account: RunningServer, still_clock: StillClock) -> AsyncIterator[AwsClients]:
    """Read-only clients of the demo account that go by the test's clock."""
    clients = await clients_of(account, still_clock)
    yield clients
    await clients.close()
