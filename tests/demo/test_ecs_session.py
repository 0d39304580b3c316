"""Sessions in containers of the demo account, spoken as the Session Manager plugin speaks."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import aiohttp
import msgspec
import pytest

from containerscope.demo import ssm_frames
from containerscope.demo.box import Input
from containerscope.demo.box_shell import Shell
from containerscope.demo.box_terminal import Terminal
from containerscope.demo.ecs_box import PROMPT, box_of
from containerscope.demo.ecs_state import Session
from containerscope.demo.server import RunningServer
from containerscope.demo.ssm_frames import Frame
from containerscope.demo.world import World
from tests.demo.conftest import Connect


class Plugin:
    """The other side of the data channel."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.shown = ""
        self.acknowledged: list[int] = []
        self.closed = False
        self._sent = 0

    async def send(self, payload: bytes, type_: int = ssm_frames.OUTPUT) -> None:
        frame = Frame("input_stream_data", self._sent, payload, type_, 0, uuid4())
        self._sent += 1
        await self.socket.send_bytes(frame.pack(0))

    async def until(self, text: str) -> None:
        """Read until the terminal shows the text, or the channel is closed."""
        while text not in self.shown and not self.closed:
            frame = ssm_frames.unpack(await self.socket.receive_bytes(timeout=10))
            if frame.kind == "acknowledge":
                told = msgspec.json.decode(frame.payload)
                self.acknowledged.append(told["AcknowledgedMessageSequenceNumber"])
            elif frame.kind == "channel_closed":
                self.closed = True
            elif frame.type == ssm_frames.HANDSHAKE_REQUEST:
                answer = {"ClientVersion": "1.2.707.0", "ProcessedClientActions": [], "Errors": []}
                await self.send(msgspec.json.encode(answer), ssm_frames.HANDSHAKE_RESPONSE)
            elif frame.type == ssm_frames.OUTPUT:
                self.shown += frame.payload.decode()


async def begin(account: RunningServer, connect: Connect, command: str) -> Any:
    ecs = await connect(account, "ecs")
    tasks = await ecs.list_tasks(cluster="checkout", serviceName="payments")
    answer = await ecs.execute_command(
        cluster="checkout",
        task=tasks["taskArns"][0],
        container="payments",
        command=command,
        interactive=True,
    )
    return answer["session"]


def opening(token: str) -> str:
    said = {"MessageSchemaVersion": "1.0", "RequestId": str(uuid4()), "TokenValue": token}
    return msgspec.json.encode({**said, "ClientVersion": "1.2.707.0"}).decode()


async def test_a_shell_echoes_what_is_typed_and_ends_when_it_is_left(
    account: RunningServer, connect: Connect
) -> None:
    session = await begin(account, connect, "/bin/sh")
    assert session["streamUrl"].startswith("ws://127.0.0.1:")
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(session["streamUrl"]) as socket,
    ):
        await socket.send_str(opening(session["tokenValue"]))
        plugin = Plugin(socket)
        await plugin.until(PROMPT)
        for key in "echo hallo":
            await plugin.send(key.encode())
        await plugin.send(b"\r")
        await plugin.until("\r\nhallo\r\n" + PROMPT)
        await plugin.send(b"exit\r")
        await plugin.until("never")
        assert plugin.closed
        assert plugin.acknowledged == list(range(13))


async def test_a_command_that_is_no_shell_runs_and_ends(
    account: RunningServer, connect: Connect
) -> None:
    session = await begin(account, connect, "whoami")
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(session["streamUrl"]) as socket,
    ):
        await socket.send_str(opening(session["tokenValue"]))
        plugin = Plugin(socket)
        await plugin.until("never")
        assert plugin.shown == "1000:1000\r\n"


async def test_a_wrong_token_opens_nothing(account: RunningServer, connect: Connect) -> None:
    session = await begin(account, connect, "sh")
    async with aiohttp.ClientSession() as http:
        async with http.ws_connect(session["streamUrl"]) as socket:
            await socket.send_str(opening("guessed"))
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        async with http.get(session["streamUrl"].replace("ws", "http", 1)) as answer:
            assert answer.status == 404


