"""One demo account for all tests of a file, which leave it as they found it or do not mind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from containerscope.demo.server import RunningServer
from tests.cli.conftest import Shell
from tests.threaded import threaded_account


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """The account in a thread of its own."""
    with threaded_account() as server:
        yield server


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
