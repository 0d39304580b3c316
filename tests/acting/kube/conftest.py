"""A demo account for each file of tests, since most of a test's time would go into making one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from containerscope.action_log import ActionLog
from containerscope.clients.aws import connect
from containerscope.demo.account import demo_world
from containerscope.demo.clock import StillClock
from containerscope.demo.server import RunningServer, serve
from containerscope.model.kube_access import KubeAccess
from containerscope.resource import Target
from tests.acting.conftest import Scene
from tests.acting.kube.scene import KubeScene
from tests.resources.wire import REGION, Nobody


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[RunningServer]:
    """The account on the wire; tests of one file change different things of it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        server = await serve(demo_world(StillClock()))
    yield server
    await server.close()


@pytest_asyncio.fixture(loop_scope="module")
async def opened(served: RunningServer, tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    """`await opened(read_only=True)` is the cluster for somebody, with a log of the test's own."""
    scenes: list[Scene] = []

    async def made(*, read_only: bool = False, as_user: str = "") -> KubeScene:
        target = Target(
            region=REGION, endpoint_url=served.url, access_key="AKIADEMO", secret_key="demo"
        )
        clients = await connect(
            target,
            read_only=read_only,
            rate_share=0,
            sign_in=Nobody(),
            clock=served.world.clock,
            kube=KubeAccess(impersonate=as_user),
        )
        log = ActionLog(tmp_path / f"state-{len(scenes)}")
        clients.actions = log
        scenes.append(Scene(served.world, served, clients, log))
        return KubeScene(scenes[-1])

    yield made
    for each in scenes:
        await each.clients.close()


@pytest_asyncio.fixture(loop_scope="module")
async def kube(opened: Callable[..., Any]) -> KubeScene:
    """The cluster for somebody who may do everything."""
    scene: KubeScene = await opened()
    return scene


@pytest_asyncio.fixture(loop_scope="module")
async def kube_as(opened: Callable[..., Any]) -> Callable[..., Any]:
    """`await kube_as(rules)` is the cluster for somebody whom RBAC allows these rules only."""

    async def made(*rules: dict[str, Any]) -> KubeScene:
        scene: KubeScene = await opened(as_user="kim")
        scene.allow("kim", *rules)
        return scene

    return made
