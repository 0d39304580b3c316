"""Exec, attach and port-forward over websockets, in the channel protocols of Kubernetes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from containerscope.demo.box import Box, Input
from containerscope.demo.box_shell import Shell
from containerscope.demo.box_terminal import Terminal
from containerscope.demo.kube_logs import Run
from containerscope.demo.kube_request import truth
from containerscope.demo.kube_status import bad_request, success
from containerscope.demo.kube_store import KubeStore
from containerscope.demo.port_server import served

_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
_STDIN, _STDOUT, _STDERR, _ERROR, _RESIZE, _CLOSE = 0, 1, 2, 3, 4, 255
_PULSE = 0.1
_PIECE = 1 << 15
"""The most bytes in a message."""


async def run_exec(request: web.Request, box: Box) -> web.StreamResponse:
    """Run the `command` of the query in a container."""
    command = request.query.getall("command", [])
    if not command:
        raise bad_request("you must specify at least 1 command for the container")
    socket = await _opened(request)
    if truth(request.query, "tty"):
        await _on_terminal(socket, box, command)
    else:
        await _piped(socket, box, command, stdin=truth(request.query, "stdin"))
    return socket


async def run_attach(
    request: web.Request, store: KubeStore, run: Run, box: Box | None
) -> web.StreamResponse:
    """Send what a container writes from now on, until the client goes; a shell can be typed to."""
    socket = await _opened(request)
    if box is not None:
        await _on_terminal(socket, box, ["sh"])
        return socket
    reader = asyncio.ensure_future(_until_closed(socket))
    sent = run.count(store.now())
    try:
        while not reader.done():
            count = run.count(store.now())
            for index in range(sent, count):
                await socket.send_bytes(bytes((_STDOUT,)) + run.text(index).encode() + b"\n")
            sent = count
            await asyncio.wait((reader,), timeout=_PULSE)
    finally:
        reader.cancel()
    await _close(socket, 0)
    return socket


async def _on_terminal(socket: web.WebSocketResponse, box: Box, command: Sequence[str]) -> None:
    async def show(data: bytes) -> None:
        await _send(socket, _STDOUT, data)

    terminal = Terminal(box, show)
    running = asyncio.ensure_future(terminal.run(command))

    async def read() -> None:
        async for channel, data in _messages(socket):
            if channel == _STDIN:
                await terminal.type(data.decode(errors="replace"))

    await _run_beside(socket, running, read())


async def _piped(
    socket: web.WebSocketResponse, box: Box, command: Sequence[str], *, stdin: bool
) -> None:
    given = Input() if stdin else Input.of(b"")

    async def out(data: bytes) -> None:
        await _send(socket, _STDOUT, data)

    async def error(data: bytes) -> None:
        await _send(socket, _STDERR, data)

    running = asyncio.ensure_future(Shell(box).run(command, given, out, error))

    async def read() -> None:
        async for channel, data in _messages(socket):
            if channel == _STDIN:
                given.feed(data)
            elif channel == _CLOSE and data[:1] == bytes((_STDIN,)):
                given.end()

    await _run_beside(socket, running, read())


async def _run_beside(
    socket: web.WebSocketResponse, running: asyncio.Future[int], read: Coroutine[Any, Any, None]
) -> None:
    """Let a command run while its input comes, and say how it ended unless the client goes."""
    reader = asyncio.ensure_future(read)
    try:
        await asyncio.wait((running, reader), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await _close(socket, running.result())
    finally:
        reader.cancel()
        running.cancel()


async def _messages(socket: web.WebSocketResponse) -> AsyncIterator[tuple[int, bytes]]:
    async for message in socket:
        if message.type is WSMsgType.BINARY and message.data:
            yield message.data[0], message.data[1:]


async def _send(socket: web.WebSocketResponse, channel: int, data: bytes) -> None:
    for at in range(0, len(data), _PIECE):
        await socket.send_bytes(bytes((channel,)) + data[at : at + _PIECE])


async def run_port_forward(request: web.Request, ports: Sequence[int]) -> web.StreamResponse:
    """Answer on each port as a small web server does, or else with what was sent."""
    if not ports:
        raise bad_request("you must specify at least 1 port to forward")
    socket = await _opened(request)
    for index, port in enumerate(ports):
        for channel in (2 * index, 2 * index + 1):
            await socket.send_bytes(bytes((channel,)) + port.to_bytes(2, "little"))
    async for message in socket:
        if message.type is WSMsgType.BINARY and message.data:
            channel, data = message.data[0], message.data[1:]
            if data and channel % 2 == 0:
                await socket.send_bytes(bytes((channel,)) + served(data))
    return socket


async def _opened(request: web.Request) -> web.WebSocketResponse:
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise bad_request(
            "unable to upgrade: missing upgrade headers in request: only websockets are served here"
        )
    socket = web.WebSocketResponse(protocols=_PROTOCOLS)
    await socket.prepare(request)
    return socket


async def _until_closed(socket: web.WebSocketResponse) -> None:
    async for _ in socket:
        pass


async def _close(socket: web.WebSocketResponse, code: int) -> None:
    """Say how it ended on the error channel, and close."""
    status = success()
    if code:
        status = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": f"command terminated with non-zero exit code: exit status {code}",
            "reason": "NonZeroExitCode",
            "details": {"causes": [{"reason": "ExitCode", "message": str(code)}]},
        }
    if not socket.closed:
        await socket.send_bytes(bytes((_ERROR,)) + msgspec.json.encode(status))
        await socket.close()
