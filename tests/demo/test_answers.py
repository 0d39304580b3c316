"""Each answer of the demo account against the shapes of botocore's service models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from containerscope.demo.operations import OPERATIONS
from containerscope.demo.world import World
from tests.demo.in_process import ask

_OPTIONAL = ["TAGS", "STATISTICS", "SETTINGS", "CONFIGURATIONS", "ATTACHMENTS"]


def test_every_list_and_describe_of_ecs_fits_its_shape(world: World) -> None:
    asked = {"ListClusters", "DescribeClusters"}
    clusters = ask(world, "ecs", "ListClusters")["clusterArns"]
    ask(world, "ecs", "DescribeClusters", clusters=clusters, include=_OPTIONAL)
    for cluster in clusters:
        for listing, describing, member in (
            ("ListServices", "DescribeServices", "services"),
            ("ListTasks", "DescribeTasks", "tasks"),
            ("ListContainerInstances", "DescribeContainerInstances", "containerInstances"),
        ):
            [arns] = [
                each
                for each in ask(world, "ecs", listing, cluster=cluster).values()
                if isinstance(each, list)
            ]
            if arns:
                include = ["TAGS", "CONTAINER_INSTANCE_HEALTH"]
                found = ask(
                    world, "ecs", describing, cluster=cluster, include=include, **{member: arns}
                )
                assert len(found[member]) == len(arns)
                assert found["failures"] == []
            asked |= {listing, describing}
        stopped = ask(world, "ecs", "ListTasks", cluster=cluster, desiredStatus="STOPPED")[
            "taskArns"
        ]
        assert len(ask(world, "ecs", "DescribeTasks", cluster=cluster, tasks=stopped)["tasks"]) > 0
        ask(world, "ecs", "DescribeCapacityProviders", cluster=cluster, include=["TAGS"])
    assert asked <= OPERATIONS["ecs"].keys()


def test_every_task_definition_fits_its_shape_and_newest_is_found_by_family(world: World) -> None:
    for family in ask(world, "ecs", "ListTaskDefinitionFamilies")["families"]:
        found = ask(world, "ecs", "DescribeTaskDefinition", taskDefinition=family, include=["TAGS"])
        newest = found["taskDefinition"]["revision"]
        assert newest == max(each.revision for each in world.families[family])
        arns = ask(world, "ecs", "ListTaskDefinitions", familyPrefix=family, sort="DESC")
        assert arns["taskDefinitionArns"][0].endswith(f"task-definition/{family}:{newest}")


def test_deployments_lead_to_their_revisions(world: World) -> None:
    for cluster in world.clusters.values():
        for name in cluster.services:
            where = {"cluster": cluster.name, "service": name}
            briefs = ask(world, "ecs", "ListServiceDeployments", **where)["serviceDeployments"]
            arns = [each["serviceDeploymentArn"] for each in briefs]
            found = ask(world, "ecs", "DescribeServiceDeployments", serviceDeploymentArns=arns)
            assert found["failures"] == []
            revisions = {
                each["arn"]
                for one in found["serviceDeployments"]
                for each in [one["targetServiceRevision"], *one["sourceServiceRevisions"]]
            }
            told = ask(
                world, "ecs", "DescribeServiceRevisions", serviceRevisionArns=list(revisions)
            )
            assert {each["serviceRevisionArn"] for each in told["serviceRevisions"]} == revisions


def test_every_answer_of_eks_fits_its_shape(world: World) -> None:
    ask(world, "eks", "DescribeClusterVersions", includeAll=True)
    for name in ask(world, "eks", "ListClusters")["clusters"]:
        ask(world, "eks", "DescribeCluster", name=name)
        for listing, member, describing, wanted in (
            ("ListNodegroups", "nodegroups", "DescribeNodegroup", "nodegroupName"),
            (
                "ListFargateProfiles",
                "fargateProfileNames",
                "DescribeFargateProfile",
                "fargateProfileName",
            ),
            ("ListAddons", "addons", "DescribeAddon", "addonName"),
        ):
            for each in ask(world, "eks", listing, clusterName=name)[member]:
                ask(world, "eks", describing, clusterName=name, **{wanted: each})


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("sts", "GetCallerIdentity", {}),
        ("sts", "AssumeRole",
         {"RoleArn": "arn:aws:iam::123456789012:role/audit", "RoleSessionName": "ana"}),
        ("iam", "ListAccountAliases", {}),
        ("iam", "SimulatePrincipalPolicy",
         {"PolicySourceArn": "arn:aws:iam::123456789012:role/OpsRole",
          "ActionNames": ["ecs:ListTasks"]}),
        ("sso-oidc", "RegisterClient", {"clientName": "c", "clientType": "public"}),
        ("sso-oidc", "StartDeviceAuthorization",
         {"clientId": "c", "clientSecret": "s", "startUrl": "https://x.example"}),
        ("sso-oidc", "CreateToken",
         {"clientId": "c", "clientSecret": "s", "grantType": "g", "deviceCode": "d"}),
        ("sso", "GetRoleCredentials",
         {"roleName": "Ops", "accountId": "123456789012", "accessToken": "demo-access-1"}),
        ("ecs", "ListAccountSettings", {"effectiveSettings": True}),
        ("ecs", "ListTagsForResource",
         {"resourceArn": "arn:aws:ecs:eu-west-1:123456789012:cluster/edge"}),
        ("ecs", "DescribeTaskSets", {"cluster": "checkout", "service": "web"}),
        ("ecs", "ListServicesByNamespace", {"namespace": "ns-shopinternal0001"}),
        ("ecs", "GetTaskProtection", {"cluster": "checkout"}),
    ],
)  # fmt: skip
def test_the_other_answers_fit_their_shapes(
    world: World, service: str, operation: str, params: Mapping[str, Any]
) -> None:
    assert ask(world, service, operation, **params)
