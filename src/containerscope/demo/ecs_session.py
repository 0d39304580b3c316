"""The data channel of an `ExecuteCommand` session, as the Session Manager plugin speaks it."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from aiohttp import WSMsgType, web

from containerscope.demo import ssm_frames
from containerscope.demo.ecs_shell import PROMPT, Shell
from containerscope.demo.ecs_state import Session
from containerscope.demo.ids import uuid
from containerscope.demo.ssm_frames import Frame
from containerscope.demo.world import World

_SHELLS = ("sh", "bash", "ash")
_AGENT = "3.3.1611.0"
_CLOSED = 4001


def interactive(command: str) -> bool:
    """Whether a command is a shell, which goes on until someone leaves it."""
    words = command.split()
    return len(words) == 1 and words[0].rpartition("/")[2] in _SHELLS


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

    async def write(self, text: str) -> None:
        """Show text on the terminal."""
        if text:
            await self.send("output_stream_data", text.encode())

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
    await channel.send("output_stream_data", _greeting(), ssm_frames.HANDSHAKE_REQUEST)
    shell = Shell(session.task, session.container)
    async for message in socket:
        if message.type is WSMsgType.BINARY and not shell.closed:
            await _take(channel, shell, session, message.data)
        if shell.closed:
            await channel.close("")
            await socket.close()
    return socket


def _greeting() -> bytes:
    action: dict[str, Any] = {
        "ActionType": "SessionType",
        "ActionParameters": {"SessionType": "Standard_Stream", "Properties": None},
    }
    return msgspec.json.encode({"AgentVersion": _AGENT, "RequestedClientActions": [action]})


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


async def _take(channel: Channel, shell: Shell, session: Session, raw: bytes) -> None:
    """Answer one message of the plugin; what is none is passed over."""
    try:
        frame = ssm_frames.unpack(raw)
    except ValueError:
        return
    if frame.kind != "input_stream_data":
        return
    await channel.acknowledge(frame)
    if frame.type == ssm_frames.HANDSHAKE_RESPONSE:
        done = {"HandshakeTimeToComplete": 1_000_000, "CustomerMessage": ""}
        complete = msgspec.json.encode(done)
        await channel.send("output_stream_data", complete, ssm_frames.HANDSHAKE_COMPLETE)
        if interactive(session.command):
            await channel.write(PROMPT)
        else:
            await channel.write(shell.run(session.command))
            shell.closed = True
    elif frame.type == ssm_frames.OUTPUT:
        await channel.write(shell.type(frame.payload.decode("utf-8", "replace")))
