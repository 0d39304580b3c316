"""The only place that starts child processes: from argument lists, never through a shell."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import IO

from containerscope.model.listing import ApiError, Problem, RefusedError, Why

_GRACE = 3.0
"""Seconds between asking a child to end and killing it."""


class Purpose(enum.Enum):
    """What a child process is for."""

    DEMO = "run the demo account"
    SHELL = "run a command in a container"
    FORWARD = "forward a port"
    CREDENTIALS = "ask a credential plugin of the kubeconfig"
    EDITOR = "edit an object in your editor"


READ_ONLY = frozenset({Purpose.DEMO, Purpose.CREDENTIALS})
"""The purposes that read-only lets through."""


@dataclass(frozen=True)
class Finished:
    """How a child process ended."""

    code: int
    out: str
    err: str


def _failed(purpose: Purpose, message: str) -> ApiError:
    return ApiError(Problem(Why.FAILED, f"process:{purpose.name.lower()}", message))


def _allow(purpose: Purpose, read_only: bool) -> None:
    if read_only and purpose not in READ_ONLY:
        operation = f"process:{purpose.name.lower()}"
        message = f"read-only refuses to {purpose.value}"
        remedy = "start without --read-only to allow changes"
        raise RefusedError(Problem(Why.DENIED, operation, message, remedy=remedy))


class Child:
    """A running child process that ends with us.

    Its standard input is a pipe that stays open: it is told to end by the pipe's end, which comes
    even when this process is killed.
    """

    def __init__(self, purpose: Purpose, process: subprocess.Popen[bytes], err: IO[bytes]) -> None:
        self._purpose = purpose
        self._process = process
        self._err = err

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def line(self, timeout: float) -> str:
        """The next line it prints; raises `ApiError` when none comes in time."""
        lines: list[bytes] = []
        reader = threading.Thread(target=lambda: lines.append(self._out.readline()), daemon=True)
        reader.start()
        reader.join(timeout)
        if not lines or not lines[0].strip():
            said = self._said()
            state = "said nothing" if self.running else f"ended with {self._process.poll()}"
            self.close()
            message = f"could not {self._purpose.value}: it {state}{said and ': '}{said}"
            raise _failed(self._purpose, message)
        return lines[0].decode("utf-8", "replace").strip()

    @property
    def _out(self) -> IO[bytes]:
        if self._process.stdout is None:
            raise ValueError("a child is started with its output piped")
        return self._process.stdout

    def _said(self) -> str:
        self._err.seek(0)
        lines = self._err.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""

    def close(self) -> None:
        """End it: first by its input, then by force."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        for force in (self._process.terminate, self._process.kill, None):
            try:
                self._process.wait(_GRACE)
                break
            except subprocess.TimeoutExpired:
                if force is not None:
                    force()
        self._out.close()
        self._err.close()


def start(
    purpose: Purpose,
    arguments: Sequence[str],
    *,
    read_only: bool,
    environment: Mapping[str, str] | None = None,
) -> Child:
    """Start a child that serves us in the background; usable before there is an event loop."""
    _allow(purpose, read_only)
    err = tempfile.TemporaryFile()  # noqa: SIM115 - the child's, closed with it
    try:
        process = subprocess.Popen(
            list(arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=err,
            env=None if environment is None else dict(environment),
            # Out of the terminal's group: ctrl+c is for the program, which then ends the child.
            start_new_session=os.name != "nt",
        )
    except OSError as error:
        err.close()
        raise _failed(purpose, f"could not {purpose.value}: {error}") from error
    return Child(purpose, process, err)


async def run(
    purpose: Purpose,
    arguments: Sequence[str],
    *,
    read_only: bool,
    timeout: float = 60.0,
    environment: Mapping[str, str] | None = None,
) -> Finished:
    """Run a child to its end, without input, and return what it printed."""
    _allow(purpose, read_only)
    try:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=None if environment is None else dict(environment),
        )
    except OSError as error:
        raise _failed(purpose, f"could not {purpose.value}: {error}") from error
    try:
        out, err = await asyncio.wait_for(process.communicate(), timeout)
    except TimeoutError as error:
        raise _failed(purpose, f"could not {purpose.value}: no end in {timeout:g} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    code = process.returncode or 0
    return Finished(code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


@asynccontextmanager
async def opened(
    purpose: Purpose,
    arguments: Sequence[str],
    *,
    read_only: bool,
    environment: Mapping[str, str] | None = None,
    stdin: int | None = None,
    stdout: int | None = None,
    stderr: int | None = None,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A running child, ended when the block is left; without files of its own it has the terminal.

    It shares our process group, so that what is typed there reaches it as it would in a shell.
    """
    _allow(purpose, read_only)
    try:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env=None if environment is None else dict(environment),
        )
    except OSError as error:
        raise _failed(purpose, f"could not {purpose.value}: {error}") from error
    try:
        yield process
    finally:
        await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End a child: first kindly, then by force, whatever becomes of us meanwhile."""
    for force in (process.terminate, process.kill):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            force()
        with contextlib.suppress(TimeoutError):
            await asyncio.shield(asyncio.wait_for(process.wait(), _GRACE))


_WATCHED = """
import signal, subprocess, sys, threading
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
def end(*_):
    child.terminate()
    try:
        child.wait(3)
    except subprocess.TimeoutExpired:
        child.kill()
def watch():
    sys.stdin.buffer.read()
    end()
signal.signal(signal.SIGTERM, end)
threading.Thread(target=watch, daemon=True).start()
code = child.wait()
sys.exit(code if code >= 0 else 128 - code)
"""
"""A program that runs another one until its own input ends, which comes even when we are killed."""


@asynccontextmanager
async def kept(
    purpose: Purpose,
    arguments: Sequence[str],
    *,
    read_only: bool,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A child that serves in the background and ends with us, however we end; its output is piped.

    It has a session of its own: ctrl+c is for whoever has the terminal.
    """
    _allow(purpose, read_only)
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", "-c", _WATCHED, *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=None if environment is None else dict(environment),
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise _failed(purpose, f"could not {purpose.value}: {error}") from error
    try:
        yield process
    finally:
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.shield(asyncio.wait_for(process.wait(), _GRACE + 1))
        await _ended(process)
