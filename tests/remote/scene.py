"""Clients that may go into what the demo account has, and a log of what they open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from containerscope.acting import Order, again, look, preview
from containerscope.action_log import ActionLog
from containerscope.clients.aws import AwsClients, connect
from containerscope.demo.server import RunningServer
from containerscope.model.listing import Item
from containerscope.plan import Step
from containerscope.remote.forwards import Forwards
from containerscope.resource import Scope, Target
from containerscope.resources import find
from tests.resources.wire import REGION, Nobody

CLUSTER, SPACE = "sandbox", "experiments"


@dataclass
class Remote:
    """An account, and who goes into it."""

    account: RunningServer
    clients: AwsClients

    def pod(self, prefix: str = "chat-api") -> str:
        """The name of a pod that runs."""
        entries = self.account.world.kube[CLUSTER].store.all(("", "pods"), SPACE)
        found = (each for each in entries if each.object()["status"].get("phase") == "Running")
        return next(each.name for each in found if each.name.startswith(prefix))

    def order(self, kind: str, action: str, name: str, part: str = "") -> Order:
        """An action on a pod of the sandbox, or a task or a service of checkout."""
        resource = find(kind)
        assert resource is not None
        found = next(each for each in resource.actions if each.id == action)
        if part and found.of_part is not None:
            found = found.of_part(part)
        pods = kind == "pods"
        scope = Scope(region=REGION, cluster=CLUSTER if pods else "checkout")
        item: Item[Any] = Item(name, name, cluster=scope.cluster)
        return Order(resource, found, scope.within(namespace=SPACE if pods else ""), (item,))

    async def step(self, order: Order, answer: str = "") -> Step:
        """What it would open."""
        (step,) = preview(order, await look(self.clients, order), answer).steps
        assert step.request is not None, step.refused
        return step

    async def anew(self, order: Order, answer: str) -> Step:
        """What it would open by now."""
        return await again(self.clients, order, answer)


@pytest.fixture
async def remote(aws: RunningServer, tmp_path: Path) -> AsyncIterator[Remote]:
    """By the machine's clock, with forwards and a log of its own."""
    target = Target(region=REGION, endpoint_url=aws.url, access_key="AKIA", secret_key="demo")
    clients = await connect(target, read_only=False, rate_share=0, sign_in=Nobody())
    clients.actions = ActionLog(tmp_path / "state")
    clients.forwards = Forwards()
    yield Remote(aws, clients)
    await clients.close()
    await asyncio.sleep(0)
