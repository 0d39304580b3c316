"""Auto Scaling groups: which of them stand behind a cluster, and what they did."""

from __future__ import annotations

import math
from typing import Any

import pytest

from containerscope.model.listing import Problem, Why
from containerscope.resources.asgs import RESOURCE
from tests.fakes import NOW
from tests.resources.around import (
    CART,
    CHECKOUT,
    REGION,
    Account,
    cells,
    fixed,
    listed,
    pane,
    rows_of,
    texts_of,
    tokens,
)

GROUPS = "autoscaling:DescribeAutoScalingGroups"
ACTIVITIES = "autoscaling:DescribeScalingActivities"
PROVIDERS = "ecs:DescribeCapacityProviders"


def group(name: str, *, desired: int = 2, serving: int = 2, **more: Any) -> dict[str, Any]:
    instance = {
        "LifecycleState": "InService",
        "HealthStatus": "Healthy",
        "InstanceType": "m5.large",
        "AvailabilityZone": "eu-west-1a",
    }
    return {
        "AutoScalingGroupName": name,
        "AutoScalingGroupARN": f"arn:aws:autoscaling:eu-west-1:1:x:autoScalingGroupName/{name}",
        "MinSize": 1,
        "MaxSize": 5,
        "DesiredCapacity": desired,
        "Instances": [{**instance, "InstanceId": f"i-{n}"} for n in range(serving)],
        **more,
    }


def provider(name: str, behind: str) -> dict[str, Any]:
    arn = f"arn:aws:autoscaling:eu-west-1:1:x:autoScalingGroupName/{behind}"
    return {"name": name, "autoScalingGroupProvider": {"autoScalingGroupArn": arn}}


def account(*groups: dict[str, Any]) -> Account:
    failed = {
        "Description": "Launching a new EC2 instance",
        "StatusCode": "Failed",
        "StatusMessage": "We currently do not have sufficient m5.large capacity",
        "StartTime": NOW,
        "Cause": "At x a user request changing the desired capacity from 2 to 3.",
    }
    strategy = [{"capacityProvider": "cp-b", "weight": 1}]
    return Account(
        {
            GROUPS: tokens(
                "AutoScalingGroups", list(groups), "MaxRecords", "NextToken", "NextToken", 100
            ),
            ACTIVITIES: fixed(Activities=[failed]),
            PROVIDERS: fixed(capacityProviders=[provider("cp-a", "one"), provider("cp-b", "two")]),
            "ecs:DescribeServices": fixed(
                services=[{"serviceName": "cart", "capacityProviderStrategy": strategy}]
            ),
        }
    )


@pytest.mark.parametrize("count", [0, 1, 100, 101])
async def test_a_region_takes_a_call_a_hundred(count: int) -> None:
    clients = account(*(group(f"g{number}") for number in range(count)))
    listing = await listed(RESOURCE, clients)
    assert (len(listing.items), listing.complete) == (count, True)
    assert clients.counts == {GROUPS: max(1, math.ceil(count / 100))}


async def test_a_cluster_has_the_groups_behind_its_capacity_providers() -> None:
    clients = account(group("one"), group("two"), group("three"))
    listing = await listed(RESOURCE, clients, CHECKOUT)
    assert [item.name for item in listing.items] == ["one", "two"]
    assert clients.counts == {GROUPS: 1, PROVIDERS: 1}


async def test_a_service_has_the_groups_of_its_own_strategy() -> None:
    listing = await listed(RESOURCE, account(group("one"), group("two")), CART)
    assert [item.name for item in listing.items] == ["two"]


@pytest.mark.parametrize(
    "tag",
    [
        {"Key": "eks:cluster-name", "Value": "platform"},
        {"Key": "kubernetes.io/cluster/platform", "Value": "owned"},
    ],
)
async def test_a_cluster_of_eks_has_the_groups_that_are_tagged_with_it(tag: dict[str, str]) -> None:
    clients = account(group("nodes", Tags=[tag]), group("one"))
    clients.refuse[PROVIDERS] = lambda _: Problem(
        Why.FAILED, PROVIDERS, "ClusterNotFoundException: Cluster not found."
    )
    listing = await listed(RESOURCE, clients, REGION.within(cluster="platform"))
    assert [(item.name, item.cluster) for item in listing.items] == [("nodes", "platform")]
    assert listing.complete


async def test_capacity_providers_being_refused_is_said() -> None:
    clients = account(group("one"))
    clients.deny(PROVIDERS)
    listing = await listed(RESOURCE, clients, CHECKOUT)
    assert [problem.permission for problem in listing.problems] == [PROVIDERS]


async def test_a_row_says_how_many_instances_serve() -> None:
    (item,) = (await listed(RESOURCE, account(group("one", desired=3)))).items
    assert cells(RESOURCE, item, "health", "instances", "min", "max", "types") == (
        "launching 1",
        (2, 3),
        1,
        5,
        "m5.large",
    )


async def test_the_pane_says_why_it_does_not_grow() -> None:
    clients = account(group("one", desired=3))
    (item,) = (await listed(RESOURCE, clients)).items
    blocks = await pane(RESOURCE, clients, item)
    assert texts_of(blocks)[0].startswith("no EC2 capacity: AWS has no instance of this type")
    assert rows_of(blocks, "Activities") == (
        (
            NOW,
            "2→3",
            "failed: no EC2 capacity",
            "a request by ECS, EKS or a user",
            "Launching a new EC2 instance",
        ),
    )
    assert [row[0] for row in rows_of(blocks, "Instances")] == ["i-0", "i-1"]


async def test_the_pane_stands_without_activities() -> None:
    clients = account(group("one"))
    clients.deny(ACTIVITIES)
    (item,) = (await listed(RESOURCE, clients)).items
    blocks = await pane(RESOURCE, clients, item)
    assert texts_of(blocks) == [f"you may not {ACTIVITIES}"]
    assert rows_of(blocks, "Instances")


async def test_reading_it_whole_asks_for_this_group() -> None:
    clients = account(group("one"))
    (item,) = (await listed(RESOURCE, clients)).items
    assert (await RESOURCE.read(clients, REGION, item))["AutoScalingGroupName"] == "one"
    assert clients.calls[-1][1] == {"AutoScalingGroupNames": ["one"]}
