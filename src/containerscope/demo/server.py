"""The demo account on a socket of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from containerscope.demo import ecs_session, scenarios
from containerscope.demo.account import demo_world
from containerscope.demo.buckets import Buckets
from containerscope.demo.calls import Call
from containerscope.demo.clock import PacedClock
from containerscope.demo.control import add_routes
from containerscope.demo.fault_errors import error_of, resource_of, skew_error, throttled
from containerscope.demo.faults import Fault, Faults
from containerscope.demo.faults import parse as parse_fault
from containerscope.demo.identity import caller_arn
from containerscope.demo.ids import uuid
from containerscope.demo.kube_certificate import identity
from containerscope.demo.kube_fleet import Fleet
from containerscope.demo.kube_server import PREFIX as KUBE_PREFIX
from containerscope.demo.kube_server import add_kube_routes
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
    stamp,
    unknown_operation,
)
from containerscope.demo.scale import Scale
from containerscope.demo.world import World

_MOST = 32 * 1024 * 1024
_TICK = 1.0
"""Real seconds between two moves of a world that nobody looks at."""
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


@dataclass(frozen=True)
class Answer:
    """What goes back over the wire."""

    reply: Reply | None
    """None drops the connection."""
    skew: float = 0.0
    """Seconds by which the server's clock is off."""
    whole: bool = True
    """Otherwise the connection ends in the middle of the body."""


class Account:
    """The account as a server: from a request on the wire to the answer on it."""

    def __init__(self, world: World, models: Models, *, record: bool, throttle: bool) -> None:
        self.world = world
        self.faults = Faults([Fault(kind="buckets")] if throttle else (), world.seed)
        self.requests: list[Request] = []
        self._models = models
        self._writer = ResponseWriter()
        self._record = record
        self._buckets = Buckets(world.clock)
        self._elsewhere: dict[str, World] = {}
        self._answered = 0

    async def answer(self, wire: Wire, request_id: str) -> Answer:
        """The answer to a request."""
        service = None
        try:
            signed = signature(wire)
            spoken = find_service(self._models, wire, signed)
            service = self._models.service(spoken)
            operation = find_operation(self._models, spoken, wire)
            return await self._call(Routed(service, operation, signed), wire, request_id)
        except AwsError as error:
            protocol = service.metadata["protocol"] if service else protocol_of(wire)
            return Answer(error_reply(error, protocol, request_id, service))

    def next_id(self) -> str:
        """The id of a request that begins."""
        self._answered += 1
        return uuid("request", self.world.seed, self._answered)

    async def _call(self, routed: Routed, wire: Wire, request_id: str) -> Answer:
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
        faults = self.faults.take(name, action, params)
        for each in faults:
            if each.kind == "slow":
                await self.faults.hold(each)
        try:
            self._stop(routed, call, faults, stamp(wire))
            reply = self._reply(routed, call, request_id)
        except AwsError as error:
            reply = error_reply(error, service.metadata["protocol"], request_id, service)
        last = faults[-1].kind if faults else ""
        if last == "dropped":
            return Answer(None)
        return Answer(reply, _skew(faults), whole=last != "truncated")

    def _stop(self, routed: Routed, call: Call, faults: Sequence[Fault], signed_at: str) -> None:
        """Raise the AWS error of what is in a call's way, if anything is."""
        service, operation, signed = routed
        name, action = service.service_name, operation.name
        skew = _skew(faults)
        if skew and signed.name and (wrong := skew_error(service, signed_at, skew)):
            raise wrong
        iam_name = service.metadata.get("signingName") or service.metadata["endpointPrefix"]
        region = "" if name in GLOBAL else signed.region
        for each in faults:
            on = resource_of(call.world, name, call.params)
            error = error_of(each, service, f"{iam_name}:{action}", caller_arn(call), on)
            if error is not None:
                raise error
            full = each.kind == "buckets"
            if full and not self._buckets.take(name, action, region, each.share):
                raise throttled(service)

    def _reply(self, routed: Routed, call: Call, request_id: str) -> Reply:
        service, operation, _ = routed
        handler = OPERATIONS.get(service.service_name, {}).get(operation.name)
        if handler is None:
            raise unknown_operation(service, operation.name)
        return self._writer.write(service, operation, handler(call), request_id)

    def _world_of(self, service: str, region: str) -> World:
        if service in GLOBAL or region in ("", self.world.region):
            return self.world
        if region not in self._elsewhere:
            self._elsewhere[region] = self.world.elsewhere(region)
        return self._elsewhere[region]


