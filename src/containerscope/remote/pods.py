"""Terminals and commands in pods, over the websockets of the Kubernetes API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec

from containerscope.clients.kube_stream import (
    ERROR,
    RESIZE,
    STDERR,
    STDIN,
    STDOUT,
    Channels,
    ended,
)
from containerscope.model.kube_pod import Pod
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.plan import Request
from containerscope.remote.ended import End
from containerscope.remote.terminal import (
    Given,
    Leave,
    given_away,
    keys_to,
    raw,
    size_to,
    unless_left,
)

_STARTS = 120.0
"""Seconds for which the image of a debug container is waited for."""
_EVERY = 0.5
LEAVE = "~. at the start of a line leaves"

Write = Callable[[bytes], None]


def path_of(request: Request, what: str) -> str:
    """The path of a way into the pod that a request is about."""
    where = request.where
    return f"/api/v1/namespaces/{where['namespace']}/pods/{where['pod']}/{what}"


def _query(request: Request, *, stdin: bool, tty: bool) -> list[tuple[str, str]]:
    flags = {"stdin": stdin, "stdout": True, "stderr": not tty, "tty": tty}
    query = [("container", request.where["container"])]
    query += [(name, "true") for name, on in flags.items() if on]
    return query + [("command", word) for word in request.changes.get("command", ())]


async def terminal(clients: Any, request: Request) -> End:
    """Give the terminal to what a request opens in a pod; raises `ApiError` if it cannot."""
    with given_away() as given:
        if request.operation == "debug":
            given.write(f"starting {request.changes['name']}… ctrl+c leaves\r\n".encode())
            added = await unless_left(_debugging(clients, request))
            if added is None:
                return End(None, f"left; {request.changes['name']} stays in the pod")
            request = added
        attached = request.operation == "attach"
        stdin = bool(request.changes.get("stdin", True)) if attached else True
        tty = bool(request.changes.get("tty", True)) if attached else True
        query = _query(request, stdin=stdin, tty=tty)
        streams = clients.kube_streams(request.where["cluster"])
        async with streams.open(path_of(request, request.operation), query) as channels:
            with raw():
                return await _conversed(channels, given, stdin=stdin, tty=tty)


async def _conversed(channels: Channels, given: Given, *, stdin: bool, tty: bool) -> End:
    sent: asyncio.Queue[tuple[int, bytes] | None] = asyncio.Queue()
    leave = Leave()

    def typed(data: bytes) -> None:
        onwards = leave.take(data)
        if onwards is None or not data or (not tty and b"\x03" in data):
            sent.put_nowait(None)
        elif onwards and stdin:
            sent.put_nowait((STDIN, onwards))

    def resized(columns: int, rows: int) -> None:
        if tty:
            size = json.dumps({"Width": columns, "Height": rows})
            sent.put_nowait((RESIZE, size.encode()))

    async def send() -> End:
        while (each := await sent.get()) is not None:
            await channels.send(*each)
        return End(None, "left")

    with keys_to(typed), size_to(resized):
        # A raw terminal does not return the carriage by itself.
        show = given.write if tty else lambda data: given.write(data.replace(b"\n", b"\r\n"))
        sender = asyncio.ensure_future(send())
        receiver = asyncio.ensure_future(_received(channels, show, show))
        try:
            done, _ = await asyncio.wait((sender, receiver), return_when=asyncio.FIRST_COMPLETED)
            return (receiver if receiver in done else sender).result()
        finally:
            sender.cancel()
            receiver.cancel()
            await asyncio.gather(sender, receiver, return_exceptions=True)


async def _received(channels: Channels, out: Write, error: Write) -> End:
    """Show what comes until the end, and say how that was."""
    end: End | None = None
    while (message := await channels.receive()) is not None:
        if message.channel == STDOUT:
            out(message.data)
        elif message.channel == STDERR:
            error(message.data)
        elif message.channel == ERROR and message.data:
            told = ended(message.data)
            end = End(told.code, told.words, broken=told.code is None)
            break
    return end or End(None, "the connection was closed", broken=True)


async def piped(
    clients: Any,
    request: Request,
    out: Write,
    error: Write,
    given: AsyncIterator[bytes] | None = None,
) -> End:
    """Run a command without a terminal; raises `ApiError` if it cannot be run."""
    streams = clients.kube_streams(request.where["cluster"])
    query = _query(request, stdin=given is not None, tty=False)
    async with streams.open(path_of(request, "exec"), query) as channels:
        feeding = asyncio.ensure_future(_fed(channels, given)) if given is not None else None
        try:
            return await _received(channels, out, error)
        finally:
            if feeding is not None:
                feeding.cancel()
                await asyncio.gather(feeding, return_exceptions=True)


async def _fed(channels: Channels, given: AsyncIterator[bytes]) -> None:
    async for data in given:
        await channels.send(STDIN, data)
    await channels.end(STDIN)


async def _debugging(clients: Any, request: Request) -> Request:
    """Add the container, wait until it runs, and attach to it."""
    where, changes = request.where, request.changes
    container = {
        "name": changes["name"],
        "image": changes["image"],
        "stdin": True,
        "tty": True,
        "targetContainerName": where["container"],
        "terminationMessagePolicy": "File",
        "imagePullPolicy": "IfNotPresent",
    }
    streams = clients.kube_streams(where["cluster"])
    await streams.patch(
        path_of(request, "ephemeralcontainers"), {"spec": {"ephemeralContainers": [container]}}
    )
    await _until_running(clients, request, changes["name"])
    return Request(
        "kubernetes",
        "attach",
        {**where, "container": changes["name"]},
        {"stdin": True, "tty": True},
    )


async def _until_running(
    clients: Any,
    request: Request,
    name: str,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    path = path_of(request, "")[:-1]
    why = "its image is pulled"
    for _ in range(int(_STARTS / _EVERY)):
        body = await clients.kube(request.where["cluster"]).get(path)
        pod = msgspec.json.decode(body, type=Pod)
        found = (pod.status and pod.status.ephemeral_container_statuses) or ()
        state = next((each.state for each in found if each.name == name), None)
        if state is not None and state.running is not None:
            return
        if state is not None and state.terminated is not None:
            message = f"{name} ended at once: {state.terminated.reason or 'it says not why'}"
            raise ApiError(Problem(Why.FAILED, "kubernetes:debug", message))
        if state is not None and state.waiting is not None and state.waiting.reason:
            why = f"{state.waiting.reason} {state.waiting.message or ''}".strip()
        await sleep(_EVERY)
    message = f"{name} did not start within {_STARTS:g} s: {why}"
    remedy = "see the events of the pod; an ephemeral container cannot be taken away again"
    raise ApiError(Problem(Why.FAILED, "kubernetes:debug", message, remedy=remedy))
