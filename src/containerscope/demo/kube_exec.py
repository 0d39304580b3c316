"""Exec, attach and port-forward over websockets, in the channel protocols of Kubernetes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from aiohttp import WSMsgType, web

from containerscope.demo.kube_logs import Run
from containerscope.demo.kube_request import truth
from containerscope.demo.kube_shell import Outcome, Shell
from containerscope.demo.kube_status import Body, bad_request, success
from containerscope.demo.kube_store import KubeStore

_PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
_STDIN, _STDOUT, _STDERR, _ERROR, _RESIZE, _CLOSE = 0, 1, 2, 3, 4, 255
_PULSE = 0.1


async def run_exec(request: web.Request, body: Body, container: str) -> web.StreamResponse:
    """Run the `command` of the query in a container."""
    command = request.query.getall("command", [])
    if not command:
        raise bad_request("you must specify at least 1 command for the container")
    socket = await _opened(request)
    shell = Shell(body, container)
    tty, stdin = truth(request.query, "tty"), truth(request.query, "stdin")
    interactive = stdin and command[0].rpartition("/")[2] in ("sh", "bash", "ash")
    if interactive and tty and len(command) == 1:
        code = await _terminal(socket, shell)
    else:
        given = await _all_stdin(socket) if stdin else ""
        done = shell.run(command, given)
        await _write(socket, done, tty)
        code = done.code
    await _close(socket, code)
    return socket


async def run_attach(request: web.Request, store: KubeStore, run: Run) -> web.StreamResponse:
    """Send what a container writes from now on, until the client goes."""
    socket = await _opened(request)
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
                await socket.send_bytes(bytes((channel,)) + _served(data))
    return socket


def _served(data: bytes) -> bytes:
    method = data.partition(b" ")[0]
    if method not in (b"GET", b"HEAD", b"POST", b"PUT", b"DELETE"):
        return data
    body = b'{"status":"ok"}\n'
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    )
    return head + (b"" if method == b"HEAD" else body)


async def _opened(request: web.Request) -> web.WebSocketResponse:
    if request.headers.get("Upgrade", "").lower() != "websocket":
        raise bad_request(
            "unable to upgrade: missing upgrade headers in request: only websockets are served here"
        )
    socket = web.WebSocketResponse(protocols=_PROTOCOLS)
    await socket.prepare(request)
    return socket


async def _all_stdin(socket: web.WebSocketResponse) -> str:
    """What the client sends until it closes its side, which only v5 can say."""
    parts: list[bytes] = []
    async for message in socket:
        if message.type is not WSMsgType.BINARY or not message.data:
            continue
        channel, data = message.data[0], message.data[1:]
        if channel == _CLOSE and data[:1] == bytes((_STDIN,)):
            break
        if channel == _STDIN:
            parts.append(data)
            if socket.ws_protocol != _PROTOCOLS[0]:
                break
    return b"".join(parts).decode(errors="replace")


async def _until_closed(socket: web.WebSocketResponse) -> None:
    async for _ in socket:
        pass


async def _terminal(socket: web.WebSocketResponse, shell: Shell) -> int:
    """A conversation: what is typed is echoed, and each line is run."""
    await _out(socket, shell.prompt)
    line, code = "", 0
    async for message in socket:
        if message.type is not WSMsgType.BINARY or not message.data:
            continue
        channel, data = message.data[0], message.data[1:]
        if channel == _CLOSE:
            break
        if channel != _STDIN:
            continue
        for char in data.decode(errors="replace"):
            if char == "\x04" and not line:
                return code
            if char in "\r\n":
                await _out(socket, "\r\n")
                done = shell.line(line)
                line, code = "", done.code
                await _write(socket, done, tty=True)
                if shell.exited is not None:
                    return shell.exited
                await _out(socket, shell.prompt)
            elif char in "\x7f\b":
                if line:
                    line = line[:-1]
                    await _out(socket, "\b \b")
            elif char == "\x03":
                line = ""
                await _out(socket, "^C\r\n" + shell.prompt)
            else:
                line += char
                await _out(socket, char)
    return code


async def _out(socket: web.WebSocketResponse, text: str) -> None:
    await socket.send_bytes(bytes((_STDOUT,)) + text.encode())


async def _write(socket: web.WebSocketResponse, done: Outcome, tty: bool) -> None:
    if tty:
        text = (done.out + done.error).replace("\n", "\r\n")
        if text:
            await _out(socket, text)
        return
    for channel, text in ((_STDOUT, done.out), (_STDERR, done.error)):
        if text:
            await socket.send_bytes(bytes((channel,)) + text.encode())


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
