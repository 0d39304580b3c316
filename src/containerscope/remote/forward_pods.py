"""A port of a pod: each connection here is a websocket of its own to there."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from containerscope.clients.kube_stream import V4, Channels
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.remote.forwards import Running
from containerscope.remote.pods import path_of

_DATA, _ERROR = 0, 1
_PIECE = 1 << 15
_LINGER = 1.0
"""Seconds of silence after which a connection that sends no more is closed."""


async def carry(clients: Any, running: Running) -> None:
    """Listen until cancelled; raises `ApiError` once the pod is gone."""
    gone: asyncio.Future[ApiError] = asyncio.get_running_loop().create_future()
    at_work: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "a connection has a task of its own"
        at_work.add(task)
        forward = running.forward
        running.tell(connections=(forward.connections or 0) + 1, opened=forward.opened + 1)
        try:
            await _one(clients, running, reader, writer)
        except ApiError as error:
            running.tell(message=error.problem.message)
            if getattr(error, "status", 0) == 404 and not gone.done():
                gone.set_result(error)
        finally:
            at_work.discard(task)
            running.tell(connections=(running.forward.connections or 1) - 1)
            writer.close()

    try:
        server = await asyncio.start_server(connected, "127.0.0.1", running.forward.local_port)
    except OSError as error:
        message = f"port {running.forward.local_port} cannot be opened: {error.strerror}"
        raise ApiError(Problem(Why.FAILED, "forward", message)) from error
    running.tell(status="listening", message="")
    try:
        raise await gone
    finally:
        server.close()
        for task in at_work:
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)


async def _one(
    clients: Any,
    running: Running,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    request = running.step.opened
    streams = clients.kube_streams(request.where["cluster"])
    query = [("ports", str(request.changes["port"]))]
    async with streams.open(path_of(request, "portforward"), query, (V4,)) as channels:
        if running.forward.message:
            running.tell(status="listening", message="")
        flow = _Flow(running, channels)
        up = asyncio.ensure_future(flow.up(reader))
        try:
            await flow.down(writer)
        finally:
            up.cancel()
            await asyncio.gather(up, return_exceptions=True)


class _Flow:
    """What goes through one connection."""

    def __init__(self, running: Running, channels: Channels) -> None:
        self._running = running
        self._channels = channels
        self._received = 0

    async def up(self, reader: asyncio.StreamReader) -> None:
        """From here to there, until nobody sends any more."""
        with contextlib.suppress(OSError):
            while data := await reader.read(_PIECE):
                await self._channels.send(_DATA, data)
                self._running.count(sent=len(data))
        # The protocol cannot say that one side has ended: what still comes back is waited for.
        before = -1
        while before != self._received:
            before = self._received
            await asyncio.sleep(_LINGER)
        await self._channels.close()

    async def down(self, writer: asyncio.StreamWriter) -> None:
        """From there to here, until it is closed; raises `ApiError` with what went wrong there."""
        greeted: set[int] = set()
        while (message := await self._channels.receive()) is not None:
            # The first word on each channel is the number of the port.
            data = message.data if message.channel in greeted else message.data[2:]
            greeted.add(message.channel)
            if message.channel == _ERROR and data:
                said = data.decode("utf-8", "replace").strip()
                raise ApiError(Problem(Why.FAILED, "kubernetes:portforward", said))
            if message.channel == _DATA and data:
                self._received += len(data)
                self._running.count(received=len(data))
                try:
                    writer.write(data)
                    await writer.drain()
                except OSError:
                    return