def _skew(faults: Sequence[Fault]) -> float:
    return sum(each.seconds for each in faults if each.kind == "skewed")


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
    add_routes(app.router, account)
    ecs_session.add_route(app.router, world)
    add_kube_routes(app, world, record=record)
    app.router.add_route("*", "/{path:.*}", _handler(account))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_PATIENCE)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    bound: int = runner.addresses[0][1]
    world.address = f"{host}:{bound}"
    await _serve_kube(runner, world, host)
    return RunningServer(f"http://{world.address}", account, runner)


async def _serve_kube(runner: web.AppRunner, world: World, host: str) -> None:
    """Answer over HTTPS too: kubectl sends its token nowhere else."""
    await web.TCPSite(runner, host, 0, ssl_context=identity().context()).start()
    world.kube_authority = identity().authority
    world.kube_url = f"https://{host}:{runner.addresses[1][1]}{KUBE_PREFIX}"


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
        answer = await account.answer(wire, request_id)
        reply = answer.reply
        if reply is None:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        date = account.world.clock.now() + timedelta(seconds=answer.skew)
        headers = {
            **reply.headers,
            "Content-Type": reply.content_type,
            "x-amzn-RequestId": request_id,
            "Date": format_datetime(date, usegmt=True),
        }
        if not answer.whole:
            return await _cut(request, reply, headers)
        if reply.chunks is not None:
            return await _stream(request, reply.chunks(), headers)
        return web.Response(status=reply.status, body=reply.body, headers=headers)

    return handle


async def _stream(
    request: web.Request, chunks: AsyncGenerator[bytes], headers: Mapping[str, str]
) -> web.StreamResponse:
    """An answer that goes on until it ends or its reader is gone."""
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        async with contextlib.aclosing(chunks):
            async for chunk in chunks:
                await response.write(chunk)
    return response


async def _cut(
    request: web.Request, reply: Reply, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Half of the answer, then the end of the connection."""
    response = web.StreamResponse(status=reply.status, headers=headers)
    response.content_length = max(len(reply.body), 2)
    await response.prepare(request)
    await response.write(reply.body[: len(reply.body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


@dataclass(frozen=True)
class Setup:
    """How a person wants the account to be served."""

    port: int = 0
    scale: str | None = None
    """`C,S,T`: how many clusters, services and running tasks; without it, few."""
    scenarios: Sequence[str] = ()
    """Names of the stories that are told from the beginning."""
    faults: Sequence[str] = ()
    """Rules in the words of the command line."""
    speed: float = 1.0
    """Seconds of the world in one real second; 0 lets it stand until it is stepped."""
    until_stdin_closes: bool = False
    pods: int = 0
    """How many pods `platform` has at least; 0 for those of its own."""


def main(setup: Setup, announce: Callable[[str], None]) -> None:
    """Serve the demo account until interrupted, or until standard input ends.

    `announce` gets the URL once the server answers. A scale, scenario or fault that makes no sense
    is a ValueError.
    """
    scale = None if setup.scale is None else Scale.parse(setup.scale)
    rules = [parse_fault(each, OPERATIONS) for each in setup.faults]
    world = demo_world(PacedClock(setup.speed), scale)
    if setup.pods and isinstance(world.kube, Fleet):
        world.kube.pods["platform"] = setup.pods
    for each in setup.scenarios:
        scenarios.start(world, each)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(world, rules, setup, announce))


async def _run(
    world: World, rules: Sequence[Fault], setup: Setup, announce: Callable[[str], None]
) -> None:
    done = asyncio.Event()
    server = await serve(world, port=setup.port, record=False)
    server.faults.replace(rules)
    gc.freeze()
    moving = asyncio.ensure_future(_move_on(world))
    try:
        if setup.until_stdin_closes:
            loop = asyncio.get_running_loop()
            # A thread, because Windows cannot wait for a pipe on the event loop.
            threading.Thread(target=_wait_for_end, args=(loop, done), daemon=True).start()
        announce(server.url)
        await done.wait()
    finally:
        moving.cancel()
        await server.close()


async def _move_on(world: World) -> None:
    """Let the world move while nobody looks, so that a look after an hour need not wait."""
    while True:
        await asyncio.sleep(_TICK)
        world.advance(world.clock.now())


def _wait_for_end(loop: asyncio.AbstractEventLoop, done: asyncio.Event) -> None:
    with contextlib.suppress(OSError, ValueError):
        while sys.stdin.buffer.read(4096):
            pass
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(done.set)
