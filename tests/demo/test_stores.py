"""Secrets, parameters and names: what task definitions refer to is there, and stays unsaid."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from tests.demo.conftest import Connect
from tests.demo.in_process import ask


def references(world: World) -> set[str]:
    """Every `valueFrom` of a service's containers."""
    return {
        each["valueFrom"]
        for cluster in world.clusters.values()
        for service in cluster.services.values()
        for container in service.definition.containers
        for each in container.get("secrets", ())
    }


async def test_every_secret_can_be_described_by_name_and_arn(
    world: World, account: RunningServer, connect: Connect
) -> None:
    secrets = await connect(account, "secretsmanager")
    for reference in references(world):
        if ":secretsmanager:" not in reference:
            continue
        arn = ":".join(reference.split(":")[:7])
        told = await secrets.describe_secret(SecretId=arn)
        assert told["ARN"] == arn
        assert (await secrets.describe_secret(SecretId=told["Name"]))["ARN"] == arn
    listed = (await secrets.list_secrets())["SecretList"]
    assert "payments/payments-db" in {each["Name"] for each in listed}
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        await secrets.describe_secret(SecretId="none")
    first = await secrets.list_secrets(MaxResults=3)
    rest = await secrets.list_secrets(NextToken=first["NextToken"])
    assert first["SecretList"] + rest["SecretList"] == listed


async def test_only_parameters_of_aws_are_told(
    world: World, account: RunningServer, connect: Connect
) -> None:
    ssm = await connect(account, "ssm")
    own = [each["Name"] for each in (await ssm.describe_parameters())["Parameters"]]
    assert own == ["/payments/psp/webhook_secret"]
    for call in (
        ssm.get_parameter(Name=own[0]),
        ssm.get_parameters(Names=own),
        ssm.get_parameters_by_path(Path="/payments"),
    ):
        with pytest.raises(ClientError, match="not authorized to perform: ssm:GetParameter"):
            await call
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        await ssm.get_parameter(Name="/aws/service/none")


async def test_the_recommended_node_image_is_the_one_that_nodes_of_its_version_run(
    world: World, account: RunningServer, connect: Connect
) -> None:
    ssm = await connect(account, "ssm")
    group = world.eks["platform"].nodegroups["general-a"]
    base = f"/aws/service/eks/optimized-ami/{group['version']}/amazon-linux-2023/x86_64/standard"
    release = (await ssm.get_parameter(Name=f"{base}/recommended/release_version"))["Parameter"]
    assert release["Value"] == group["releaseVersion"]
    image = (await ssm.get_parameter(Name=f"{base}/recommended/image_id"))["Parameter"]["Value"]
    nodes = ask(
        world,
        "ec2",
        "DescribeInstances",
        Filters=[{"Name": "tag:eks:nodegroup-name", "Values": ["general-a"]}],
    )["Reservations"]
    assert {each["Instances"][0]["ImageId"] for each in nodes} == {image}
    below = await ssm.get_parameters_by_path(Path=f"{base}/recommended", Recursive=True)
    assert len(below["Parameters"]) == 3
    assert ssm.exceptions.ParameterNotFound


async def test_names_of_service_connect_lead_to_running_tasks(
    world: World, account: RunningServer, connect: Connect
) -> None:
    discovery = await connect(account, "servicediscovery")
    [namespace] = (await discovery.list_namespaces())["Namespaces"]
    assert namespace["Name"] == "shop.internal"
    mine = [{"Name": "NAMESPACE_ID", "Values": [namespace["Id"]]}]
    services = (await discovery.list_services(Filters=mine))["Services"]
    assert namespace["ServiceCount"] == len(services)
    [cart] = [each for each in services if each["Name"] == "cart"]
    found = (await discovery.list_instances(ServiceId=cart["Id"]))["Instances"]
    tasks = world.clusters["checkout"].services["cart"].tasks.values()
    assert {each["Attributes"]["AWS_INSTANCE_IPV4"] for each in found} == {
        each.address for each in tasks if each.status == "RUNNING"
    }
    status = await discovery.get_instances_health_status(ServiceId=cart["Id"])
    assert set(status["Status"].values()) == {"HEALTHY"}
    told = await discovery.get_service(Id=cart["Id"])
    assert told["Service"]["NamespaceId"] == namespace["Id"]
    with pytest.raises(discovery.exceptions.ServiceNotFound):
        await discovery.list_instances(ServiceId="srv-none")


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("secretsmanager", "ListSecrets", {}),
        ("secretsmanager", "DescribeSecret", {"SecretId": "orders/orders-db"}),
        ("ssm", "DescribeParameters", {}),
        ("ssm", "GetParametersByPath", {"Path": "/aws/service/ecs", "Recursive": True}),
        ("servicediscovery", "ListNamespaces", {}),
        ("servicediscovery", "GetNamespace", {"Id": "ns-shopinternal0001"}),
        ("servicediscovery", "ListServices", {}),
    ],
)
def test_answers_fit_their_shapes(
    world: World, service: str, operation: str, params: dict[str, Any]
) -> None:
    assert ask(world, service, operation, **params)
