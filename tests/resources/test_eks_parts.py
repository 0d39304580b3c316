"""Node groups, Fargate profiles and add-ons: what they show, cost and explain."""

from __future__ import annotations

import copy
import math
from typing import Any

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from containerscope.model.listing import Missing, Why
from containerscope.resource import Demand, Resource, TextBlock
from containerscope.resources import addons, fargate_profiles, nodegroups
from tests.resources.wire import (
    HERE,
    labelled,
    listed,
    only_eks,
    pane,
    table,
    values,
)

PLATFORM = HERE.within(cluster="platform")
SIZES = [0, 1, 10, 11, 99, 100, 101, 250, 1001]


@pytest.mark.parametrize("count", SIZES)
async def test_node_groups_take_a_list_a_hundred_and_a_describe_each(
    world: World, account: RunningServer, clients: AwsClients, count: int
) -> None:
    cluster = world.eks["platform"]
    sample = cluster.nodegroups["system"]
    cluster.nodegroups = {
        f"n{number:04}": {**copy.deepcopy(sample), "nodegroupName": f"n{number:04}"}
        for number in range(count)
    }
    listing = await listed(nodegroups.RESOURCE, clients, PLATFORM)
    assert (len(listing.items), listing.complete) == (count, True)
    assert account.calls == {
        "eks:ListNodegroups": max(1, math.ceil(count / 100)),
        **({"eks:DescribeNodegroup": count} if count else {}),
    }


@pytest.mark.parametrize("count", [0, 1, 10, 11, 99, 100, 101, 250])
@pytest.mark.parametrize(
    "resource", [nodegroups.RESOURCE, fargate_profiles.RESOURCE, addons.RESOURCE]
)
async def test_without_a_cluster_every_cluster_is_listed(
    world: World, account: RunningServer, clients: AwsClients, resource: Resource[Any], count: int
) -> None:
    only_eks(world, count)
    listing = await listed(resource, clients)
    assert listing.complete
    assert account.calls["eks:ListClusters"] == max(1, math.ceil(count / 100))
    assert account.calls.total() == max(1, math.ceil(count / 100)) + count


async def test_node_groups_say_what_is_wrong(clients: AwsClients) -> None:
    listing = await listed(nodegroups.RESOURCE, clients)
    assert table(listing, nodegroups.RESOURCE) == [
        "WARNING | platform | spot-b | instances cannot be launched | … | 1 | 8 | 16 | spot"
        " | m5.2xlarge, m5a.2xlarge | 1.33 | AL2023_x86_64_STANDARD | … | 200d",
        "FINE | platform | general-a |  | … | 1 | 9 | 18 | on demand"
        " | m6i.xlarge | 1.33 | AL2023_x86_64_STANDARD | … | 200d",
        "FINE | platform | gpu |  | … | 1 | 1 | 2 | on demand"
        " | g6.xlarge | 1.32 | AL2023_x86_64_NVIDIA | … | 200d",
        "FINE | platform | system |  | … | 1 | 3 | 6 | on demand"
        " | m6i.large | 1.33 | AL2023_x86_64_STANDARD | … | 200d",
    ]


async def test_fargate_profiles_show_the_pods_they_take(clients: AwsClients) -> None:
    listing = await listed(fargate_profiles.RESOURCE, clients, PLATFORM)
    assert table(listing, fargate_profiles.RESOURCE) == [
        "FINE | platform | batch |  | batch, reports | 3 | platform-fargate-pods | 380d",
        "FINE | platform | coredns |  | kube-system (k8s-app=kube-dns) | 3"
        " | platform-fargate-pods | 380d",
    ]


async def test_addons_show_their_version_and_what_is_wrong(clients: AwsClients) -> None:
    listing = await listed(addons.RESOURCE, clients, PLATFORM)
    lines = table(listing, addons.RESOURCE)
    assert lines[0] == (
        "WARNING | platform | metrics-server | pods are not ready"
        " | v0.8.0-eksbuild.2 | … | – | 300d"
    )
    assert all(line.startswith("FINE") for line in lines[1:])


async def test_the_overview_opens_with_the_trouble_and_its_fix(clients: AwsClients) -> None:
    listing = await listed(nodegroups.RESOURCE, clients, PLATFORM)
    blocks = await pane(nodegroups.RESOURCE, clients, listing, "spot-b", "Overview")
    assert isinstance(blocks[0], TextBlock)
    assert "Auto Scaling group's activities" in blocks[0].text
    assert "UnfulfillableCapacity" in blocks[0].text
    shown = labelled(blocks)
    assert (shown["Minimum"], shown["Desired nodes"], shown["Maximum"]) == (1, 8, 16)
    assert shown["Node role"] == "platform-node"


async def test_the_configuration_of_an_addon_is_shown_redacted(
    world: World, clients: AwsClients
) -> None:
    values_of = '{"replicaCount": 2, "dbPassword": "hunter2"}'
    world.eks["platform"].addons["coredns"]["configurationValues"] = values_of
    listing = await listed(addons.RESOURCE, clients, PLATFORM)
    blocks = await pane(addons.RESOURCE, clients, listing, "coredns", "Overview")
    text = next(block.text for block in blocks if getattr(block, "title", "") == "Configuration")
    assert "replicaCount" in text
    assert "hunter2" not in text


async def test_one_cluster_being_denied_leaves_the_others(
    account: RunningServer, clients: AwsClients
) -> None:
    account.faults.append(
        Fault(kind="denied", operation="ListNodegroups", where={"clusterName": "sandbox"})
    )
    listing = await listed(nodegroups.RESOURCE, clients)
    assert len(listing.items) == 4
    assert [(p.why, p.where) for p in listing.problems] == [(Why.DENIED, "sandbox")]


async def test_a_node_group_that_may_not_be_described_keeps_its_row(
    account: RunningServer,
    clients: AwsClients,
) -> None:
    account.faults.append(Fault(kind="denied", operation="DescribeNodegroup"))
    listing = await listed(nodegroups.RESOURCE, clients, PLATFORM)
    assert set(values(listing)) == {"general-a", "gpu", "spot-b", "system"}
    assert all(isinstance(value, Missing) for value in values(listing).values())


async def test_what_is_on_screen_is_described_first(
    account: RunningServer, clients: AwsClients
) -> None:
    demand = Demand(visible=("eks/platform/system",))
    await listed(nodegroups.RESOURCE, clients, PLATFORM, demand)
    first = next(r for r in account.requests if r.operation == "DescribeNodegroup")
    assert first.params["nodegroupName"] == "system"


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        (nodegroups.RESOURCE, "nodegroups"),
        (fargate_profiles.RESOURCE, "fargate-profiles"),
        (addons.RESOURCE, "add-ons"),
    ],
)
async def test_each_is_read_whole_and_has_an_arn_and_a_page(
    clients: AwsClients, resource: Resource[Any], path: str
) -> None:
    listing = await listed(resource, clients, PLATFORM)
    item = listing.items[0]
    whole = await resource.read(clients, PLATFORM, item)
    assert item.name in whole.values()
    arn = resource.arn(item.value)
    assert arn in whole.values()
    assert resource.console is not None
    assert resource.console(PLATFORM, item) == (
        f"/eks/clusters/platform/{path}/{item.name}?region=eu-west-1"
    )
