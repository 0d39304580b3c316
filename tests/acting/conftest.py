"""Actions on the demo account over the wire, with a log in a folder of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from containerscope.acting import Order, Outcome, Preview, follow, look, preview, run
from containerscope.action_log import ActionLog, Entry
from containerscope.clients.aws import AwsClients, connect
from containerscope.demo.clock import StillClock
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from containerscope.model.listing import Item
from containerscope.plan import Stage
from containerscope.resource import Scope, Target
from containerscope.resources import find
from tests.resources.wire import REGION, Nobody


@dataclass
class Scene:
    """The account, who acts on it and what is written down."""

    world: World
    account: RunningServer
    clients: AwsClients
    log: ActionLog

    def order(self, resource: str, action: str, *names: str, cluster: str = "checkout") -> Order:
        """The action of this id on things of these names or ARNs."""
        found = find(resource)
        assert found is not None
        wanted = next(each for each in found.actions if each.id == action)
        items: tuple[Item[Any], ...] = tuple(
            Item(name, name.rsplit("/", 1)[-1], cluster=cluster) for name in names
        )
        return Order(found, wanted, Scope(region=REGION, cluster=cluster), items)

    async def previewed(self, order: Order, answer: str = "") -> Preview:
        """What it would do now."""
        return preview(order, await look(self.clients, order), answer)

    async def done(self, order: Order, answer: str = "") -> tuple[Outcome, ...]:
        """Do it."""
        return await run(self.clients, order, await self.previewed(order, answer), answer)

    async def followed(self, order: Order, outcome: Outcome, every: float = 3.0) -> list[Stage]:
        """Every stage until it is at its end."""
        stages: list[Stage] = []
        await follow(self.clients, order, outcome, stages.append, every)
        return stages

    def sent(self, operation: str) -> list[Any]:
        """The parameters of every call of this operation that reached the account."""
        return [each.params for each in self.account.requests if each.operation == operation]

    def written(self) -> list[Entry]:
        """Every line of the log."""
        return list(self.log.read())


@pytest.fixture
def scene_with(
    account: RunningServer, world: World, still_clock: StillClock, tmp_path: Path
) -> Callable[..., Any]:
    """`await scene_with(read_only=True)` is the scene."""

    async def made(*, read_only: bool = False) -> Scene:
        target = Target(
            region=REGION, endpoint_url=account.url, access_key="AKIADEMO", secret_key="demo"
        )
        clients = await connect(
            target, read_only=read_only, rate_share=0, sign_in=Nobody(), clock=still_clock
        )
        log = ActionLog(tmp_path / "state")
        clients.actions = log
        return Scene(world, account, clients, log)

    return made


@pytest.fixture
async def scene(scene_with: Callable[..., Any]) -> AsyncIterator[Scene]:
    """An account that may be changed."""
    scene: Scene = await scene_with()
    yield scene
    await scene.clients.close()
