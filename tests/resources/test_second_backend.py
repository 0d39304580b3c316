"""The resources on moto, which knows nothing of our demo account: an independent witness."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import AsyncIterator, Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from containerscope.clients.aws import AwsClients, connect
from containerscope.model.listing import Listing, Missing, Phase
from containerscope.resource import Scope, Target
from containerscope.resources import find
from tests.resources.wire import REGION, Nobody, listed

ROLE = "arn:aws:iam::123456789012:role/some"
UNKNOWN = {"eks:DescribeClusterVersions"}
"""What moto does not know; the rows stand without it."""
KEYS = {"aws_access_key_id": "AKIAEXAMPLE", "aws_secret_access_key": "secret"}


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """The address of a server that another project wrote."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    # Its state is the process's: a server that an earlier test ended has left its own.
    forget = urllib.request.Request(f"{url}/moto-api/reset", method="POST")
    urllib.request.urlopen(forget).close()
    _fill_ecs(url)
    _fill_eks(url)
    yield url
    server.stop()


def _client(service: str, url: str) -> Any:
    return boto3.client(service, region_name=REGION, endpoint_url=url, **KEYS)


def _fill_ecs(url: str) -> None:
    ecs, ec2 = _client("ecs", url), _client("ec2", url)
    for name in ("shop", "empty"):
        ecs.create_cluster(clusterName=name)
    for family, count in (("web", 3), ("job", 1)):
        for _ in range(count):
            ecs.register_task_definition(
                family=family,
                containerDefinitions=[
                    {
                        "name": "main", "image": "nginx:1", "memory": 128, "cpu": 64,
                        "environment": [{"name": "TOKEN", "value": "hunter2"}],
                        "portMappings": [{"containerPort": 80, "hostPort": 8080}],
                    }
                ],
            )  # fmt: skip
    for number in range(12):
        ecs.create_service(
            cluster="shop", serviceName=f"web-{number:02}", taskDefinition="web:3",
            desiredCount=2,
        )  # fmt: skip
    image = ec2.describe_images()["Images"][0]["ImageId"]
    for host in ec2.run_instances(ImageId=image, MinCount=2, MaxCount=2)["Instances"]:
        document = {"instanceId": host["InstanceId"]}
        ecs.register_container_instance(
            cluster="shop", instanceIdentityDocument=json.dumps(document)
        )
    ecs.run_task(cluster="shop", taskDefinition="job:1", count=2, launchType="EC2")


def _fill_eks(url: str) -> None:
    eks = _client("eks", url)
    for name in ("one", "two"):
        eks.create_cluster(name=name, version="1.33", roleArn=ROLE, resourcesVpcConfig={})
    for number in range(3):
        eks.create_nodegroup(
            clusterName="one", nodegroupName=f"group-{number}", nodeRole=ROLE,
            subnets=["subnet-1"], scalingConfig={"minSize": 1, "desiredSize": 2, "maxSize": 3},
        )  # fmt: skip
    eks.create_fargate_profile(
        clusterName="two", fargateProfileName="batch", podExecutionRoleArn=ROLE,
        selectors=[{"namespace": "batch"}],
    )  # fmt: skip


@pytest.fixture
async def clients(moto: str) -> AsyncIterator[AwsClients]:
    """Read-only clients of it."""
    target = Target(region=REGION, endpoint_url=moto, access_key="AKIAEXAMPLE", secret_key="secret")
    clients = await connect(target, read_only=True, rate_share=0, sign_in=Nobody())
    yield clients
    await clients.close()


async def of(clients: AwsClients, name: str, scope: Scope | None = None) -> Listing[Any]:
    resource = find(name)
    assert resource is not None
    return await listed(resource, clients, scope or Scope(region=REGION))


def whole(listing: Listing[Any]) -> dict[str, Any]:
    """Name -> value of rows that are all there."""
    assert listing.phase is Phase.DONE
    assert not [each for each in listing.problems if each.operation not in UNKNOWN]
    assert not [item for item in listing.items if isinstance(item.value, Missing)]
    return {item.name: item.value for item in listing.items}


async def test_clusters_of_both_kinds(clients: AwsClients) -> None:
    listing = await of(clients, "ecs")
    assert {item.name for item in listing.items} == {"shop", "empty"}
    assert whole(await of(clients, "eks")).keys() == {"one", "two"}
    both = await of(clients, "clusters")
    assert {item.name for item in both.items} == {"shop", "empty", "one", "two"}


async def test_services_are_read_past_the_tenth(clients: AwsClients) -> None:
    services = whole(await of(clients, "services"))
    assert sorted(services) == [f"web-{number:02}" for number in range(12)]
    assert {service.desired_count for service in services.values()} == {2}
    assert clients.calls["ecs:DescribeServices"] == 2


async def test_tasks_their_containers_and_instances(clients: AwsClients) -> None:
    tasks = await of(clients, "tasks")
    assert len(whole(tasks)) == 2
    assert {task.launch_type for task in whole(tasks).values()} == {"EC2"}
    scope = Scope(region=REGION, cluster="shop", parent=tasks.items[0].key)
    containers = await of(clients, "containers", scope)
    assert containers.phase is Phase.DONE
    instances = whole(await of(clients, "instances"))
    assert len(instances) == 2


async def test_task_definitions_and_their_revisions(clients: AwsClients) -> None:
    families = await of(clients, "taskdefs")
    assert {item.name for item in families.items} == {"job", "web"}
    revisions = await of(clients, "taskdefs", Scope(region=REGION, parent="web"))
    assert [item.name for item in revisions.items] == ["web:3", "web:2", "web:1"]
    resource = find("taskdefs")
    assert resource is not None
    read = await resource.read(clients, Scope(region=REGION), revisions.items[0])
    assert read["containerDefinitions"][0]["portMappings"][0]["containerPort"] == 80


async def test_node_groups_and_fargate_profiles(clients: AwsClients) -> None:
    groups = whole(await of(clients, "nodegroups"))
    assert sorted(groups) == ["group-0", "group-1", "group-2"]
    assert groups["group-0"].scaling_config.desired_size == 2
    assert list(whole(await of(clients, "fargate-profiles"))) == ["batch"]


async def test_what_it_does_not_implement_is_a_problem_and_no_crash(clients: AwsClients) -> None:
    addons = await of(clients, "addons")
    assert addons.phase is Phase.DONE
    assert addons.problems
