"""The number of calls is the fewest that pages and batches allow (DOMAIN: calls per screen)."""

from __future__ import annotations

import math

import pytest

from containerscope.model.listing import Phase
from containerscope.resource import Scope
from containerscope.resources import instances, services, tasks
from tests.resources.ecs_account import account, instance, listed, listings, service, task

SIZES = [0, 1, 10, 11, 99, 100, 101, 250, 1001]
HERE = Scope(region="eu-west-1", cluster="checkout")


def pages_of(count: int, size: int) -> int:
    return max(1, math.ceil(count / size))


@pytest.mark.parametrize("count", SIZES)
async def test_services_take_a_list_a_hundred_and_a_describe_ten(count: int) -> None:
    clients = account({"checkout": [service(f"s{number:04}") for number in range(count)]})
    listing = await listed(services.RESOURCE, clients, HERE)
    assert (len(listing.items), listing.complete) == (count, True)
    assert clients.counts["ecs:ListServices"] == pages_of(count, 100)
    assert clients.counts["ecs:DescribeServices"] == math.ceil(count / 10)
    assert clients.counts.total() == pages_of(count, 100) + math.ceil(count / 10)


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("stopped", [0, 3, 120])
async def test_tasks_take_two_lists_and_a_describe_a_hundred(count: int, stopped: int) -> None:
    found = [task(number) for number in range(count)]
    found += [task(5000 + n, lastStatus="STOPPED", desiredStatus="STOPPED") for n in range(stopped)]
    clients = account(tasks={"checkout": found})
    listing = await listed(tasks.RESOURCE, clients, HERE)
    assert (len(listing.items), listing.complete) == (count + stopped, True)
    assert clients.counts["ecs:ListTasks"] == pages_of(count, 100) + pages_of(stopped, 100)
    assert clients.counts["ecs:DescribeTasks"] == math.ceil((count + stopped) / 100)


@pytest.mark.parametrize("count", SIZES)
async def test_tasks_of_a_service_cost_no_more_than_they_are(count: int) -> None:
    other = [task(9000 + number, name="cart") for number in range(300)]
    clients = account(tasks={"checkout": other + [task(number) for number in range(count)]})
    listing = await listed(tasks.RESOURCE, clients, HERE.within(service="web"))
    assert len(listing.items) == count
    assert clients.counts["ecs:ListTasks"] == pages_of(count, 100) + 1
    assert clients.counts["ecs:DescribeTasks"] == math.ceil(count / 100)


@pytest.mark.parametrize("count", SIZES)
async def test_instances_take_a_list_and_a_describe_a_hundred(count: int) -> None:
    clients = account(instances={"checkout": [instance(number) for number in range(count)]})
    listing = await listed(instances.RESOURCE, clients, HERE)
    assert (len(listing.items), listing.complete) == (count, True)
    assert clients.counts["ecs:ListContainerInstances"] == pages_of(count, 100)
    assert clients.counts["ecs:DescribeContainerInstances"] == math.ceil(count / 100)


async def test_services_of_all_clusters_cost_the_sum_and_arrive_bit_by_bit() -> None:
    sizes = {f"c{number:03}": number % 13 for number in range(130)}
    clients = account(
        {name: [service(f"s{n}", name) for n in range(count)] for name, count in sizes.items()}
    )
    seen = await listings(services.RESOURCE, clients, Scope(region="eu-west-1"))
    last = seen[-1]
    assert last.complete
    assert len(last.items) == sum(sizes.values())
    assert {item.cluster for item in last.items} == {name for name, n in sizes.items() if n}
    assert clients.counts["ecs:ListClusters"] == 2
    assert clients.counts["ecs:ListServices"] == 130
    assert clients.counts["ecs:DescribeServices"] == sum(math.ceil(n / 10) for n in sizes.values())
    assert seen[0].phase is Phase.NAMES


async def test_a_named_service_is_described_without_a_list() -> None:
    clients = account({"checkout": [service("web"), service("cart")]})
    listing = await listed(services.RESOURCE, clients, HERE.within(service="web"))
    assert [item.name for item in listing.items] == ["web"]
    assert clients.counts == {"ecs:DescribeServices": 1}


async def test_every_list_asks_for_the_largest_page() -> None:
    clients = account(
        {"checkout": [service("web")]}, {"checkout": [task(1)]}, {"checkout": [instance(1)]}
    )
    for resource in (services.RESOURCE, tasks.RESOURCE, instances.RESOURCE):
        await listed(resource, clients, Scope())
    sizes = [params["maxResults"] for name, params in clients.calls if name.startswith("ecs:List")]
    assert sizes == [100] * len(sizes)
