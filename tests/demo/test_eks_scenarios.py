"""The stories on EKS: each begins, is told as EKS would tell it, and ends."""

from __future__ import annotations

import pytest

from containerscope.demo.eks_scenarios import EKS_SCENARIOS
from containerscope.demo.world import World
from tests.demo.in_process import ask
from tests.demo.test_eks_changes import change, eks_world, group, later, told

__all__ = ["eks_world"]

STORIES = {each.name: each for each in EKS_SCENARIOS}


@pytest.mark.parametrize(
    ("name", "nodegroup", "code"),
    [
        ("nodegroup-launch-failures", "general-a", "AsgInstanceLaunchFailures"),
        ("nodegroup-subnet", "system", "Ec2SubnetInvalidConfiguration"),
        ("nodegroup-addresses", "general-a", "InsufficientFreeAddresses"),
        ("nodegroup-join", "general-a", "NodeCreationFailure"),
    ],
)
def test_a_node_group_is_degraded_until_it_is_mended(
    world: World, name: str, nodegroup: str, code: str
) -> None:
    size = group(world, nodegroup)["scalingConfig"]["desiredSize"]
    STORIES[name].start(world)
    assert group(world, nodegroup)["status"] == "UPDATING"
    later(world, 120)
    degraded = group(world, nodegroup)
    assert degraded["status"] == "DEGRADED"
    assert [each["code"] for each in degraded["health"]["issues"]] == [code]
    assert degraded["scalingConfig"]["desiredSize"] == size + 3
    STORIES[name].stop(world)
    later(world, 120)
    assert group(world, nodegroup)["status"] == "ACTIVE"
    assert group(world, nodegroup)["health"]["issues"] == []


def test_an_update_during_a_shortage_ends_with_its_reason(world: World) -> None:
    STORIES["nodegroup-addresses"].start(world)
    later(world, 120)
    where = {"clusterName": "platform", "nodegroupName": "general-a"}
    update = change(world, "UpdateNodegroupVersion", **where)
    later(world, 1200)
    [error] = told(world, update, nodegroupName="general-a")["errors"]
    assert error["errorCode"] == "InsufficientFreeAddresses"


def test_an_old_cluster_shows_all_that_keeps_it_from_an_upgrade(world: World) -> None:
    STORIES["eks-end-of-support"].start(world)
    STORIES["eks-end-of-support"].start(world)
    assert ask(world, "eks", "ListClusters")["clusters"] == ["platform", "sandbox", "legacy"]
    cluster = ask(world, "eks", "DescribeCluster", name="legacy")["cluster"]
    [version] = ask(world, "eks", "DescribeClusterVersions", clusterVersions=[cluster["version"]])[
        "clusterVersions"
    ]
    left = (version["endOfExtendedSupportDate"] - world.now()) / 86400
    assert version["versionStatus"] == "EXTENDED_SUPPORT"
    assert 0 < left < 60
    found = {
        each["name"]: each["insightStatus"]["status"]
        for each in ask(world, "eks", "ListInsights", clusterName="legacy")["insights"]
    }
    assert found["Deprecated APIs removed in Kubernetes v1.32"] == "WARNING"
    assert found["Amazon Linux 2 compatibility"] == "WARNING"
    assert found["Kubelet version skew"] == "WARNING"
    for each in ask(world, "eks", "ListInsights", clusterName="legacy")["insights"]:
        insight = ask(world, "eks", "DescribeInsight", clusterName="legacy", id=each["id"])
        assert insight["insight"]["recommendation"]


def test_an_old_cluster_is_upgraded_by_eks_at_the_end_of_its_support(eks_world: World) -> None:
    world = eks_world
    STORIES["eks-end-of-support"].start(world)
    later(world, 26 * 86400)
    assert world.eks["legacy"].body["version"] == "1.31"


def test_an_old_cluster_goes_when_it_is_given_up(world: World) -> None:
    story = STORIES["eks-end-of-support"]
    story.stop(world)
    story.start(world)
    story.stop(world)
    assert world.eks["legacy"].body["status"] == "DELETING"
    later(world, 600)
    assert "legacy" not in world.eks


def test_a_story_about_something_that_is_gone_does_nothing(world: World) -> None:
    world.eks.clear()
    for story in EKS_SCENARIOS[:-1]:
        story.start(world)
        story.stop(world)
    later(world, 600)
    assert world.eks == {}
