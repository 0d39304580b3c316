"""The demo's Kubernetes API, and any other that the environment names, keeps the contract."""

from __future__ import annotations

import asyncio
import os
import re
import time

import pytest

from containerscope.demo.account import demo_world
from containerscope.demo.clock import StillClock
from containerscope.demo.server import serve
from tests.demo.kube_contract import CHECKS, Target, hold
from tests.demo.kube_wire import role_token, token

URL = os.environ.get("CONTAINERSCOPE_KUBE_CONTRACT_URL", "")
"""A server of one's own, whose administrator has the token in …_TOKEN, and a user without any
rights that in …_NOBODY_TOKEN. …_HAS lists what `needs` in the contract may ask for, …_VERSION the
version, for a server that was built without one."""


def _target_from_environment() -> Target:
    def named(name: str) -> str:
        return os.environ.get(f"CONTAINERSCOPE_KUBE_CONTRACT_{name}", "")

    return Target(
        URL.rstrip("/"),
        {"admin": named("TOKEN"), "nobody": named("NOBODY_TOKEN")},
        frozenset(named("HAS").replace(",", " ").split()),
        {"ns": f"contract-{int(time.time())}"},
        tuple(int(each) for each in re.findall(r"\d+", named("VERSION"))[:2]),
    )


async def _demo() -> dict[str, str | None]:
    world = demo_world(StillClock())
    server = await serve(world)
    try:
        cluster = world.kube["platform"]
        cluster.store.compact()
        target = Target(
            f"{world.kube_url}/platform",
            {
                "admin": token(server.url, "platform"),
                "nobody": await role_token(server.url, "platform", "ci-deploy"),
            },
            frozenset({"bookmarks", "compaction", "progress", "watch-list"}),
            {"ns": "contract"},
        )
        return await hold(target)
    finally:
        await server.close()


@pytest.fixture(scope="module")
def demo_results() -> dict[str, str | None]:
    """What became of each check on the demo account's own API server."""
    return asyncio.run(_demo())


@pytest.fixture(scope="module")
def other_results() -> dict[str, str | None]:
    """What became of each check on the server that the environment names."""
    return asyncio.run(hold(_TARGET))


_TARGET = _target_from_environment()


def _judge(result: str | None) -> None:
    if result is not None and result.startswith("skipped: "):
        pytest.skip(result.removeprefix("skipped: "))
    assert result is None, result


@pytest.mark.parametrize("name", [each["name"] for each in CHECKS])
def test_the_demo_keeps_the_contract(demo_results: dict[str, str | None], name: str) -> None:
    _judge(demo_results[name])


@pytest.mark.skipif(not URL, reason="CONTAINERSCOPE_KUBE_CONTRACT_URL names no server")
@pytest.mark.parametrize("name", [each["name"] for each in CHECKS if URL] or ["all"])
def test_another_server_keeps_the_contract(other_results: dict[str, str | None], name: str) -> None:
    _judge(other_results[name])


def test_every_check_of_the_contract_has_a_name_of_its_own() -> None:
    names = [each["name"] for each in CHECKS]
    assert len(set(names)) == len(names) >= 100
