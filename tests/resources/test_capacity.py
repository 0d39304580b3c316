"""What tasks can run on and do run on: the capacity of a cluster, a service and an instance."""

from __future__ import annotations

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from containerscope.resource import Block
from containerscope.resources.clusters import RESOURCE as CLUSTERS
from containerscope.resources.instances import RESOURCE as INSTANCES
from containerscope.resources.services import RESOURCE as SERVICES
from tests.resources.around import rows_of, texts_of
from tests.resources.wire import HERE, labelled, listed, pane


async def capacity(clients: AwsClients, name: str) -> tuple[Block, ...]:
    listing = await listed(CLUSTERS, clients)
    return await pane(CLUSTERS, clients, listing, name, "Capacity")


async def test_a_cluster_shows_its_providers_with_their_groups_and_what_room_there_is(
    clients: AwsClients, account: RunningServer
) -> None:
    await listed(CLUSTERS, clients)
    before = dict(account.calls)
    blocks = await capacity(clients, "data")
    assert rows_of(blocks, "Capacity providers") == (
        (
            "data-asg",
            "EC2",
            "weight 1",
            "ecs-data",
            "9/9 (3–9)",
            "enabled, to 90 %",
            "disabled",
            "at maximum 9",
        ),
    )
    assert labelled(blocks)["Instances"] == "9 of 9 take tasks"
    for operation in (
        "ecs:DescribeCapacityProviders",
        "autoscaling:DescribeAutoScalingGroups",
        "ecs:ListContainerInstances",
        "ecs:DescribeContainerInstances",
        "ecs:ListTasks",
        "ecs:DescribeTasks",
    ):
        assert account.calls[operation] - before.get(operation, 0) == 1, operation


async def test_a_cluster_shows_the_shares_of_fargate_and_fargate_spot(clients: AwsClients) -> None:
    blocks = await capacity(clients, "edge")
    shares = {row[0]: row[5:] for row in rows_of(blocks, "What the running tasks run on")}
    assert shares == {"FARGATE_SPOT": (9, "45 %"), "FARGATE": (7, "35 %"), "EC2": (4, "20 %")}
    assert "On Fargate: 7 Fargate, 9 Fargate Spot (56 %)." in texts_of(blocks)


@pytest.mark.parametrize(
    ("operation", "stays"),
    [
        ("DescribeCapacityProviders", "What the running tasks run on"),
        ("DescribeAutoScalingGroups", "Room on the instances"),
        ("DescribeContainerInstances", "Capacity providers"),
        ("ListTasks", "Room on the instances"),
    ],
)
async def test_one_denied_permission_leaves_the_rest_of_the_capacity(
    clients: AwsClients, account: RunningServer, operation: str, stays: str
) -> None:
    account.faults.append(Fault(kind="denied", operation=operation))
    blocks = await capacity(clients, "data")
    assert stays in [block.title for block in blocks]
    assert any(f":{operation}" in text for text in texts_of(blocks))


async def test_the_tasks_of_a_service_are_held_against_its_strategy(clients: AwsClients) -> None:
    listing = await listed(SERVICES, clients, HERE.within(cluster="edge"))
    blocks = await pane(SERVICES, clients, listing, "image-resizer", "Tasks")
    assert rows_of(blocks, "Capacity") == (("FARGATE_SPOT", 0, 1, "100 %", 6, 6, "100 %"),)


async def test_an_instance_shows_the_role_of_its_profile(
    clients: AwsClients, account: RunningServer
) -> None:
    listing = await listed(INSTANCES, clients, HERE.within(cluster="data"))
    name = listing.items[0].name
    blocks = await pane(INSTANCES, clients, listing, name, "Roles")
    assert any(block.title == "Instance role: ecs-instance-data" for block in blocks)
    account.faults.append(Fault(kind="denied", operation="DescribeInstances"))
    blocks = await pane(INSTANCES, clients, listing, name, "Roles")
    assert any("ec2:DescribeInstances" in text for text in texts_of(blocks))
