"""Where containers write, as a list: what it costs, what it says, who else writes there."""

from __future__ import annotations

from typing import Any

from containerscope.block import LogBlock
from containerscope.clients.aws import AwsClients
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from containerscope.resource import Demand
from containerscope.resources import used_by
from containerscope.resources.logs import RESOURCE
from tests.resources.around import cells, found
from tests.resources.wire import HERE, labelled, listed, pane

SHOP = HERE.within(cluster="checkout")
CART = SHOP.within(service="cart")


def define(world: World, name: str, logs: dict[str, Any] | None) -> None:
    """Let the first container of a service of the shop write like this."""
    body = world.clusters["checkout"].services[name].definition.containers[0]
    body.pop("logConfiguration", None)
    if logs is not None:
        body["logConfiguration"] = logs


async def test_each_container_of_a_service_says_where_it_writes(
    clients: AwsClients, account: RunningServer, world: World
) -> None:
    define(world, "search", {"logDriver": "splunk", "options": {"splunk-url": "https://s.example"}})
    define(world, "web", None)
    listing = await listed(RESOURCE, clients, SHOP)
    assert listing.complete
    rows = {
        (found(item).service, item.name): cells(RESOURCE, item, "health", "to", "group", "stream")
        for item in listing.items
    }
    assert rows["cart", "cart"] == (
        "", "FireLens, to CloudWatch Logs", "/ecs/checkout/cart", "cart/cart-firelens-*",
    )  # fmt: skip
    assert rows["search", "search"] == ("", "Splunk https://s.example", None, None)
    assert rows["web", "web"][:2] == ("not kept anywhere", "nowhere: no log configuration")
    services = len(world.clusters["checkout"].services)
    assert account.calls["ecs:DescribeTaskDefinition"] == services
    assert account.calls["ecs:ListServices"] == 1


async def test_a_service_of_its_own_takes_a_describe_and_a_definition(
    clients: AwsClients, account: RunningServer
) -> None:
    listing = await listed(RESOURCE, clients, CART)
    assert [item.name for item in listing.items] == ["cart", "log-router"]
    assert dict(account.calls) == {
        "ecs:DescribeServices": 1,
        "ecs:DescribeTaskDefinition": 1,
    }


async def test_a_row_leads_to_its_lines_and_to_who_else_writes_there(clients: AwsClients) -> None:
    listing = await listed(RESOURCE, clients, CART)
    item = listing.items[0]
    assert RESOURCE.logs is not None
    sources = await RESOURCE.logs(clients, CART, item)
    assert {each.label.partition("/")[2] for each in sources.found} == {"cart"}
    blocks = await pane(RESOURCE, clients, listing, "cart", "Overview")
    assert labelled(blocks)["Log group"] == "/ecs/checkout/cart"
    assert any(isinstance(block, LogBlock) and block.lines for block in blocks)
    assert RESOURCE.used_by is not None
    scope = HERE.within(parent=RESOURCE.used_by(item))
    users = await listed(used_by.RESOURCE, clients, scope, Demand(everything=True))
    assert [(each.name, found(each).ways) for each in users.items] == [
        ("cart", ("logs of cart", "logs of log-router"))
    ]
    whole = await RESOURCE.read(clients, CART, item)
    assert whole["logConfiguration"]["logDriver"] == "awsfirelens"


async def test_a_definition_that_may_not_be_read_leaves_a_problem(
    clients: AwsClients, account: RunningServer
) -> None:
    account.faults.append(Fault(kind="denied", operation="DescribeTaskDefinition"))
    listing = await listed(RESOURCE, clients, CART)
    assert listing.items == ()
    assert [each.permission for each in listing.problems] == ["ecs:DescribeTaskDefinition"]
