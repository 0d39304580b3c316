"""Finding anything and who uses it: what is said, where was looked, and what that costs."""

from __future__ import annotations

from typing import Any

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from containerscope.model.listing import Item, Listing
from containerscope.resource import Demand
from containerscope.resources import found, images, scaling, targets, taskdefs, used_by
from tests.resources.around import found as value_of
from tests.resources.wire import HERE, listed

ACCOUNT = "arn:aws:iam::123456789012"


async def searched(clients: AwsClients, text: str) -> Listing[Any]:
    return await listed(found.RESOURCE, clients, HERE.within(parent=text), Demand(everything=True))


def results(listing: Listing[Any]) -> list[tuple[str, str, str]]:
    """Kind, name and what it belongs to, of what was found."""
    rows = [(value_of(item), item.name) for item in listing.items]
    return [(row.kind, name, row.words) for row, name in rows if row.resource]


def looked(listing: Listing[Any]) -> list[str]:
    """What the search says of how far it has looked."""
    rows = [(item.name, value_of(item)) for item in listing.items]
    return [f"{name}: {row.words}" for name, row in rows if not row.resource]


def running(world: World, cluster: str, service: str) -> Any:
    tasks = world.clusters[cluster].services[service].tasks.values()
    return next(task for task in tasks if task.status == "RUNNING")


async def test_a_task_id_and_its_address_lead_to_the_task_without_looking_further(
    clients: AwsClients, account: RunningServer, world: World
) -> None:
    task = running(world, "checkout", "cart")
    listing = await searched(clients, task.id)
    assert results(listing) == [("task", task.id, "checkout › cart")]
    (words,) = looked(listing)
    assert words.startswith("tasks: ")
    assert words.endswith(" looked through")
    assert not any(name.startswith(("elbv2", "iam", "efs")) for name in account.calls)


async def test_a_file_system_leads_to_the_services_that_mount_it(clients: AwsClients) -> None:
    listing = await searched(clients, "fs-08cfeafdcd9430cf7")
    assert [(kind, name) for kind, name, _ in results(listing)] == [
        ("file system", "ml-shared"),
        ("service", "feature-store"),
        ("task definition", "feature-store:36"),
    ]
    assert "volume shared: feature-store /var/features rw" in results(listing)[1][2]


async def test_a_role_leads_to_the_services_that_use_it(clients: AwsClients) -> None:
    listing = await searched(clients, f"{ACCOUNT}:role/cart-task")
    assert ("service", "cart", "checkout  uses it as task role") in results(listing)


async def test_an_image_leads_to_the_service_that_runs_it(clients: AwsClients) -> None:
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/cart:2.7.1"
    found = results(await searched(clients, image))
    assert ("image", image, "") in found
    assert ("service", "cart", "checkout  uses it as image of cart") in found


async def test_a_result_leads_to_its_row(clients: AwsClients, world: World) -> None:
    task = running(world, "checkout", "cart")
    item: Item[Any] = next(
        item for item in (await searched(clients, task.id)).items if value_of(item).resource
    )
    place = found.leads(HERE, item)
    assert place is not None
    resource, scope, key = place
    assert (resource, scope.cluster) == ("tasks", "checkout")
    assert key.endswith(task.id)
    assert (await found.read(clients, HERE, item))["taskArn"] == key


async def test_what_was_not_looked_through_is_said(
    clients: AwsClients, account: RunningServer
) -> None:
    account.faults.append(Fault(kind="denied", operation="DescribeFileSystems"))
    listing = await searched(clients, "fs-08cfeafdcd9430cf7")
    assert any("not all could be read" in words for words in looked(listing))
    assert any("DescribeFileSystems" in each.permission for each in listing.problems)


async def users(clients: AwsClients, key: str) -> dict[str, str]:
    """Service -> as what it uses the thing."""
    scope = HERE.within(parent=key)
    listing = await listed(used_by.RESOURCE, clients, scope, Demand(everything=True))
    assert listing.complete
    return {item.name: ", ".join(value_of(item).ways) for item in listing.items}


