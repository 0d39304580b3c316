"""A small ECS account for the tests of the ECS resources, in the API's own words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from containerscope.model.listing import Item, Listing
from containerscope.resource import Block, Demand, Resource, Scope
from containerscope.rows import View, build
from tests.fakes import NOW, FakeClients, described, page_of, paged

ARN = "arn:aws:ecs:eu-west-1:123456789012"
HOSTILE = "[/red] \x1b]0;x\x07\u202e'\"\n<b>"


def ago(**by: float) -> Any:
    """A moment before the fixed now of the fakes."""
    return NOW - timedelta(**by)


def service(name: str, cluster: str = "checkout", **more: Any) -> dict[str, Any]:
    """A service at rest, changed by what is given."""
    return {
        "serviceArn": f"{ARN}:service/{cluster}/{name}",
        "serviceName": name,
        "clusterArn": f"{ARN}:cluster/{cluster}",
        "status": "ACTIVE",
        "desiredCount": 2,
        "runningCount": 2,
        "pendingCount": 0,
        "launchType": "FARGATE",
        "taskDefinition": f"{ARN}:task-definition/{name}:7",
        "createdAt": ago(days=9),
        "deployments": [deployment(name)],
        "events": [event("has reached a steady state.", name)],
        **more,
    }


def deployment(name: str = "web", **more: Any) -> dict[str, Any]:
    """A completed primary deployment, changed by what is given."""
    return {
        "id": "ecs-svc/1",
        "status": "PRIMARY",
        "taskDefinition": f"{ARN}:task-definition/{name}:7",
        "desiredCount": 2,
        "runningCount": 2,
        "pendingCount": 0,
        "failedTasks": 0,
        "rolloutState": "COMPLETED",
        "createdAt": ago(hours=6),
        "updatedAt": ago(hours=5),
        **more,
    }


def event(text: str, name: str = "web", *, number: int = 1, **by: float) -> dict[str, Any]:
    """A service event with the prefix that every one has."""
    return {
        "id": f"event-{name}-{number}",
        "createdAt": ago(**(by or {"minutes": number})),
        "message": f"(service {name}) {text}",
    }


def task(number: int, cluster: str = "checkout", name: str = "web", **more: Any) -> dict[str, Any]:
    """A running task of a service, changed by what is given."""
    key = f"{number:032x}"
    arn = f"{ARN}:task/{cluster}/{key}"
    return {
        "taskArn": arn,
        "clusterArn": f"{ARN}:cluster/{cluster}",
        "taskDefinitionArn": f"{ARN}:task-definition/{name}:7",
        "group": f"service:{name}",
        "lastStatus": "RUNNING",
        "desiredStatus": "RUNNING",
        "launchType": "FARGATE",
        "availabilityZone": "eu-west-1a",
        "cpu": "256",
        "memory": "512",
        "createdAt": ago(hours=2),
        "startedAt": ago(hours=1),
        "startedBy": "ecs-svc/1",
        "attachments": [
            {
                "type": "ElasticNetworkInterface",
                "status": "ATTACHED",
                "details": [
                    {"name": "networkInterfaceId", "value": "eni-1"},
                    {"name": "privateIPv4Address", "value": "10.0.1.7"},
                ],
            }
        ],
        "containers": [container(arn)],
        **more,
    }


def container(task_arn: str, name: str = "app", **more: Any) -> dict[str, Any]:
    """A running container of a task, changed by what is given."""
    return {
        "containerArn": f"{ARN}:container/checkout/{task_arn.rsplit('/', 1)[-1]}/{name}",
        "taskArn": task_arn,
        "name": name,
        "image": "repo/app:1.2",
        "imageDigest": "sha256:9f3c0123456789abcdef",
        "runtimeId": "runtime-1",
        "lastStatus": "RUNNING",
        "healthStatus": "HEALTHY",
        "cpu": "256",
        "networkInterfaces": [{"privateIpv4Address": "10.0.1.7"}],
        "networkBindings": [{"containerPort": 80, "hostPort": 32768, "protocol": "tcp"}],
        **more,
    }


def instance(number: int, cluster: str = "checkout", **more: Any) -> dict[str, Any]:
    """A container instance, changed by what is given."""
    return {
        "containerInstanceArn": f"{ARN}:container-instance/{cluster}/{number:032x}",
        "ec2InstanceId": f"i-{number:017x}",
        "capacityProviderName": "ec2",
        "status": "ACTIVE",
        "agentConnected": True,
        "runningTasksCount": 3,
        "pendingTasksCount": 0,
        "versionInfo": {"agentVersion": "1.90.0", "dockerVersion": "DockerVersion: 25.0"},
        "registeredResources": [
            {"name": "CPU", "type": "INTEGER", "integerValue": 4096},
            {"name": "MEMORY", "type": "INTEGER", "integerValue": 15000},
        ],
        "remainingResources": [
            {"name": "CPU", "type": "INTEGER", "integerValue": 1024},
            {"name": "MEMORY", "type": "INTEGER", "integerValue": 5000},
        ],
        "attributes": [
            {"name": "ecs.availability-zone", "value": "eu-west-1b"},
            {"name": "ecs.instance-type", "value": "m7g.xlarge"},
        ],
        "registeredAt": ago(days=3),
        **more,
    }


def account(
    services: Mapping[str, list[dict[str, Any]]] | None = None,
    tasks: Mapping[str, list[dict[str, Any]]] | None = None,
    instances: Mapping[str, list[dict[str, Any]]] | None = None,
) -> FakeClients:
    """An account with these clusters' services, tasks and instances."""
    services, tasks, instances = services or {}, tasks or {}, instances or {}
    names = list(dict.fromkeys([*services, *tasks, *instances]))
    clients = FakeClients()
    clients.answers |= {
        "ecs:ListClusters": paged("clusterArns", [f"{ARN}:cluster/{name}" for name in names], 100),
        "ecs:ListServices": lambda params: page_of(
            "serviceArns", [s["serviceArn"] for s in services[params["cluster"]]], params, 10
        ),
        "ecs:DescribeServices": lambda params: described(
            "services",
            "services",
            "serviceArn",
            {s["serviceArn"]: s for s in services[params["cluster"]]}
            | {s["serviceName"]: s for s in services[params["cluster"]]},
            10,
        )(params),
        "ecs:ListTasks": lambda params: _list_tasks(tasks[params["cluster"]], params),
        "ecs:DescribeTasks": lambda params: described(
            "tasks", "tasks", "taskArn", {t["taskArn"]: t for t in tasks[params["cluster"]]}, 100
        )(params),
        "ecs:ListContainerInstances": lambda params: page_of(
            "containerInstanceArns",
            [i["containerInstanceArn"] for i in instances[params["cluster"]]],
            params,
            100,
        ),
        "ecs:DescribeContainerInstances": lambda params: described(
            "containerInstances",
            "containerInstances",
            "containerInstanceArn",
            {i["containerInstanceArn"]: i for i in instances[params["cluster"]]},
            100,
        )(params),
    }
    return clients


