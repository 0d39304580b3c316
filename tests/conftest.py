"""What every test stands on: an environment of its own and, where asked for, an AWS account."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

from containerscope.demo.account import demo_world
from containerscope.demo.clock import StillClock
from containerscope.demo.server import RunningServer, serve
from containerscope.demo.world import World

# The same examples on every run, so that a change is judged by what it changed; new ones are looked
# for with `make fuzz`.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=500, deadline=None, print_blob=True)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def own_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A home of the test's own: no settings, credentials, proxies or metadata of the machine."""
    for name in list(os.environ):
        proxy = name.lower().endswith("_proxy")
        if proxy or name.startswith(("AWS_", "CONTAINERSCOPE_", "BOTO_")) or name == "NO_COLOR":
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    for name in ("config", "credentials"):
        (home / name).touch()
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "credentials"))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for name in ("CONFIG", "CACHE", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / f"xdg-{name.lower()}"))
    return home


@pytest.fixture
def still_clock() -> StillClock:
    """The clock that the account's world goes by; it moves when told to."""
    return StillClock()


@pytest.fixture
def world(still_clock: StillClock) -> World:
    """The demo account's state, the same in every test; tests may change it."""
    return demo_world(still_clock)


@pytest.fixture
async def account(world: World) -> AsyncIterator[RunningServer]:
    """The demo account behind the real wire protocols, in the test's own event loop."""
    server = await serve(world)
    yield server
    await server.close()