async def test_users_of_a_shared_role_take_a_definition_each_and_no_more(
    clients: AwsClients, account: RunningServer
) -> None:
    found = await users(clients, f"{ACCOUNT}:role/checkout-execution")
    assert found["cart"] == found["web"] == "execution role"
    services = sum(len(each.services) for each in account.world.clusters.values())
    assert account.calls["ecs:DescribeTaskDefinition"] <= services
    before = account.calls["ecs:DescribeTaskDefinition"]
    await users(clients, f"{ACCOUNT}:role/cart-task")
    assert account.calls["ecs:DescribeTaskDefinition"] == before


async def test_users_of_a_target_group_or_a_revision_take_no_definition(
    clients: AwsClients, account: RunningServer
) -> None:
    listing = await listed(targets.RESOURCE, clients, HERE)
    cart = next(each for each in listing.items if each.joined["group"] == "checkout-cart")
    assert targets.RESOURCE.used_by is not None
    assert await users(clients, targets.RESOURCE.used_by(cart)) == {
        "cart": "target group (production, cart:8080)"
    }
    families = await listed(taskdefs.RESOURCE, clients, HERE)
    cart = next(each for each in families.items if each.name == "cart")
    assert taskdefs.RESOURCE.used_by is not None
    assert await users(clients, taskdefs.RESOURCE.used_by(cart)) == {
        "cart": "runs cart:41 (primary)"
    }
    assert account.calls["ecs:DescribeTaskDefinition"] == 0


async def test_users_of_an_image_are_those_that_run_it(clients: AwsClients) -> None:
    scope = HERE.within(cluster="checkout", service="cart")
    listing = await listed(images.RESOURCE, clients, scope, Demand(everything=True))
    cart = next(each for each in listing.items if "/cart:" in each.name)
    assert images.RESOURCE.used_by is not None
    assert await users(clients, images.RESOURCE.used_by(cart)) == {"cart": "image of cart"}


@pytest.mark.parametrize("text", ["", "  ", "nothing-is-called-this-at-all"])
async def test_nothing_is_found_where_nothing_is(clients: AwsClients, text: str) -> None:
    listing = await searched(clients, text)
    assert results(listing) == []


async def test_a_secret_is_found_in_the_definitions_that_name_it(
    clients: AwsClients, account: RunningServer, world: World
) -> None:
    services = world.clusters["checkout"].services
    secrets = services["accounts"].definition.containers[0]["secrets"]
    arn = secrets[0]["valueFrom"]
    whole = arn.partition(":secret:")[2].partition(":")[0]
    for text in (arn, whole.rpartition("-")[0]):
        listing = await searched(clients, text)
        named = [row for row in results(listing) if row[0] == "task definition"]
        family = services["accounts"].definition.family
        assert any(name.startswith(f"{family}:") for _, name, _ in named)
        assert all("names it as secret" in words for _, _, words in named)
        families = len((await listed(taskdefs.RESOURCE, clients, HERE)).items)
        assert f"task definitions: the latest of {families} families read" in looked(listing)
    assert account.calls["ecs:DescribeTaskDefinition"] <= 2 * families


async def test_definitions_are_read_up_to_a_bound_and_the_bound_is_said(
    clients: AwsClients, account: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "_FAMILIES", 3)
    listing = await searched(clients, f"{ACCOUNT}:role/cart-task")
    families = len((await listed(taskdefs.RESOURCE, clients, HERE)).items)
    assert f"task definitions: the latest of 3 families read, of {families}" in looked(listing)


async def test_what_scales_a_service_leads_back_to_it(clients: AwsClients) -> None:
    listing = await listed(scaling.RESOURCE, clients, HERE.within(cluster="checkout"))
    cart = next(each for each in listing.items if each.name == "cart")
    assert scaling.RESOURCE.used_by is not None
    assert await users(clients, scaling.RESOURCE.used_by(cart)) == {"cart": "scalable target"}
