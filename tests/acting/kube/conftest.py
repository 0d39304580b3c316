"""A demo account for each file of tests, since most of a test's time would go into making one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from containerscope.action_log import ActionLog
from containerscope.clients.aws import AwsClients, connect
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


async def somebody(served: RunningServer, as_user: str = "") -> AwsClients:
    """Clients that may change things, for oneself or for somebody else."""
    target = Target(
        region=REGION, endpoint_url=served.url, access_key="AKIADEMO", secret_key="demo"
    )
    return await connect(
        target,
        read_only=False,
        rate_share=0,
        sign_in=Nobody(),
        clock=served.world.clock,
        kube=KubeAccess(impersonate=as_user),
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def operator(served: RunningServer) -> AsyncIterator[AwsClients]:
    """Who may do everything."""
    clients = await somebody(served)
    yield clients
    await clients.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kim(served: RunningServer) -> AsyncIterator[AwsClients]:
    """Whom RBAC allows what a test says."""
    clients = await somebody(served, "kim")
    yield clients
    await clients.close()


def scene_of(served: RunningServer, clients: AwsClients, folder: Path) -> KubeScene:
    """The cluster for these clients, with a log of the test's own."""
    log = ActionLog(folder)
    clients.actions = log
    return KubeScene(Scene(served.world, served, clients, log))


@pytest_asyncio.fixture(loop_scope="module")
async def kube(served: RunningServer, operator: AwsClients, tmp_path: Path) -> KubeScene:
    """The cluster for somebody who may do everything."""
    return scene_of(served, operator, tmp_path / "state")


@pytest_asyncio.fixture(loop_scope="module")
async def kube_as(served: RunningServer, kim: AwsClients, tmp_path: Path) -> Callable[..., Any]:
    """`await kube_as(rules)` is the cluster for somebody whom RBAC allows these rules only."""

    async def made(*rules: dict[str, Any]) -> KubeScene:
        scene = scene_of(served, kim, tmp_path / "state-kim")
        scene.allow("kim", *rules)
        return scene

    return made
