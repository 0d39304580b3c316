"""Real aioboto3 clients that talk to the demo account."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import aioboto3
import pytest
from botocore.config import Config

from containerscope.demo.server import RunningServer

Connect = Callable[..., Awaitable[Any]]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """`await connect(server, "ecs")` is a client without retries; it is closed at the end."""
    session = aioboto3.Session()
    async with AsyncExitStack() as stack:

        async def open_client(server: RunningServer, name: str, region: str = "eu-west-1") -> Any:
            client = session.client(
                name,
                region_name=region,
                endpoint_url=server.url,
                aws_access_key_id="AKIADEMO",
                aws_secret_access_key="demo",
                config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
            )
            return await stack.enter_async_context(client)

        yield open_client


@pytest.fixture
async def ecs(account: RunningServer, connect: Connect) -> Any:
    """An ECS client of the demo account."""
    return await connect(account, "ecs")


@pytest.fixture
async def eks(account: RunningServer, connect: Connect) -> Any:
    """An EKS client of the demo account."""
    return await connect(account, "eks")
