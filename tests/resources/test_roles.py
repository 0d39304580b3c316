"""Roles: fetched once however many services use them, with every policy that could be read."""

from __future__ import annotations

import math
from typing import Any

import pytest

from containerscope.model.ecs_service import AdvancedConfiguration, LoadBalancer, Service
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.model.health import Level
from containerscope.resources.roles import RESOURCE, roles_of
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

IAM = "arn:aws:iam::123456789012"
TASKS = "ecs-tasks.amazonaws.com"
MANAGED = f"{IAM}:policy/cart-queue"
READS = {
    "iam:GetRole": 1,
    "iam:ListAttachedRolePolicies": 1,
    "iam:ListRolePolicies": 1,
    "iam:GetRolePolicy": 1,
    "iam:GetPolicy": 1,
    "iam:GetPolicyVersion": 1,
}


def document(action: str, resource: str = "*") -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}


def trust(service: str = TASKS) -> dict[str, Any]:
    how = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Statement": [how]}


def role(name: str, **more: Any) -> dict[str, Any]:
    return {
        "RoleName": name,
        "Arn": f"{IAM}:role/app/{name}",
        "AssumeRolePolicyDocument": trust(),
        **more,
    }


def account(services: tuple[str, ...] = ("cart",)) -> Account:
    arns = [f"{ECS}:service/checkout/{name}" for name in services]

    def described(params: Any) -> Any:
        names = [name.rsplit("/", 1)[-1] for name in params["services"]]
        assert len(names) <= 10
        return {
            "services": [
                {"serviceName": name, "taskDefinition": f"{ECS}:task-definition/{name}:1"}
                for name in names
            ]
        }

    return Account(
        {
            "ecs:ListServices": tokens(
                "serviceArns", arns, "maxResults", "nextToken", "nextToken", 100
            ),
            "ecs:DescribeServices": described,
            "ecs:DescribeTaskDefinition": fixed(
                taskDefinition={
                    "taskRoleArn": f"{IAM}:role/app/cart",
                    "executionRoleArn": f"{IAM}:role/app/cart",
                }
            ),
            "iam:GetRole": lambda params: {"Role": role(params["RoleName"])},
            "iam:ListAttachedRolePolicies": fixed(
                AttachedPolicies=[{"PolicyName": "cart-queue", "PolicyArn": MANAGED}]
            ),
            "iam:ListRolePolicies": fixed(PolicyNames=["inline"]),
            "iam:GetRolePolicy": fixed(PolicyDocument=document("s3:*")),
            "iam:GetPolicy": fixed(Policy={"Arn": MANAGED, "DefaultVersionId": "v7"}),
            "iam:GetPolicyVersion": fixed(
                PolicyVersion={"VersionId": "v7", "Document": document("sqs:SendMessage", "arn:q")}
            ),
        }
    )


async def test_a_service_has_its_roles_with_what_each_is_for() -> None:
    clients = account()
    listing = await listed(RESOURCE, clients, CART)
    (item,) = listing.items
    assert listing.complete
    assert cells(RESOURCE, item, "name", "for", "trusts", "policies", "health") == (
        "cart",
        "task, execution",
        TASKS,
        2,
        "all of s3 on everything",
    )
    assert RESOURCE.health(found(item)).level is Level.WARNING
    assert clients.counts == {
        "ecs:DescribeServices": 1,
        "ecs:DescribeTaskDefinition": 1,
        **READS,
    }


async def test_a_role_is_fetched_once_however_many_services_use_it() -> None:
    clients = account(tuple(f"s{number}" for number in range(25)))
    listing = await listed(RESOURCE, clients, CHECKOUT)
    assert len(listing.items) == 1
    assert clients.counts == {
        "ecs:ListServices": 1,
        "ecs:DescribeServices": 3,
        "ecs:DescribeTaskDefinition": 25,
        **READS,
    }


async def test_a_service_on_instances_has_the_role_of_their_profile_too() -> None:
    clients = account()
    host = f"{ECS}:container-instance/checkout/h"
    clients.answers |= {
        "ecs:DescribeServices": fixed(
            services=[{"serviceName": "cart", "launchType": "EC2", "taskDefinition": "cart:1"}]
        ),
        "ecs:ListTasks": fixed(taskArns=["a", "b"]),
        "ecs:DescribeTasks": fixed(tasks=[{"containerInstanceArn": host}] * 2),
        "ecs:DescribeContainerInstances": fixed(
            containerInstances=[{"containerInstanceArn": host, "ec2InstanceId": "i-1"}]
        ),
        "ec2:DescribeInstances": fixed(
            Reservations=[
                {"Instances": [{"IamInstanceProfile": {"Arn": f"{IAM}:instance-profile/nodes"}}]}
            ]
        ),
        "iam:GetInstanceProfile": fixed(InstanceProfile={"Roles": [role("nodes")]}),
    }
    listing = await listed(RESOURCE, clients, CART)
    assert [cells(RESOURCE, item, "name", "for") for item in listing.items] == [
        ("cart", "task, execution"),
        ("nodes", "instances"),
    ]
    for operation in ("ecs:ListTasks", "ecs:DescribeTasks", "ec2:DescribeInstances"):
        assert clients.counts[operation] == 1
    clients = account()
    clients.answers["ecs:DescribeServices"] = fixed(
        services=[{"serviceName": "cart", "launchType": "EC2", "taskDefinition": "cart:1"}]
    )
    clients.deny("ecs:ListTasks")
    listing = await listed(RESOURCE, clients, CART)
    assert [item.name for item in listing.items] == ["cart"]
    assert [problem.operation for problem in listing.problems] == ["ecs:ListTasks"]


