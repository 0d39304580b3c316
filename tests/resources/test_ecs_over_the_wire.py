"""Every ECS resource against the demo account, over the real protocol and the real clients."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from typing import Any

import pytest

from containerscope.clients.aws import AwsClients, connect
from containerscope.demo.server import RunningServer
from containerscope.model.health import Level
from containerscope.model.listing import Item, Listing
from containerscope.resource import Demand, Resource, Scope, Target
from containerscope.resources import find

CHECKOUT = Scope(region="eu-west-1", cluster="checkout")
PAYMENTS = CHECKOUT.within(service="payments")


class Nobody:
    """A sign-in that is never asked."""

    async def mfa_code(self, serial: str) -> str | None:
        raise AssertionError(serial)

    async def device_code(self, url: str, code: str, expires_in: float) -> None:
        raise AssertionError(url)

    async def device_done(self, message: str) -> None:
        raise AssertionError(message)


@pytest.fixture
async def clients(account: RunningServer) -> AsyncIterator[AwsClients]:
    """Clients of the demo account that may only read."""
    target = Target(
        region="eu-west-1", endpoint_url=account.url, access_key="AKIA0", secret_key="demo"
    )
    found = await connect(target, read_only=True, rate_share=0, sign_in=Nobody())
    yield found
    await found.close()


async def listed(
    name: str, clients: AwsClients, scope: Scope
) -> tuple[Resource[Any], Listing[Any]]:
    resource = find(name)
    assert resource is not None
    found = [listing async for listing in resource.lister(clients, scope, Demand())]
    return resource, found[-1]


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("services", Scope(region="eu-west-1")),
        ("services", PAYMENTS),
        ("tasks", Scope(region="eu-west-1")),
        ("tasks", PAYMENTS),
        ("containers", PAYMENTS),
        ("service-events", PAYMENTS),
        ("service-deployments", PAYMENTS),
        ("service-revisions", PAYMENTS),
        ("instances", Scope(region="eu-west-1")),
        ("capacity-providers", Scope(region="eu-west-1")),
    ],
)
async def test_a_list_is_complete_and_its_rows_open(
    clients: AwsClients, name: str, scope: Scope
) -> None:
    resource, listing = await listed(name, clients, scope)
    assert listing.complete
    assert listing.items
    item: Item[Any] = listing.items[0]
    assert await resource.read(clients, scope, item)
    assert resource.console is not None
    assert resource.console(scope, item).startswith("/ecs/v2/")
    for detail in resource.details:
        shown = [blocks async for blocks in detail.blocks(clients, scope, item)]
        assert shown[-1], detail.title


async def test_the_calls_of_services_are_those_of_the_formula(
    clients: AwsClients, account: RunningServer
) -> None:
    _, listing = await listed("services", clients, CHECKOUT)
    assert account.calls == {
        "ecs:ListServices": 1,
        "ecs:DescribeServices": math.ceil(len(listing.items) / 10),
    }


async def test_the_calls_of_tasks_are_those_of_the_formula(
    clients: AwsClients, account: RunningServer
) -> None:
    _, listing = await listed("tasks", clients, CHECKOUT)
    values: list[Any] = [item.value for item in listing.items]
    stopped = sum(value.desired_status == "STOPPED" for value in values)
    running = len(listing.items) - stopped
    assert account.calls == {
        "ecs:ListTasks": math.ceil(running / 100) + max(1, math.ceil(stopped / 100)),
        "ecs:DescribeTasks": math.ceil(len(listing.items) / 100),
    }


async def test_the_failing_service_says_so_and_its_tasks_say_why(clients: AwsClients) -> None:
    services, listing = await listed("services", clients, PAYMENTS)
    assert services.health(listing.items[0].value).level is Level.FAILED
    tasks, listing = await listed("tasks", clients, PAYMENTS)
    words = {tasks.health(item.value).words for item in listing.items}
    assert "CannotPullContainer: not found" in words
