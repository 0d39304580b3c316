"""The commands as a shell runs them, against a demo account that this process can spoil."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from containerscope.cli.run import run
from containerscope.demo.server import RunningServer
from tests.threaded import threaded_account


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
    with threaded_account() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIADEMO")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "demo")
        yield server
