"""One demo account for all tests of a file, which leave it as they found it or do not mind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from containerscope.demo.account import demo_world
from containerscope.demo.clock import StillClock
from containerscope.demo.server import RunningServer, serve
from tests.cli.conftest import Shell


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """The account in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    starting = asyncio.run_coroutine_threadsafe(serve(demo_world(StillClock())), loop)
    server = starting.result(30)
    yield server
    asyncio.run_coroutine_threadsafe(server.close(), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(30)
    loop.close()


@pytest.fixture
def aws(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> RunningServer:
    """It, as the commands find it, with nothing asked of it yet."""
    server.requests.clear()
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIADEMO")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "demo")
    return server


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    """`shell("exec", …)` is how that ends."""
    return Shell(capsys)