def test_a_frame_comes_back_as_it_went() -> None:
    frame = Frame("output_stream_data", 7, "Zoë".encode(), 1, 2, uuid4())
    assert ssm_frames.unpack(frame.pack(1.5)) == frame
    with pytest.raises(ValueError, match="cut or changed"):
        ssm_frames.unpack(frame.pack(1.5)[:-1])
    with pytest.raises(ValueError, match="not a frame"):
        ssm_frames.unpack(b"hello")


class Typed:
    """Keys typed on a terminal of the demo, and what it has shown since the last ones."""

    def __init__(self, world: World) -> None:
        task = next(iter(world.clusters["checkout"].services["web"].tasks.values()))
        self.shown = ""
        self.terminal = Terminal(box_of(world, Session("", task, "web")), self._show)
        self.code = asyncio.ensure_future(self.terminal.run(["/bin/sh"]))

    async def _show(self, data: bytes) -> None:
        self.shown += data.decode()

    async def __call__(self, keys: str) -> str:
        self.shown = ""
        await self.terminal.type(keys)
        return self.shown


async def test_the_line_editor(world: World) -> None:
    typed = Typed(world)
    assert await typed("") == ""
    await asyncio.sleep(0)
    assert typed.shown == PROMPT
    assert await typed("ab\x7f") == "ab\b \b"
    assert await typed("\x03") == "^C\r\n" + PROMPT
    assert await typed("nope\r") == "nope\r\nsh: nope: not found\r\n" + PROMPT
    assert await typed("\r") == "\r\n" + PROMPT
    assert "APP_VERSION=4.18.2\r\n" in await typed("env\r")
    assert "syntax error" in await typed('echo "\r')
    assert await typed("sleep 60\r") == "sleep 60\r\n"
    assert await typed("\x03") == "^C\r\n" + PROMPT
    assert await typed("stty -echo\r") == "stty -echo\r\n" + PROMPT
    assert await typed("echo $?\r") == "0\r\n" + PROMPT
    assert await typed("exit 4\r") == ""
    assert await typed.code == 4


SCRIPTS = {
    "echo a; false || echo b && echo $?": "a\nb\n0\n",
    "x=1; echo ok": "sh: x=1: not found\nok\n",
    "printf 'one\\ntwo\\n' | wc -c": "8\n",
    'sh -c \'"$@"; echo "code $?"\' sh sh -c "exit 3"': "code 3\n",
    "echo hi > /tmp/f && cat /tmp/f && [ -f /tmp/f ] && echo is": "hi\nis\n",
    "echo Zm9v | base64 -d 2>/dev/null; printf '%s|' \"$(hostname)\"; echo": "",
    "command -v bash >/dev/null && exec bash || exec sh -c 'echo sh'": "sh\n",
    "mkdir -p /a/b; echo 1 >/a/b/c; tar cf - -C /a b | tar xf - -C /tmp; cat /tmp/b/c": "1\n",
    "printf '1\\n2\\n3\\n' | head -2; printf '1\\n2\\n' | head -n 1": "1\n2\n1\n",
    "cat /nowhere": "cat: can't open '/nowhere': No such file or directory\n",
    "printf 'x\\n.\\ny\\n' | sed -n '/^[.]$/q;p'": "x\n",
    "ls /tmp/nothing || { echo no; echo more; }": "ls: /tmp/nothing: No such file or directory\n"
    "no\nmore\n",
}


@pytest.mark.parametrize("script", SCRIPTS)
async def test_the_shell_knows_as_much_as_scripts_need(world: World, script: str) -> None:
    task = next(iter(world.clusters["checkout"].services["web"].tasks.values()))
    written = bytearray()

    async def write(data: bytes) -> None:
        written.extend(data)

    shell = Shell(box_of(world, Session("", task, "web")))
    await shell.script(script, Input.of(b""), write, write)
    if SCRIPTS[script]:
        assert written.decode() == SCRIPTS[script]
    else:
        assert written.decode().endswith(f"{shell.box.host}|\n")