def _list_tasks(tasks: list[dict[str, Any]], params: Mapping[str, Any]) -> Mapping[str, Any]:
    wanted = [
        each["taskArn"]
        for each in tasks
        if each["desiredStatus"] == params.get("desiredStatus", "RUNNING")
        and params.get("serviceName") in (None, each["group"].removeprefix("service:"))
        and params.get("containerInstance") in (None, each.get("containerInstanceArn"))
    ]
    return page_of("taskArns", wanted, params, 100)


async def listings(
    resource: Resource[Any], clients: FakeClients, scope: Scope
) -> list[Listing[Any]]:
    """Every listing that the lister yields, the last one complete."""
    return [listing async for listing in resource.lister(clients, scope, Demand())]


async def listed(resource: Resource[Any], clients: FakeClients, scope: Scope) -> Listing[Any]:
    """The last listing."""
    return (await listings(resource, clients, scope))[-1]


def table(resource: Resource[Any], listing: Listing[Any], *, wide: bool = False) -> list[str]:
    """The rows as a person reads them: cells by heading, joined by ` | `."""
    rows = build(listing, resource, View(wide=wide), NOW)
    heads = " | ".join(heading.title for heading in rows.headings)
    return [heads, *(" | ".join(cell.text for cell in rows.cells(key)) for key in rows.keys)]


async def last_blocks(
    resource: Resource[Any], clients: FakeClients, scope: Scope, item: Item[Any], title: str
) -> tuple[Block, ...]:
    """What a tab of the detail pane shows in the end."""
    detail = next(detail for detail in resource.details if detail.title == title)
    return [blocks async for blocks in detail.blocks(clients, scope, item)][-1]
