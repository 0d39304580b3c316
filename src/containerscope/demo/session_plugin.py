"""Stands for the Session Manager plugin with the demo account: the same arguments, one process.

`python -m containerscope.demo.session_plugin ANSWER REGION StartSession PROFILE REQUEST ENDPOINT`
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from typing import Any, TextIO
from uuid import uuid4

import aiohttp

from containerscope.demo import ssm_frames
from containerscope.demo.ssm_frames import Frame

VERSION = "1.2.707.0"
_VARIABLE = "AWS_SSM_START_SESSION_RESPONSE"
_PIECE = 1024


def _say(line: str, where: TextIO = sys.stdout) -> None:
    where.write(f"{line}\n")
    where.flush()


class Plugin:
    """The plugin's side of a data channel."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, name: str) -> None:
        self._socket = socket
        self._name = name
        self._sent = 0
        self._writer: asyncio.StreamWriter | None = None
        """Whoever is connected to the forwarded port."""
        self._server: asyncio.Server | None = None
        self._one = asyncio.Lock()
        self.closed = False

    async def send(self, payload: bytes, type_: int = ssm_frames.OUTPUT) -> None:
        """Send the next message."""
        frame = Frame("input_stream_data", self._sent, payload, type_, 0, uuid4())
        self._sent += 1
        await self._socket.send_bytes(frame.pack(0))

    async def run(self) -> None:
        """Answer what comes until the session ends."""
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.BINARY:
                continue
            frame = ssm_frames.unpack(message.data)
            if frame.kind == "channel_closed":
                self.closed = True
                break
            if frame.kind == "output_stream_data":
                with contextlib.suppress(aiohttp.ClientError):
                    # The agent may have hung up with the last word still on its way to us.
                    await self._socket.send_bytes(ssm_frames.acknowledge(frame).pack(0))
                await self._take(frame)
        if self._server is not None:
            self._server.close()

    async def _take(self, frame: Frame) -> None:
        if frame.type == ssm_frames.HANDSHAKE_REQUEST:
            told = json.loads(frame.payload)
            await self._greet(told["RequestedClientActions"][0]["ActionParameters"])
        elif frame.type != ssm_frames.OUTPUT:
            return
        elif self._server is None:
            sys.stdout.buffer.write(frame.payload)
            sys.stdout.buffer.flush()
        elif self._writer is not None:
            self._writer.write(frame.payload)
            await self._writer.drain()

    async def _greet(self, action: dict[str, Any]) -> None:
        done = {"ActionType": "SessionType", "ActionStatus": 1, "ActionResult": None, "Error": ""}
        answer = {"ClientVersion": VERSION, "ProcessedClientActions": [done], "Errors": []}
        await self.send(json.dumps(answer).encode(), ssm_frames.HANDSHAKE_RESPONSE)
        if action["SessionType"] == "Port":
            await self._listen(int(action["Properties"]["localPortNumber"]))
        else:
            self._follow_terminal()

    def _follow_terminal(self) -> None:
        loop = asyncio.get_running_loop()
        tasks: set[asyncio.Task[None]] = set()

        def soon(data: bytes, type_: int = ssm_frames.OUTPUT) -> None:
            for at in range(0, max(1, len(data)), _PIECE):
                task = loop.create_task(self.send(data[at : at + _PIECE], type_))
                tasks.add(task)
                task.add_done_callback(tasks.discard)

        def resized() -> None:
            size = shutil.get_terminal_size()
            told = json.dumps({"cols": size.columns, "rows": size.lines})
            soon(told.encode(), ssm_frames.SIZE)

        def typed() -> None:
            data = os.read(0, 1 << 16)
            if data:
                soon(data)
            else:
                loop.remove_reader(0)
                soon(b"\x04")

        loop.add_signal_handler(signal.SIGWINCH, resized)
        loop.add_signal_handler(signal.SIGINT, soon, b"\x03")
        loop.add_signal_handler(signal.SIGQUIT, soon, b"\x1c")
        resized()
        with contextlib.suppress(PermissionError):
            # A file is not watched, and is nothing that somebody types on.
            loop.add_reader(0, typed)

    async def _listen(self, port: int) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", port)
        found = self._server.sockets[0].getsockname()[1]
        _say(f"Port {found} opened for sessionId {self._name}.")
        _say("Waiting for connections...")

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._one:
            _say(f"\nConnection accepted for session [{self._name}]")
            self._writer = writer
            with contextlib.suppress(OSError):
                while data := await reader.read(_PIECE):
                    await self.send(data)
            self._writer = None
            writer.close()
            if not self._socket.closed:
                await self.send(ssm_frames.DISCONNECT, ssm_frames.FLAG)


@contextlib.contextmanager
def _keys_one_by_one() -> Iterator[None]:
    """Keys come as they are pressed and are not echoed, but ctrl+c stays a signal."""
    if not sys.stdin.isatty():
        yield
        return
    import termios

    before = termios.tcgetattr(0)
    now = termios.tcgetattr(0)
    now[0] &= ~termios.ICRNL
    now[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    termios.tcsetattr(0, termios.TCSADRAIN, now)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


async def _session(answer: dict[str, str]) -> None:
    name = answer["SessionId"]
    _say(f"\nStarting session with SessionId: {name}")
    async with (
        aiohttp.ClientSession(trust_env=False) as http,
        http.ws_connect(answer["StreamUrl"], heartbeat=30) as socket,
    ):
        opening = {
            "MessageSchemaVersion": "1.0",
            "RequestId": str(uuid4()),
            "TokenValue": answer["TokenValue"],
            "ClientVersion": VERSION,
        }
        await socket.send_str(json.dumps(opening))
        plugin = Plugin(socket, name)
        ended = asyncio.ensure_future(plugin.run())
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, ended.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await ended
        if not plugin.closed:
            _say("\nCannot perform start session: the connection was closed", sys.stderr)
    _say(f"\n\nExiting session with sessionId: {name}.\n")


def main(arguments: list[str]) -> int:
    """Run as the plugin does; 255 for arguments that are none of its."""
    if arguments == ["--version"]:
        _say(VERSION)
        return 0
    if len(arguments) != 6 or arguments[2] != "StartSession":
        _say("the plugin is started by a program, not by hand", sys.stderr)
        return 255
    told = os.environ.pop(_VARIABLE, "") if arguments[0] == _VARIABLE else arguments[0]
    with _keys_one_by_one():
        try:
            asyncio.run(_session(json.loads(told)))
        except (aiohttp.ClientError, OSError) as error:
            _say(f"\nCannot perform start session: {error}", sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
