"""The clients of one session: one per service, made when first needed, open until the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import aioboto3
from aiobotocore.session import AioSession

from containerscope.model.listing import ApiError, Problem, Why

Prepare = Callable[[str, Any], None]
"""Called with the service and each new client, before its first call."""


def _load(loader: Any, service: str) -> None:
    loader.load_service_model(service, "service-2")
    loader.load_service_model(service, "endpoint-rule-set-1")
    loader.load_data("partitions")
    loader.load_data("endpoints")


class Connection:
    """One session's credentials and open clients; replaced as a whole when it signs in again."""

    def __init__(self, core: AioSession, region: str, endpoint_url: str, prepare: Prepare) -> None:
        self.core = core
        self._session = aioboto3.Session(botocore_session=core, region_name=region)
        self._region = region
        self._endpoint_url = endpoint_url or None
        self._prepare = prepare
        self._clients: dict[str, Any] = {}
        self._making: dict[str, asyncio.Lock] = {}
        self._stack = AsyncExitStack()
        self._closed = False

    async def client(self, service: str) -> Any:
        """The open client of a service."""
        client = self._clients.get(service)
        if client is not None:
            return client
        async with self._making.setdefault(service, asyncio.Lock()):
            if service not in self._clients:
                # Parsing a service's model takes long enough to be felt at the keyboard.
                await asyncio.to_thread(_load, self.core.get_component("data_loader"), service)
                if self._closed:
                    raise ApiError(Problem(Why.FAILED, service, "the connection is closed"))
                made = self._session.client(service, endpoint_url=self._endpoint_url)
                client = await self._stack.enter_async_context(made)
                self._prepare(service, client)
                self._clients[service] = client
        return self._clients[service]

    async def close(self) -> None:
        """Close every client."""
        self._closed = True
        self._clients.clear()
        await self._stack.aclose()
