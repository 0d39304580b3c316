"""The data channel of a session, as the agent behind it speaks with the Session Manager plugin."""

from __future__ import annotations

import asyncio
import shlex
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from aiohttp import WSMsgType, web

from containerscope.demo import ssm_frames
from containerscope.demo.box_terminal import Terminal
from containerscope.demo.ecs_box import box_of
from containerscope.demo.ecs_state import Session
from containerscope.demo.ids import uuid
from containerscope.demo.port_server import served
from containerscope.demo.ssm_frames import Frame
from containerscope.demo.world import World

_AGENT = "3.3.1611.0"
_AGENT_FOR_PORTS = "2.3.1205.0"
"""Before agents put several connections on one channel, so that none needs to be told apart."""
_CLOSED = 4001
_PIECE = 1024
"""The most bytes in a frame."""


def add_route(router: web.UrlDispatcher, world: World) -> None:
    """Answer at the address that `ExecuteCommand` gives as `streamUrl`."""
    router.add_get("/_session/{session}", partial(serve, world))


class Channel:
    """One side of the data channel: the agent's."""

    def __init__(self, world: World, socket: web.WebSocketResponse, name: str) -> None:
        self._world = world
        self._socket = socket
        self._name = name
        self._sent = 0

    async def write(self, data: bytes) -> None:
        """Show on the terminal, or hand to whoever is connected."""
        for at in range(0, len(data), _PIECE):
            await self.send("output_stream_data", data[at : at + _PIECE])

    async def send(self, kind: str, payload: bytes, type_: int = ssm_frames.OUTPUT) -> None:
        """Send the next message of the agent."""
        name = UUID(uuid("frame", self._name, self._sent))
        flags = 0 if self._sent else ssm_frames.SYN
        frame = Frame(kind, self._sent, payload, type_, flags, name)
        self._sent += 1
        await self._socket.send_bytes(frame.pack(self._world.now()))

    async def acknowledge(self, frame: Frame) -> None:
        """Say that a message has come."""
        await self._socket.send_bytes(ssm_frames.acknowledge(frame).pack(self._world.now()))

    async def close(self, output: str) -> None:
        """Say that the session is over."""
        said = {
            "MessageType": "channel_closed",
            "MessageId": uuid("closed", self._name),
            "DestinationId": self._name,
            "SessionId": self._name,
            "SchemaVersion": 1,
            "CreatedDate": str(int(self._world.now() * 1000)),
            "Output": output,
        }
        await self.send("channel_closed", msgspec.json.encode(said), 0)


async def serve(world: World, request: web.Request) -> web.StreamResponse:
    """Speak the protocol with whoever has the session's token."""
    name = request.match_info["session"]
    session = world.sessions.pop(name, None)
    if session is None:
        return web.Response(status=404, text=f"there is no session {name}\n")
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    if not await _opened(socket, session.token):
        await socket.close(code=_CLOSED, message=b"the token is not that of the session")
        return socket
    channel = Channel(world, socket, name)
    await channel.send("output_stream_data", _greeting(session), ssm_frames.HANDSHAKE_REQUEST)
    agent = _Agent(world, channel, session)
    try:
        async for message in socket:
            if message.type is WSMsgType.BINARY:
                await agent.take(message.data)
    finally:
        agent.end()
    return socket


def _greeting(session: Session) -> bytes:
    parameters: dict[str, Any] = {"SessionType": "Standard_Stream", "Properties": None}
    agent = _AGENT
    if session.port:
        properties = {
            "portNumber": str(session.port),
            "localPortNumber": str(session.local_port),
            "type": "LocalPortForwarding",
        }
        parameters, agent = {"SessionType": "Port", "Properties": properties}, _AGENT_FOR_PORTS
    action: dict[str, Any] = {"ActionType": "SessionType", "ActionParameters": parameters}
    return msgspec.json.encode({"AgentVersion": agent, "RequestedClientActions": [action]})


async def _opened(socket: web.WebSocketResponse, token: str) -> bool:
    """Whether the first message opens the channel with the right token."""
    message = await socket.receive()
    if message.type is not WSMsgType.TEXT:
        return False
    try:
        said = msgspec.json.decode(message.data, type=dict[str, Any])
    except msgspec.MsgspecError:
        return False
    return said.get("TokenValue") == token


class _Agent:
    """What happens on the other side of a channel."""

    def __init__(self, world: World, channel: Channel, session: Session) -> None:
        self._channel = channel
        self._session = session
        self._terminal = Terminal(box_of(world, session), channel.write)
        self._running: asyncio.Future[None] | None = None

    async def take(self, raw: bytes) -> None:
        """Answer one message of the plugin; what is none is passed over."""
        try:
            frame = ssm_frames.unpack(raw)
        except ValueError:
            return
        if frame.kind != "input_stream_data":
            return
        await self._channel.acknowledge(frame)
        if frame.type == ssm_frames.HANDSHAKE_RESPONSE:
            done = {"HandshakeTimeToComplete": 1_000_000, "CustomerMessage": ""}
            complete = msgspec.json.encode(done)
            await self._channel.send("output_stream_data", complete, ssm_frames.HANDSHAKE_COMPLETE)
            if not self._session.port:
                self._running = asyncio.ensure_future(self._run())
        elif frame.type == ssm_frames.FLAG and frame.payload == ssm_frames.TERMINATE:
            await self._channel.close("")
        elif frame.type == ssm_frames.OUTPUT and self._session.port:
            await self._channel.write(served(frame.payload))
        elif frame.type == ssm_frames.OUTPUT:
            await self._terminal.type(frame.payload.decode("utf-8", "replace"))

    async def _run(self) -> None:
        try:
            argv = shlex.split(self._session.command)
        except ValueError as problem:
            await self._channel.write(f"sh: syntax error: {problem}\r\n".encode())
        else:
            await self._terminal.run(argv)
        # The other side hangs up: what it has not read yet would be lost if we did.
        await self._channel.close("")

    def end(self) -> None:
        """Nobody is there any more."""
        if self._running is not None:
            self._running.cancel()
