"""Read-only below the interface: whatever an action tries, nothing leaves the program."""

from __future__ import annotations

from typing import Any

import pytest

from containerscope.acting import Order, Preview, run, why_not
from containerscope.clients.aws import connect
from containerscope.clients.guard import ALLOWED
from containerscope.model.listing import Item, RefusedError
from containerscope.plan import Request, Step
from containerscope.resource import Action, Resource, Scope, Target
from containerscope.resources import all_resources
from tests.clients.counting import counting_server
from tests.resources.wire import REGION, Nobody

EVERY = [(resource, action) for resource in all_resources().values() for action in resource.actions]
CALLS: dict[str, dict[str, Any]] = {
    "ecs:UpdateService": {"service": "s"},
    "ecs:StopTask": {"task": "t"},
    "ecs:StopServiceDeployment": {"serviceDeploymentArn": "arn"},
    "ecs:ContinueServiceDeployment": {"serviceDeploymentArn": "arn", "hookId": "h"},
    "ecs:UpdateContainerInstancesState": {"containerInstances": ["i"], "status": "DRAINING"},
    "ecs:UpdateTaskProtection": {"cluster": "c", "tasks": ["t"], "protectionEnabled": True},
    "ecs:RunTask": {"taskDefinition": "t"},
    "ecs:ExecuteCommand": {"task": "t", "command": "c", "interactive": True},
    "ssm:StartSession": {"Target": "i-1"},
    "eks:UpdateNodegroupVersion": {"clusterName": "c", "nodegroupName": "n"},
    "eks:UpdateNodegroupConfig": {"clusterName": "c", "nodegroupName": "n"},
    "application-autoscaling:RegisterScalableTarget": {
        "ServiceNamespace": "ecs",
        "ResourceId": "r",
        "ScalableDimension": "ecs:service:DesiredCount",
    },
}
"""Parameters that AWS would take, for each call that actions make."""


@pytest.mark.parametrize(("resource", "action"), EVERY, ids=lambda each: getattr(each, "id", ""))
async def test_every_action_of_every_resource_is_refused_before_a_socket_opens(
    resource: Resource[Any], action: Action[Any]
) -> None:
    async with counting_server() as knocks:
        target = Target(
            region=REGION, endpoint_url=knocks.url, access_key="AKIADEMO", secret_key="x"
        )
        clients = await connect(target, read_only=True, rate_share=0, sign_in=Nobody())
        item: Item[Any] = Item("k", "n", cluster="c")
        assert why_not(clients, action, [item]) == "read-only"
        for permission in set(action.permissions) - {"iam:PassRole"}:
            service, _, operation = permission.partition(":")
            if operation in ALLOWED[service]:
                continue
            request = Request(service, operation, CALLS[permission])
            order = Order(resource, action, Scope(region=REGION), (item,))
            step = Step("n", "k", request=request)
            (outcome,) = await run(clients, order, Preview((step,)), "1")
            assert outcome.result == "refused"
            with pytest.raises(RefusedError):
                await clients.send(service, operation, **CALLS[permission])
        await clients.close()
        assert knocks.connections == 0


def test_there_are_actions_to_be_refused() -> None:
    assert len(EVERY) >= 14
