"""Columns from elsewhere beside services and tasks, in the fewest calls, for rows on screen."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from containerscope.clients.aws import AwsClients, connect
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from containerscope.insight.target_health import groups_of
from containerscope.model.listing import Item, Listing, Missing, Why, joined
from containerscope.model.trend import Trend
from containerscope.poller import Poller
from containerscope.resource import Demand, Target
from containerscope.resources.instances import RESOURCE as INSTANCES
from containerscope.resources.services import RESOURCE as SERVICES
from containerscope.resources.tasks import RESOURCE as TASKS
from tests.resources.around import found
from tests.resources.wire import HERE, REGION, Nobody, table

CHECKOUT = HERE.within(cluster="checkout")


async def everything(
    clients: AwsClients, resource: Any, *joins: str, scope: Any = CHECKOUT
) -> Listing[Any]:
    """The whole list with these joins of every row."""
    demand = Demand(everything=True, joins=frozenset(joins), whole=frozenset(joins))
    return await Poller(clients, 5).once(resource, scope, demand)


def named(listing: Listing[Any]) -> dict[str, Item[Any]]:
    return {item.name: item for item in listing.items}


def column(resource: Any, field: str) -> Any:
    return next(each for each in resource.columns if each.field == field)


async def test_cpu_and_memory_of_a_whole_list_take_one_call(
    clients: AwsClients, account: RunningServer
) -> None:
    listing = await everything(clients, SERVICES, "usage")
    assert account.calls["cloudwatch:GetMetricData"] == 1
    cart = column(SERVICES, "cpu").of(named(listing)["cart"])
    assert isinstance(cart, Trend)
    assert len(cart.points) >= 6
    assert 0 < column(SERVICES, "memory").of(named(listing)["cart"]).last <= 100
    assert listing.complete


async def test_metrics_that_are_switched_off_are_never_asked_for(account: RunningServer) -> None:
    target = Target(region=REGION, endpoint_url=account.url, access_key="A", secret_key="b")
    clients = await connect(target, read_only=False, rate_share=0, sign_in=Nobody(), metrics=False)
    listing = await everything(clients, SERVICES, "usage")
    await clients.close()
    assert "cloudwatch:GetMetricData" not in account.calls
    shown = column(SERVICES, "cpu").of(named(listing)["cart"])
    assert isinstance(shown, Missing)
    assert shown.why is Why.NOT_APPLICABLE
    assert "switched off" in shown.reason
    assert listing.complete


async def test_targets_take_a_call_for_each_group_and_none_without_one(
    clients: AwsClients, account: RunningServer
) -> None:
    listing = await everything(clients, SERVICES, "targets")
    groups = [each.arn for item in listing.items for each in groups_of(found(item))]
    assert account.calls["elbv2:DescribeTargetHealth"] == len(set(groups)) > 3
    assert account.calls["elbv2:DescribeTargetGroups"] == 0
    rows = named(listing)
    assert column(SERVICES, "targets").of(rows["cart"]) == (20, 20)
    lonely = next(item for item in listing.items if not groups_of(found(item)))
    shown = column(SERVICES, "targets").of(lonely)
    assert shown.why is Why.NOT_APPLICABLE


async def test_the_bounds_of_fifty_services_take_one_call(
    clients: AwsClients, account: RunningServer
) -> None:
    listing = await everything(clients, SERVICES, "scale", scope=HERE)
    assert account.calls["application-autoscaling:DescribeScalableTargets"] == 1
    rows = named(listing)
    assert column(SERVICES, "scale").of(rows["cart"]) == "4–20 at maximum"
    assert any("NONE" not in line and "at maximum" in line for line in table(listing, SERVICES))


@pytest.mark.parametrize("operation", ["elbv2:DescribeTargetHealth", "cloudwatch:GetMetricData"])
async def test_a_denied_join_blanks_its_own_column_only(
    clients: AwsClients, account: RunningServer, operation: str
) -> None:
    account.faults.append(Fault(kind="denied", operation=operation.partition(":")[2]))
    listing = await everything(clients, SERVICES, "targets", "usage", "scale")
    cart = named(listing)["cart"]
    lost = {"elbv2:DescribeTargetHealth": "targets", "cloudwatch:GetMetricData": "usage"}
    for name in ("targets", "usage", "scale"):
        value = joined(cart, name)
        denied = isinstance(value, Missing) and value.why is Why.DENIED
        assert denied is (name == lost[operation]), name
    assert any(operation.partition(":")[2] in each.permission for each in listing.problems)


async def test_a_task_says_whether_it_gets_traffic(
    clients: AwsClients, account: RunningServer
) -> None:
    listing = await everything(clients, TASKS, "traffic", scope=CHECKOUT.within(service="payments"))
    shown = Counter(
        str(column(TASKS, "target").of(item))
        for item in listing.items
        if found(item).last_status == "RUNNING"
    )
    assert shown["healthy"] == 2
    assert account.calls["elbv2:DescribeTargetHealth"] == 1
    assert account.calls["elbv2:DescribeTargetGroups"] == 1
    assert account.calls["ecs:DescribeServices"] == 1


async def test_instances_say_how_they_were_bought_and_with_which_profile(
    clients: AwsClients, account: RunningServer
) -> None:
    listing = await everything(clients, INSTANCES, "host", scope=HERE.within(cluster="data"))
    assert account.calls["ec2:DescribeInstances"] == 1
    shown = [(column(INSTANCES, "bought").of(i), column(INSTANCES, "profile").of(i))
             for i in listing.items]  # fmt: skip
    assert all(bought in ("on demand", "spot") for bought, _ in shown)
    assert all(isinstance(profile, str) and profile for _, profile in shown)
