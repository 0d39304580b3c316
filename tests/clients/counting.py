"""A server that counts who knocks and answers what a test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Knocks:
    """How often a connection was opened and what was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.connections = 0
        self.requests: list[str] = []


@asynccontextmanager
async def counting_server(answer: Answer | None = None) -> AsyncIterator[Knocks]:
    """A server on loopback; without an answer of its own it says 500."""
    knocks = Knocks()

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        target = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        knocks.requests.append(target or f"{request.method} {request.path}")
        if answer is None:
            return web.Response(status=500)
        return await answer(request)

    server = web.Server(handle)

    def protocol() -> asyncio.Protocol:
        knocks.connections += 1
        return server()

    loop = asyncio.get_running_loop()
    listening = await loop.create_server(protocol, "127.0.0.1", 0)
    knocks.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield knocks
    finally:
        listening.close()
        await server.shutdown(1)
        await listening.wait_closed()
