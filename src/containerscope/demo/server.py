"""The demo account on a socket of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import web

from containerscope.demo.account import demo_world
from containerscope.demo.buckets import Buckets
from containerscope.demo.calls import Call
from containerscope.demo.faults import Fault, Faults, error_of
from containerscope.demo.identity import caller_arn
from containerscope.demo.ids import uuid
from containerscope.demo.operations import GLOBAL, OPERATIONS
from containerscope.demo.protocol_errors import AwsError, Reply, error_reply
from containerscope.demo.protocol_models import Models
from containerscope.demo.protocol_request import parse
from containerscope.demo.protocol_response import ResponseWriter
from containerscope.demo.protocol_route import (
    Routed,
    Wire,
    find_operation,
    find_service,
    protocol_of,
    signature,
    unknown_operation,
)
from containerscope.demo.scale import Scale
from containerscope.demo.world import World
from containerscope.model.clock import SystemClock

FAULTS_PATH = "/_demo/faults"
_MOST = 32 * 1024 * 1024
_PATIENCE = 0.2
"""Seconds that a call under way still gets when the server closes."""


@dataclass(frozen=True)
class Request:
    """A call as it came over the wire."""

    service: str
    operation: str
    params: Mapping[str, Any]
    at: datetime
    region: str = ""


class Account:
    """The account as a server: from a request on the wire to the answer on it."""

    def __init__(self, world: World, models: Models, *, record: bool, throttle: bool) -> None:
        self.world = world
        self.faults = Faults()
        self.requests: list[Request] = []
        self._models = models
        self._writer = ResponseWriter()
        self._record = record
        self._buckets = Buckets(world.clock) if throttle else None
        self._elsewhere: dict[str, World] = {}
        self._answered = 0

    async def answer(self, wire: Wire, request_id: str) -> Reply | None:
        """The reply to a request, or None to drop the connection without one."""
        service = None
        try:
            signed = signature(wire)
            service = self._models.service(find_service(self._models, wire, signed))
            operation = find_operation(self._models, service.service_name, wire)
            return await self._call(Routed(service, operation, signed), wire, request_id)
        except AwsError as error:
            protocol = service.metadata["protocol"] if service else protocol_of(wire)
            return error_reply(error, protocol, request_id, service)

    def next_id(self) -> str:
        """The id of a request that begins."""
        self._answered += 1
        return uuid("request", self.world.seed, self._answered)

    async def _call(self, routed: Routed, wire: Wire, request_id: str) -> Reply | None:
        service, operation, signed = routed
        name, action = service.service_name, operation.name
        params = parse(self._models, service, operation, wire)
        if self._record:
            now = self.world.clock.now()
            self.requests.append(Request(name, action, params, now, signed.region))
        if not signed.name and operation.auth_type != "none":
            raise AwsError(
                "MissingAuthenticationTokenException", "Missing Authentication Token", 403
            )
        self.world.advance(self.world.clock.now())
        call = Call(self._world_of(name, signed.region), params, signed.access_key)
        fault = self.faults.take(name, action, params)
        if fault is not None:
            if fault.kind == "dropped":
                return None
            if fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
            iam_name = service.metadata.get("signingName") or service.metadata["endpointPrefix"]
            error = error_of(fault, service, f"{iam_name}:{action}", caller_arn(call))
            if error is not None:
                raise error
        if self._buckets is not None:
            self._buckets.take(name, action)
        handler = OPERATIONS.get(name, {}).get(action)
        if handler is None:
            raise unknown_operation(service, action)
        return self._writer.write(service, operation, handler(call), request_id)

    def _world_of(self, service: str, region: str) -> World:
        if service in GLOBAL or region in ("", self.world.region):
            return self.world
        if region not in self._elsewhere:
            self._elsewhere[region] = self.world.elsewhere(region)
        return self._elsewhere[region]


@dataclass(frozen=True)
class RunningServer:
    """A server that answers until it is closed."""

    url: str
    account: Account
    runner: web.AppRunner

    @property
    def world(self) -> World:
        """The state that answers are made from; it may be changed at any time."""
        return self.account.world

    @property
    def requests(self) -> list[Request]:
        """Every call that was understood, oldest first."""
        return self.account.requests

    @property
    def calls(self) -> Counter[str]:
        """How often each `service:Operation` was called."""
        return Counter(f"{each.service}:{each.operation}" for each in self.requests)

    @property
    def faults(self) -> Faults:
        """The rules that spoil calls; put `Fault`s in and take them out."""
        return self.account.faults

    async def close(self) -> None:
        """Stop answering and let the port go."""
        await self.runner.cleanup()


async def serve(
    world: World,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    record: bool = True,
    throttle: bool = False,
    data_path: Path | None = None,
) -> RunningServer:
    """Serve the world on this address; port 0 takes a free one."""
    account = Account(world, Models(data_path), record=record, throttle=throttle)
    app = web.Application(client_max_size=_MOST)
    app.router.add_route("*", FAULTS_PATH, _control(account))
    app.router.add_route("*", "/{path:.*}", _handler(account))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_PATIENCE)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    bound: int = runner.addresses[0][1]
    return RunningServer(f"http://{host}:{bound}", account, runner)


def _handler(account: Account) -> Any:
    async def handle(request: web.Request) -> web.StreamResponse:
        wire = Wire(
            request.method,
            request.rel_url.raw_path,
            tuple(request.query.items()),
            {name.lower(): value for name, value in request.headers.items()},
            await request.read(),
        )
        request_id = account.next_id()
        reply = await account.answer(wire, request_id)
        if reply is None:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        headers = {
            **reply.headers,
            "Content-Type": reply.content_type,
            "x-amzn-RequestId": request_id,
            "Date": format_datetime(account.world.clock.now(), usegmt=True),
        }
        return web.Response(status=reply.status, body=reply.body, headers=headers)

    return handle


def _control(account: Account) -> Any:
    async def control(request: web.Request) -> web.Response:
        if request.method == "POST":
            try:
                rules = msgspec.json.decode(await request.read(), type=list[Fault])
            except msgspec.MsgspecError as error:
                return web.Response(status=400, text=f"{error}\n")
            account.faults.replace(rules)
        body = msgspec.json.encode(list(account.faults))
        return web.Response(body=body, content_type="application/json")

    return control


def main(
    port: int, scale: str | None, announce: Callable[[str], None], until_stdin_closes: bool
) -> None:
    """Serve the demo account until interrupted, or until standard input ends.

    `announce` gets the URL once the server answers. A scale that is not `C,S,T` is a ValueError.
    """
    size = None if scale is None else Scale.parse(scale)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(port, size, announce, until_stdin_closes))


async def _run(
    port: int, scale: Scale | None, announce: Callable[[str], None], until_stdin_closes: bool
) -> None:
    done = asyncio.Event()
    server = await serve(demo_world(SystemClock(), scale), port=port, record=False)
    gc.freeze()
    try:
        if until_stdin_closes:
            loop = asyncio.get_running_loop()
            # A thread, because Windows cannot wait for a pipe on the event loop.
            threading.Thread(target=_wait_for_end, args=(loop, done), daemon=True).start()
        announce(server.url)
        await done.wait()
    finally:
        await server.close()


def _wait_for_end(loop: asyncio.AbstractEventLoop, done: asyncio.Event) -> None:
    with contextlib.suppress(OSError, ValueError):
        while sys.stdin.buffer.read(4096):
            pass
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(done.set)
