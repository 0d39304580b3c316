"""The commands as a shell runs them, against a demo account that this process can spoil."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from containerscope.cli.run import run
from containerscope.demo.account import demo_world
from containerscope.demo.clock import StillClock
from containerscope.demo.server import RunningServer, serve


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """Runs commands in this process."""

    captured: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Ran:
        """Run `containerscope` with these arguments."""
        self.captured.readouterr()
        code = run(arguments)
        out, err = self.captured.readouterr()
        return Ran(code, out, err)


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    """`shell("get", "services")` is how that ends."""
    return Shell(capsys)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningServer]:
    """The demo account in a thread, set up for the commands as any AWS endpoint is."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    starting = asyncio.run_coroutine_threadsafe(serve(demo_world(StillClock())), loop)
    server = starting.result(30)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIADEMO")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "demo")
    yield server
    asyncio.run_coroutine_threadsafe(server.close(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(30)
    loop.close()