def test_every_role_of_a_service_has_its_purpose() -> None:
    blue = LoadBalancer(advanced_configuration=AdvancedConfiguration(role_arn="infra"))
    service = Service(role_arn="service", load_balancers=(blue,))
    definition = TaskDefinition(task_role_arn="task", execution_role_arn="execution")
    assert roles_of(service, definition) == (
        ("task", "task"),
        ("execution", "execution"),
        ("service", "service"),
        ("infra", "infrastructure"),
    )
    assert roles_of(Service(), TaskDefinition()) == ()


@pytest.mark.parametrize("count", [1, 1000, 1001])
async def test_the_account_takes_a_call_a_thousand(count: int) -> None:
    clients = account()
    details = [
        role(f"r{number}", RolePolicyList=[{"PolicyName": "p", "PolicyDocument": document("*")}])
        for number in range(count)
    ]
    clients.answers["iam:GetAccountAuthorizationDetails"] = tokens(
        "RoleDetailList", details, "MaxItems", "Marker", "Marker", 1000
    )
    listing = await listed(RESOURCE, clients)
    assert (len(listing.items), listing.complete) == (count, True)
    assert clients.counts == {"iam:GetAccountAuthorizationDetails": math.ceil(count / 1000)}
    assert cells(RESOURCE, listing.items[0], "health") == ("administrator",)


async def test_where_the_whole_account_is_refused_roles_are_listed_by_name() -> None:
    clients = account()
    clients.deny("iam:GetAccountAuthorizationDetails")
    clients.answers["iam:ListRoles"] = fixed(Roles=[role("cart"), role("web")])
    listing = await listed(RESOURCE, clients)
    assert [item.name for item in listing.items] == ["cart", "web"]
    assert [problem.operation for problem in listing.problems] == [
        "iam:GetAccountAuthorizationDetails"
    ]
    assert cells(RESOURCE, listing.items[0], "policies", "trusts") == (None, TASKS)


async def test_a_role_that_may_not_be_read_keeps_its_row() -> None:
    clients = account()
    clients.deny("iam:GetRole")
    listing = await listed(RESOURCE, clients, CART)
    assert [item.name for item in listing.items] == ["cart"]
    assert [problem.permission for problem in listing.problems] == ["iam:GetRole"]


async def test_the_panes_say_who_may_be_it_and_what_it_may_do() -> None:
    clients = account()
    (item,) = (await listed(RESOURCE, clients, CART)).items
    blocks = await pane(RESOURCE, clients, item, CART)
    ((kind, who, how, _, note),) = rows_of(blocks, "Who may assume it")
    assert (kind, who, how) == ("service", TASKS, ("AssumeRole",))
    assert "aws:SourceAccount" in note
    assert [row[:2] for row in rows_of(blocks, "Policies")] == [
        ("cart-queue", "managed"),
        ("inline", "inline"),
    ]
    blocks = await pane(RESOURCE, clients, item, CART, tab=1)
    assert [row[-1] for row in rows_of(blocks, "What it may do")] == [
        ("s3:*",),
        ("sqs:SendMessage",),
    ]
    assert "control policies" in texts_of(blocks)[-1]


@pytest.mark.parametrize("operation", ["GetRolePolicy", "GetPolicy", "GetPolicyVersion"])
async def test_a_policy_that_may_not_be_read_hides_no_other(operation: str) -> None:
    clients = account()
    clients.deny(f"iam:{operation}")
    (item,) = (await listed(RESOURCE, clients, CART)).items
    blocks = await pane(RESOURCE, clients, item, CART, tab=1)
    assert len(rows_of(blocks, "What it may do")) == 1
    assert texts_of(blocks)[-1].startswith("Not read: ")
    blocks = await pane(RESOURCE, clients, item, CART)
    assert f"you may not iam:{operation}" in [row[2] for row in rows_of(blocks, "Policies")]


async def test_policies_that_may_not_be_listed_are_said() -> None:
    clients = account()
    clients.deny("iam:ListAttachedRolePolicies", "iam:ListRolePolicies")
    (item,) = (await listed(RESOURCE, clients, CART)).items
    assert found(item).whole is False
    assert cells(RESOURCE, item, "policies") == (None,)


async def test_a_boundary_is_read_with_the_role() -> None:
    clients = account()
    limit = {"PermissionsBoundaryArn": f"{IAM}:policy/limit"}
    clients.answers["iam:GetRole"] = fixed(Role=role("cart", PermissionsBoundary=limit))
    (item,) = (await listed(RESOURCE, clients, CART)).items
    assert cells(RESOURCE, item, "boundary") == ("limit",)
    blocks = await pane(RESOURCE, clients, item, CART, tab=1)
    assert texts_of(blocks)[-1].startswith("The boundary limit limits all of it.")


async def test_a_role_of_the_accounts_list_is_read_whole_when_it_is_opened() -> None:
    clients = account()
    clients.answers["iam:GetAccountAuthorizationDetails"] = fixed(RoleDetailList=[role("cart")])
    (item,) = (await listed(RESOURCE, clients)).items
    for tab in (0, 1):
        await pane(RESOURCE, clients, item, tab=tab)
    assert clients.counts == {"iam:GetAccountAuthorizationDetails": 1, **READS}


async def test_reading_it_whole_names_its_policies() -> None:
    clients = account()
    (item,) = (await listed(RESOURCE, clients, CART)).items
    whole = await RESOURCE.read(clients, REGION, item)
    assert (whole["RoleName"], whole["PolicyNames"]) == ("cart", ["inline"])
