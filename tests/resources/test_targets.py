"""Targets: whose they are, what keeps traffic from them, and what asking costs."""

from __future__ import annotations

import math
from typing import Any

import pytest

from containerscope.model.health import Level
from containerscope.model.listing import Missing, Phase, Why
from containerscope.resource import Demand
from containerscope.resources.targets import RESOURCE
from tests.resources.around import (
    CART,
    CHECKOUT,
    ECS,
    REGION,
    Account,
    cells,
    fixed,
    found,
    listed,
    pane,
    rows_of,
    texts_of,
    tokens,
)

TG = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup"
GROUPS, HEALTH = "elbv2:DescribeTargetGroups", "elbv2:DescribeTargetHealth"
ALB = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1"
BAD = "Health checks failed with these codes: [502]"


def group(name: str, kind: str = "ip") -> dict[str, Any]:
    return {
        "TargetGroupArn": f"{TG}/{name}/1",
        "TargetGroupName": name,
        "TargetType": kind,
        "Protocol": "HTTP",
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPath": "/health",
        "LoadBalancerArns": [ALB],
    }


def health(address: str, state: str = "healthy", port: int = 8080, **more: Any) -> dict[str, Any]:
    return {"Target": {"Id": address, "Port": port}, "TargetHealth": {"State": state, **more}}


UNHEALTHY = health("10.0.1.8", "unhealthy", Reason="Target.ResponseCodeMismatch", Description=BAD)


def task(address: str) -> dict[str, Any]:
    details = [{"name": "privateIPv4Address", "value": address}]
    return {
        "taskArn": f"{ECS}:task/checkout/{address.replace('.', '')}",
        "lastStatus": "RUNNING",
        "containerInstanceArn": f"{ECS}:container-instance/checkout/h",
        "attachments": [{"type": "ElasticNetworkInterface", "details": details}],
        "containers": [{"name": "app", "networkBindings": [{"hostPort": 32768}]}],
    }


def account(
    groups: list[dict[str, Any]],
    targets: dict[str, list[dict[str, Any]]],
    tasks: tuple[str, ...] = (),
) -> Account:
    def wanted(params: Any) -> Any:
        names = params.get("TargetGroupArns")
        if names is not None:
            assert 0 < len(names) <= 20
            return {"TargetGroups": [g for g in groups if g["TargetGroupArn"] in names]}
        return tokens("TargetGroups", groups, "PageSize", "Marker", "NextMarker", 400)(params)

    running = [task(address) for address in tasks]
    balancers = [{"targetGroupArn": g["TargetGroupArn"], "containerName": "app"} for g in groups]
    rule = {
        "Priority": "10",
        "Conditions": [{"Field": "path-pattern", "Values": ["/cart*"]}],
        "Actions": [{"Type": "forward", "TargetGroupArn": f"{TG}/cart/1"}],
    }
    return Account(
        {
            GROUPS: wanted,
            HEALTH: lambda params: {
                "TargetHealthDescriptions": targets.get(params["TargetGroupArn"].split("/")[1], [])
            },
            "ecs:DescribeServices": fixed(
                services=[{"serviceName": "cart", "loadBalancers": balancers}]
            ),
            "ecs:ListServices": fixed(serviceArns=[f"{ECS}:service/checkout/cart"]),
            "ecs:ListTasks": fixed(taskArns=[each["taskArn"] for each in running]),
            "ecs:DescribeTasks": fixed(tasks=running),
            "ecs:DescribeContainerInstances": fixed(
                containerInstances=[
                    {
                        "containerInstanceArn": f"{ECS}:container-instance/checkout/h",
                        "ec2InstanceId": "i-0abc",
                    }
                ]
            ),
            "elbv2:DescribeTargetGroupAttributes": fixed(
                Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "30"}]
            ),
            "elbv2:DescribeLoadBalancers": fixed(
                LoadBalancers=[
                    {"LoadBalancerArn": ALB, "LoadBalancerName": "web", "Type": "application"}
                ]
            ),
            "elbv2:DescribeListeners": fixed(
                Listeners=[
                    {"ListenerArn": "l", "LoadBalancerArn": ALB, "Port": 443, "Protocol": "HTTPS"}
                ]
            ),
            "elbv2:DescribeRules": fixed(Rules=[rule]),
        }
    )


CART_TARGETS = {"cart": [health("10.0.1.7"), UNHEALTHY, health("10.9.9.9")]}


async def test_a_services_targets_are_its_tasks_and_strangers_are_flagged() -> None:
    clients = account([group("cart")], CART_TARGETS, ("10.0.1.7", "10.0.1.8"))
    listing = await listed(RESOURCE, clients, CART)
    assert listing.complete
    rows = [cells(RESOURCE, item, "group", "name", "health", "task") for item in listing.items]
    assert rows == [
        ("cart", "10.0.1.7:8080", "", "10017"),
        ("cart", "10.0.1.8:8080", "unhealthy: answers 502", "10018"),
        ("cart", "10.9.9.9:8080", "belongs to no task", None),
    ]
    assert RESOURCE.health(found(listing.items[2])).level is Level.WARNING


async def test_a_service_takes_five_calls_and_one_for_each_group() -> None:
    clients = account([group("blue"), group("green")], {}, ("10.0.1.7",))
    await listed(RESOURCE, clients, CART)
    assert clients.counts == {
        "ecs:DescribeServices": 1,
        GROUPS: 1,
        HEALTH: 2,
        "ecs:ListTasks": 1,
        "ecs:DescribeTasks": 1,
    }


