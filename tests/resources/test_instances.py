"""Container instances and capacity providers as a person sees them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pytest

from containerscope.insight.instance_health import capacity_provider_health, instance_health
from containerscope.model.ecs import CapacityProvider, ContainerInstance
from containerscope.model.health import Level
from containerscope.model.listing import Why
from containerscope.poller import Poller
from containerscope.resource import Demand, PairsBlock, Scope, TableBlock, TextBlock
from containerscope.resources import capacity_providers, instances
from tests.fakes import FakeClients, denied, page_of, throttled
from tests.resources.ecs_account import (
    ARN,
    HOSTILE,
    account,
    instance,
    last_blocks,
    listed,
    listings,
    table,
)

HERE = Scope(region="eu-west-1", cluster="checkout")


async def test_an_instance_shows_what_tasks_reserved_of_it() -> None:
    ports = {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22", "8080", "443"]}
    left = [*instance(2)["remainingResources"], ports]
    sick = instance(2, agentConnected=False, statusReason=HOSTILE, remainingResources=left)
    clients = account(instances={"checkout": [instance(1), sick]})
    listing = await listed(instances.RESOURCE, clients, HERE)
    rows = table(instances.RESOURCE, listing)
    assert rows == [
        "CLUSTER | INSTANCE | EC2 ID | HEALTH | STATUS | RUN | PEND | CPU | MEM MiB | PORTS | "
        "TYPE | AZ | PROVIDER | BOUGHT | PROFILE | AGENT | AGE",
        f"checkout | {2:032x} | i-{2:017x} | agent disconnected | ACTIVE | 3 | 0 | 3072/4096 | "
        "10000/15000 | 443, 8080 | m7g.xlarge | eu-west-1b | ec2 | … | … | 1.90.0 | 3d",
        f"checkout | {1:032x} | i-{1:017x} |  | ACTIVE | 3 | 0 | 3072/4096 | 10000/15000 | "
        "– | m7g.xlarge | eu-west-1b | ec2 | … | … | 1.90.0 | 3d",
    ]
    assert clients.calls[-1][1]["include"] == ["TAGS", "CONTAINER_INSTANCE_HEALTH"]
    item = next(item for item in listing.items if item.name.endswith("2"))
    first, pairs, resources, checks = await last_blocks(
        instances.RESOURCE, clients, HERE, item, "Overview"
    )
    assert isinstance(first, TextBlock)
    assert first.text.startswith("agent disconnected")
    assert isinstance(pairs, PairsBlock)
    assert isinstance(resources, TableBlock)
    assert resources.rows == (("CPU", 3072, 4096, 1024), ("MEMORY", 10000, 15000, 5000))
    assert isinstance(checks, TableBlock)
    (attributes,) = await last_blocks(instances.RESOURCE, clients, HERE, item, "Attributes")
    assert isinstance(attributes, TableBlock)
    assert attributes.rows[0] == ("ecs.availability-zone", "eu-west-1b")


@pytest.mark.parametrize(
    ("more", "level", "words"),
    [
        ({}, Level.FINE, ""),
        ({"status": "DRAINING"}, Level.PROGRESS, "draining 3"),
        ({"status": "REGISTERING"}, Level.PROGRESS, "registering"),
        ({"status": "REGISTRATION_FAILED"}, Level.FAILED, "registration failed"),
        ({"status": "INACTIVE"}, Level.NONE, "inactive"),
        ({"status": "TOMORROW"}, Level.NONE, "tomorrow"),
        ({"agentUpdateStatus": "FAILED"}, Level.WARNING, "agent update failed"),
        ({"healthStatus": {"overallStatus": "IMPAIRED"}}, Level.FAILED, "impaired: instance"),
        (
            {
                "healthStatus": {
                    "overallStatus": "IMPAIRED",
                    "details": [{"type": "CONTAINER_RUNTIME", "status": "IMPAIRED"}],
                }
            },
            Level.FAILED,
            "impaired: container runtime",
        ),
    ],
)
async def test_an_instance_is_judged_by_its_state(
    more: dict[str, Any], level: Level, words: str
) -> None:
    clients = account(instances={"checkout": [instance(1, **more)]})
    value: Any = (await listed(instances.RESOURCE, clients, HERE)).items[0].value
    health = instance_health(value)
    assert (health.level, health.words) == (level, words)


def test_an_instance_with_nothing_in_it_is_unknown() -> None:
    assert instance_health(ContainerInstance()).level is Level.NONE


def provider(name: str, **more: Any) -> dict[str, Any]:
    return {
        "capacityProviderArn": f"{ARN}:capacity-provider/{name}",
        "name": name,
        "status": "ACTIVE",
        **more,
    }


EC2 = provider(
    "ec2",
    type="EC2_AUTOSCALING",
    autoScalingGroupProvider={
        "autoScalingGroupArn": "arn:aws:autoscaling:eu-west-1:1:autoScalingGroup:u:"
        "autoScalingGroupName/ecs-nodes",
        "managedScaling": {"status": "ENABLED", "targetCapacity": 90},
        "managedTerminationProtection": "ENABLED",
    },
)


def with_providers(
    account_wide: list[dict[str, Any]], of: Mapping[str, list[dict[str, Any]]]
) -> FakeClients:
    clients = account({name: [] for name in of})

    def answer(params: Mapping[str, Any]) -> Mapping[str, Any]:
        found = of[params["cluster"]] if "cluster" in params else account_wide
        wanted = params.get("capacityProviders")
        if wanted:
            return {"capacityProviders": [each for each in found if each["name"] in wanted]}
        return page_of("capacityProviders", found, params, 10, 10)

    clients.answers["ecs:DescribeCapacityProviders"] = answer
    return clients


@pytest.mark.parametrize("count", [0, 1, 10, 11, 99, 100, 101, 250, 1001])
async def test_capacity_providers_take_a_call_for_ten(count: int) -> None:
    clients = with_providers([], {"checkout": [provider(f"p{n:03}") for n in range(count)]})
    listing = await listed(capacity_providers.RESOURCE, clients, HERE)
    assert (len(listing.items), listing.complete) == (count, True)
    assert clients.counts == {"ecs:DescribeCapacityProviders": max(1, math.ceil(count / 10))}


async def test_providers_of_all_clusters_are_the_accounts_and_each_clusters_own() -> None:
    own = provider("own", type="MANAGED_INSTANCES", cluster=f"{ARN}:cluster/data")
    fargate = provider("FARGATE", type="FARGATE")
    clients = with_providers([fargate, EC2], {"checkout": [fargate], "data": [EC2, own]})
    seen = await listings(capacity_providers.RESOURCE, clients, Scope(region="eu-west-1"))
    assert table(capacity_providers.RESOURCE, seen[-1]) == [
        "CLUSTER | NAME | HEALTH | KIND | STATUS | SCALING | TARGET % | PROTECTION | ASG",
        " | ec2 |  | EC2 | ACTIVE | enabled | 90 | enabled | ecs-nodes",
        " | FARGATE |  | Fargate | ACTIVE | – | – | – | –",
        "data | own |  | managed instances | ACTIVE | – | – | – | –",
    ]
    assert len(seen[0].items) == 2
    whole = await capacity_providers.RESOURCE.read(clients, Scope(), seen[-1].items[1])
    assert whole == EC2


async def test_a_cluster_whose_providers_are_denied_leaves_the_others() -> None:
    clients = with_providers([EC2], {"checkout": [], "data": [provider("own")]})
    clients.refuse["ecs:DescribeCapacityProviders"] = lambda params: (
        denied("ecs:DescribeCapacityProviders") if params.get("cluster") == "checkout" else None
    )
    listing = await listed(capacity_providers.RESOURCE, clients, Scope())
    assert [item.name for item in listing.items] == ["ec2", "own"]
    (problem,) = listing.problems
    assert (problem.why, problem.where) == (Why.DENIED, "checkout")


async def test_providers_stay_where_a_page_fails_halfway_those_of_the_last_refresh_too() -> None:
    clients = with_providers([], {"checkout": [provider(f"p{n:02}") for n in range(25)]})
    poller = Poller(clients, 5.0)
    whole = await poller.once(capacity_providers.RESOURCE, HERE)
    assert len(whole.items) == 25
    clients.refuse["ecs:DescribeCapacityProviders"] = lambda params: (
        throttled("ecs:DescribeCapacityProviders") if params.get("nextToken") == "10" else None
    )
    half = await listed(capacity_providers.RESOURCE, clients, HERE)
    assert len(half.items) == 10
    assert not half.complete
    assert [problem.why for problem in half.problems] == [Why.THROTTLED]
    async for shown in poller.follow(capacity_providers.RESOURCE, HERE, Demand()):
        if shown.problems:
            break
    assert len(shown.items) == 25
    assert not shown.complete


async def test_the_provider_pane_shows_how_it_scales() -> None:
    clients = with_providers([], {"checkout": [EC2 | {"updateStatus": "UPDATE_FAILED"}]})
    item = (await listed(capacity_providers.RESOURCE, clients, HERE)).items[0]
    clients.answers["autoscaling:DescribeAutoScalingGroups"] = lambda params: {
        "AutoScalingGroups": [
            {"AutoScalingGroupName": "ecs-nodes", "DesiredCapacity": 3, "MinSize": 1, "MaxSize": 3}
        ]
    }
    clients.refuse["autoscaling:DescribeScalingActivities"] = lambda params: denied(
        "autoscaling:DescribeScalingActivities"
    )
    first, _, group, instances_of, refused = await last_blocks(
        capacity_providers.RESOURCE, clients, HERE, item, "Overview"
    )
    assert isinstance(instances_of, TableBlock)
    assert instances_of.rows == (("ec2", "ecs-nodes", "0/3", 1, 3, "launching 3"),)
    assert isinstance(refused, TextBlock)
    assert "autoscaling:DescribeScalingActivities" in refused.text
    assert isinstance(first, TextBlock)
    assert first.level is Level.FAILED
    assert isinstance(group, PairsBlock)
    assert ("Target %", 90) in [(pair.label, pair.value) for pair in group.pairs]


@pytest.mark.parametrize(
    ("value", "level", "words"),
    [
        (CapacityProvider(status="ACTIVE"), Level.FINE, ""),
        (CapacityProvider(status="INACTIVE"), Level.NONE, "inactive"),
        (CapacityProvider(status="PROVISIONING"), Level.PROGRESS, "provisioning"),
        (
            CapacityProvider(status="ACTIVE", update_status="DELETE_IN_PROGRESS"),
            Level.PROGRESS,
            "delete in progress",
        ),
        (
            CapacityProvider(update_status="UPDATE_FAILED", update_status_reason="no group"),
            Level.FAILED,
            "no group",
        ),
        (CapacityProvider(), Level.NONE, ""),
    ],
)
def test_a_provider_is_judged_by_its_state(
    value: CapacityProvider, level: Level, words: str
) -> None:
    health = capacity_provider_health(value)
    assert (health.level, health.words) == (level, words)
