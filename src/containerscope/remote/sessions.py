"""Terminals and commands through Session Manager: ECS Exec, and instances."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
import shlex
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from containerscope.clients import plugin, process
from containerscope.clients.plugin import Call, Opened
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.plan import Request, Step
from containerscope.remote.ended import End
from containerscope.remote.terminal import given_away, unless_left

_SCRIPT = (
    "stty -echo -onlcr 2>/dev/null; printf '\\n%s\\n' {begin}; \"$@\"; "
    "printf '\\n%s:%s\\n' {end} \"$?\""
)
_BANNER = re.compile(
    rb"\A\s*Starting session with SessionId:[^\n]*\n"
    rb"|(?:\r?\n){0,2}Exiting session with sessionId:[^\n]*\s*\Z"
)
"""What the plugin says for itself."""
_ENOUGH = 64 * 1024
"""Bytes of which the end is kept to say why a session did not begin."""


async def started(clients: Any, request: Request, target: str) -> Call:
    """Ask AWS for a session, and how the plugin is started for it; raises `ApiError`.

    The token that comes is handed to the plugin and to nobody else.
    """
    found = await plugin.find(clients.plugin, read_only=clients.read_only)
    answer = await clients.call(request.service, request.operation, **request.params)
    opened = Opened.of(answer.get("session") or answer)
    asked: Mapping[str, object] = request.params if request.service == "ssm" else {"Target": target}
    return found.call(
        opened,
        asked,
        region=clients.region,
        profile=clients.profile,
        endpoint=await clients.endpoint("ssm"),
    )


async def terminal(clients: Any, step: Step) -> End:
    """Give the terminal to a session until it ends."""
    request = step.opened
    with given_away() as given:
        call = await unless_left(started(clients, request, step.mark))
        if call is None:
            return End(None, "left before it was opened")
        async with process.opened(
            process.Purpose.SHELL,
            call.arguments,
            read_only=clients.read_only,
            environment=call.environment,
        ) as child:
            code = await child.wait()
            if code < 0:
                given.died()
    if code < 0:
        return End(None, f"the plugin was ended by signal {-code}", broken=True)
    if code:
        return End(None, f"the plugin ended with {code}", broken=True)
    return End()


async def piped(
    clients: Any,
    step: Step,
    argv: Sequence[str],
    out: Any,
    given: AsyncIterator[bytes] | None = None,
) -> End:
    """Run a command in a container and pass on what it writes, errors included: one terminal."""
    async with conversation(clients, step, argv) as talk:
        feeding = asyncio.ensure_future(_fed(talk, given)) if given is not None else None
        try:
            code = await talk.pass_on(out)
        finally:
            if feeding is not None:
                feeding.cancel()
                await asyncio.gather(feeding, return_exceptions=True)
    return End(code)


async def _fed(talk: Conversation, given: AsyncIterator[bytes]) -> None:
    last = b"\n"
    async for data in given:
        await talk.type(data)
        last = data[-1:]
    # The terminal on the other side takes ctrl+d at the start of a line for the end; in the middle
    # of one it hands over what there is of it.
    await talk.type(b"\x04" if last == b"\n" else b"\x04\x04")


async def plain(clients: Any, step: Step, out: Any) -> End:
    """Run a command as it is, with no shell around it: its exit code is not told."""
    said = bytearray()
    async with _plugin(clients, step.opened, step.mark) as (child, _):
        assert child.stdout is not None, "its output is piped"
        while data := await child.stdout.read(1 << 15):
            said += data
        await child.wait()
    text = _BANNER.sub(b"", bytes(said)).replace(b"\r\n", b"\n")
    out(text)
    return End()


class Conversation:
    """A command that runs in a container while we talk with it, on a terminal of our own."""

    def __init__(
        self, process_: asyncio.subprocess.Process, keys: int, begin: bytes, end: bytes
    ) -> None:
        self._process = process_
        self._keys = keys
        self._begin, self._end = begin, end
        self._buffer = bytearray()
        self._returns = False
        """Whether lines end in a carriage return too, where the other side has no stty."""

    async def begin(self) -> None:
        """Wait until the command runs; raises `ApiError` with what came instead."""
        mark = b"\n" + self._begin
        while True:
            at = self._buffer.find(mark)
            rest = at + len(mark)
            if at >= 0 and b"\n" in self._buffer[rest:]:
                break
            if not await self._more():
                raise _unstarted(bytes(self._buffer))
        self._returns = self._buffer[rest : rest + 1] == b"\r"
        del self._buffer[: self._buffer.index(b"\n", rest) + 1]

    async def type(self, data: bytes) -> None:
        """Send as if it was typed, as fast as it is read; can be cancelled in between."""
        while data:
            try:
                data = data[os.write(self._keys, data) :]
            except BlockingIOError:
                await _room(self._keys)

    async def pass_on(self, out: Any) -> int | None:
        """Hand on what is written until the command ends; its exit code."""
        mark = b"\n" + self._end + b":"
        while True:
            at = self._buffer.find(mark)
            whole = re.match(rb"(\d+)\r?\n", self._buffer[at + len(mark) :]) if at >= 0 else None
            # What may be the beginning of the mark is kept back.
            ready = at if at >= 0 else max(0, len(self._buffer) - len(mark) - 1)
            if ready:
                data = bytes(self._buffer[:ready])
                del self._buffer[:ready]
                if self._returns:
                    kept = b"\r" if data.endswith(b"\r") else b""
                    data = data[: len(data) - len(kept)].replace(b"\r\n", b"\n")
                    self._buffer[:0] = kept if at < 0 else b""
                out(data)
            if whole is not None:
                return int(whole[1])
            if not await self._more():
                raise _broken()

    async def _more(self) -> bool:
        assert self._process.stdout is not None
        data = await self._process.stdout.read(1 << 15)
        self._buffer += data
        return bool(data)


@contextlib.asynccontextmanager
async def conversation(
    clients: Any, step: Step, argv: Sequence[str]
) -> AsyncIterator[Conversation]:
    """Run a command so that its output and exit code can be told from what the plugin says."""
    token = secrets.token_hex(8)
    begin, end = f"<{token}", f"{token}>"
    script = _SCRIPT.format(begin=f"'{begin}'", end=f"'{end}'")
    request = step.opened
    command = shlex.join(["sh", "-c", script, "sh", *argv])
    request = Request(
        request.service, request.operation, request.where, {**request.changes, "command": command}
    )
    async with _plugin(clients, request, step.mark) as (child, keys):
        talk = Conversation(child, keys, begin.encode(), end.encode())
        await talk.begin()
        yield talk


@contextlib.asynccontextmanager
async def _plugin(
    clients: Any, request: Request, target: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """The plugin on a terminal of our own, on which we type; its output is piped."""
    import pty
    import tty  # not on Windows

    call = await started(clients, request, target)
    keys, terminal_side = pty.openpty()
    try:
        tty.setraw(terminal_side)
        os.set_blocking(keys, False)
        async with process.opened(
            process.Purpose.SHELL,
            call.arguments,
            read_only=clients.read_only,
            environment=call.environment,
            stdin=terminal_side,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        ) as child:
            yield child, keys
    finally:
        os.close(terminal_side)
        os.close(keys)


async def _room(keys: int) -> None:
    """Wait until a terminal takes more: whoever reads it may never do so again."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_writer(keys, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_writer(keys)


def _unstarted(said: bytes) -> ApiError:
    """What the plugin or the container said in place of running the command."""
    text = said[-_ENOUGH:].decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(("Starting session", "Exiting session"))]
    words = "; ".join(lines[-3:]) or "the session ended before the command ran"
    remedy = "a container without `sh` runs what is given with --raw only"
    return ApiError(Problem(Why.FAILED, "ecs:ExecuteCommand", words, remedy=remedy))


def _broken() -> ApiError:
    message = "the session ended before the command did"
    return ApiError(Problem(Why.UNREACHABLE, "ecs:ExecuteCommand", message))