async def test_a_group_of_instances_needs_the_hosts_of_the_tasks() -> None:
    clients = account(
        [group("cart", "instance")],
        {"cart": [health("i-0abc", port=32768), health("i-0abc", port=1)]},
        ("10.0.1.7",),
    )
    listing = await listed(RESOURCE, clients, CART)
    assert clients.counts["ecs:DescribeContainerInstances"] == 1
    assert [cells(RESOURCE, item, "task", "container") for item in listing.items] == [
        ("10017", "app"),
        (None, ""),
    ]


@pytest.mark.parametrize("count", [0, 1, 9, 400, 401])
async def test_a_region_takes_a_list_call_for_400_groups_and_one_for_each(count: int) -> None:
    names = [f"g{number}" for number in range(count)]
    clients = account(
        [group(name) for name in names], {name: [health("10.0.0.1")] for name in names}
    )
    listing = await listed(RESOURCE, clients)
    assert (len(listing.items), listing.complete) == (count, True)
    expected = {GROUPS: max(1, math.ceil(count / 400)), HEALTH: count}
    assert clients.counts == {name: calls for name, calls in expected.items() if calls}


async def test_without_a_cluster_nobody_is_called_a_stranger() -> None:
    listing = await listed(RESOURCE, account([group("cart")], CART_TARGETS))
    assert [found(item).joined for item in listing.items] == [False] * 3
    assert cells(RESOURCE, listing.items[2], "health") == ("",)


async def test_tasks_being_refused_leave_the_health_of_the_targets() -> None:
    clients = account([group("cart")], CART_TARGETS, ("10.0.1.7",))
    clients.deny("ecs:ListTasks")
    listing = await listed(RESOURCE, clients, CART)
    assert [problem.operation for problem in listing.problems] == ["ecs:ListTasks"]
    assert cells(RESOURCE, listing.items[1], "health") == ("unhealthy: answers 502",)
    assert cells(RESOURCE, listing.items[2], "health") == ("",)


async def test_health_being_refused_keeps_a_row_for_each_group_and_is_not_asked_again() -> None:
    clients = account([group(f"g{number}") for number in range(30)], {})
    clients.deny(HEALTH)
    listing = await listed(RESOURCE, clients)
    assert len(listing.items) == 30
    values: list[Any] = [item.value for item in listing.items]
    assert all(isinstance(value, Missing) and value.why is Why.DENIED for value in values)
    assert clients.counts[HEALTH] == 8
    assert len(listing.problems) == 1


async def test_a_group_of_its_own_is_a_scope() -> None:
    clients = account([group("cart"), group("other")], CART_TARGETS)
    listing = await listed(RESOURCE, clients, REGION.within(parent=f"{TG}/cart/1"))
    assert len(listing.items) == 3
    assert clients.counts == {GROUPS: 1, HEALTH: 1}


async def test_a_cluster_has_the_targets_of_all_its_services() -> None:
    clients = account([group("cart")], CART_TARGETS, ("10.0.1.7",))
    listing = await listed(RESOURCE, clients, CHECKOUT)
    assert len(listing.items) == 3
    assert clients.counts["ecs:ListServices"] == 1


async def test_groups_stand_before_their_targets_are_known() -> None:
    clients = account([group("cart")], CART_TARGETS)
    seen = [each async for each in RESOURCE.lister(clients, REGION, Demand())]
    assert [each.phase for each in seen] == [Phase.NAMES, Phase.DETAILS, Phase.DONE]
    assert cells(RESOURCE, seen[0].items[0], "group") == ("cart",)


async def test_the_pane_shows_the_way_that_requests_take() -> None:
    clients = account([group("cart")], CART_TARGETS, ("10.0.1.8",))
    item = (await listed(RESOURCE, clients, CART)).items[1]
    blocks = await pane(RESOURCE, clients, item, CART)
    assert texts_of(blocks)[0].startswith("unhealthy: answers 502: The target answers")
    assert rows_of(blocks, "Load balancers")[0][0] == "web"
    assert rows_of(blocks, "Rules that lead here") == (
        ("10", "HTTPS :443, path /cart*", 100.0, "forward to cart"),
    )


@pytest.mark.parametrize(
    "operation",
    [
        "DescribeTargetGroupAttributes",
        "DescribeLoadBalancers",
        "DescribeListeners",
        "DescribeRules",
    ],
)
async def test_the_pane_stands_without_any_of_its_calls(operation: str) -> None:
    clients = account([group("cart")], CART_TARGETS)
    clients.deny(f"elbv2:{operation}")
    item = (await listed(RESOURCE, clients)).items[1]
    blocks = await pane(RESOURCE, clients, item)
    assert f"you may not elbv2:{operation}" in texts_of(blocks)
    assert texts_of(blocks)[0].startswith("unhealthy")


async def test_reading_it_whole_asks_for_this_target() -> None:
    clients = account([group("cart")], CART_TARGETS)
    item = (await listed(RESOURCE, clients)).items[0]
    await RESOURCE.read(clients, REGION, item)
    assert clients.calls[-1][1]["Targets"] == [{"Id": "10.0.1.7", "Port": 8080}]


async def test_a_target_leads_to_the_containers_of_its_task() -> None:
    clients = account([group("cart")], CART_TARGETS, ("10.0.1.7",))
    mine, _, stranger = (await listed(RESOURCE, clients, CART)).items
    (child,) = RESOURCE.children
    assert child.when(mine)
    assert not child.when(stranger)
    assert child.scope(CART, mine).parent == f"{ECS}:task/checkout/10017"
