"""EKS obeys: what a call changes, when, and what it refuses in the words of AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from containerscope.demo import eks_account
from containerscope.demo.calls import Call
from containerscope.demo.clock import StillClock
from containerscope.demo.eks_state import Trouble
from containerscope.demo.operations import OPERATIONS
from containerscope.demo.protocol_errors import AwsError
from containerscope.demo.world import World
from tests.demo.in_process import ask

Asked = Mapping[str, Any]
PLATFORM = {"clusterName": "platform"}
MINUTE = 60.0
DAY = 86400.0


def change(world: World, operation: str, /, **params: Any) -> Asked:
    update: Asked = ask(world, "eks", operation, **params)["update"]
    assert update["status"] == "InProgress"
    return update


@pytest.fixture
def eks_world() -> World:
    """An account with EKS alone, of which months pass in no time."""
    world = World(StillClock())
    eks_account.build(world)
    return world


def later(world: World, seconds: float) -> None:
    assert isinstance(world.clock, StillClock)
    world.clock.advance(seconds)
    world.advance(world.clock.now())


def refusal(world: World, operation: str, /, **params: Any) -> AwsError:
    with pytest.raises(AwsError) as caught:
        OPERATIONS["eks"][operation](Call(world, params))
    return caught.value


def group(world: World, name: str) -> Asked:
    asked = ask(world, "eks", "DescribeNodegroup", **PLATFORM, nodegroupName=name)
    found: Asked = asked["nodegroup"]
    return found


def told(world: World, update: Asked, **subject: str) -> Asked:
    asked = ask(world, "eks", "DescribeUpdate", name="platform", updateId=update["id"], **subject)
    found: Asked = asked["update"]
    return found


def nodes_of(world: World, name: str) -> list[Asked]:
    """The nodes of a group in the Kubernetes API."""
    kube = world.kube["platform"]
    kube.advance(world.clock.now())
    found = kube.store.all(("", "nodes"))
    label = "eks.amazonaws.com/nodegroup"
    return [each.object() for each in found if each.labels.get(label) == name]


def test_a_node_group_gets_its_new_size_when_the_update_has_ended(world: World) -> None:
    where = {**PLATFORM, "nodegroupName": "general-a"}
    update = change(
        world, "UpdateNodegroupConfig", **where, scalingConfig={"desiredSize": 12, "maxSize": 20}
    )
    assert update["params"] == [
        {"type": "MaxSize", "value": "20"},
        {"type": "DesiredSize", "value": "12"},
    ]
    assert group(world, "general-a")["status"] == "UPDATING"
    later(world, MINUTE)
    after = group(world, "general-a")
    assert after["status"] == "ACTIVE"
    assert after["scalingConfig"] == {"minSize": 1, "maxSize": 20, "desiredSize": 12}
    assert told(world, update, nodegroupName="general-a")["status"] == "Successful"
    newest = ask(world, "eks", "ListUpdates", name="platform", nodegroupName="general-a")
    assert newest["updateIds"][0] == update["id"]


def test_labels_and_taints_are_added_and_taken_away(world: World) -> None:
    where = {**PLATFORM, "nodegroupName": "spot-b"}
    gone = {"key": "spot", "value": "true", "effect": "NO_SCHEDULE"}
    added = {"key": "batch", "value": "yes", "effect": "NO_EXECUTE"}
    change(
        world, "UpdateNodegroupConfig", **where,
        labels={"addOrUpdateLabels": {"tier": "batch"}, "removeLabels": ["pool"]},
        taints={"addOrUpdateTaints": [added], "removeTaints": [gone]},
    )  # fmt: skip
    later(world, MINUTE)
    after = group(world, "spot-b")
    assert (after["labels"], after["taints"]) == ({"tier": "batch"}, [added])
    assert after["status"] == "DEGRADED"


@pytest.mark.parametrize(
    ("scaling", "message"),
    [
        ({"minSize": 12}, "Minimum capacity 12 can't be greater than desired size 9"),
        ({"desiredSize": 40}, "desired capacity 40 can't be greater than max size 18"),
    ],
)
def test_a_size_out_of_bounds_is_refused(
    world: World, scaling: dict[str, int], message: str
) -> None:
    where = {**PLATFORM, "nodegroupName": "general-a"}
    error = refusal(world, "UpdateNodegroupConfig", **where, scalingConfig=scaling)
    assert (error.code, error.message) == ("InvalidParameterException", message)


def test_a_node_group_takes_one_update_at_a_time(world: World) -> None:
    where = {**PLATFORM, "nodegroupName": "system"}
    change(world, "UpdateNodegroupConfig", **where, scalingConfig={"desiredSize": 4})
    error = refusal(world, "UpdateNodegroupVersion", **where)
    assert (error.code, error.status) == ("ResourceInUseException", 409)
    assert error.message == "Nodegroup cannot be updated as it is currently not in Active State"


def test_a_disruption_budget_ends_an_update_unless_it_is_forced(world: World) -> None:
    where = {**PLATFORM, "nodegroupName": "gpu"}
    update = change(world, "UpdateNodegroupVersion", **where)
    later(world, 20 * MINUTE)
    ended = told(world, update, nodegroupName="gpu")
    [error] = ended["errors"]
    assert (ended["status"], error["errorCode"]) == ("Failed", "PodEvictionFailure")
    assert error["errorMessage"].endswith("evict pods from nodes in node group gpu")
    [node] = nodes_of(world, "gpu")
    assert error["resourceIds"] == [node["metadata"]["name"]]
    later(world, MINUTE)
    [node] = nodes_of(world, "gpu")
    assert "unschedulable" not in node["spec"], "what had been closed to pods is open again"
    assert [each["key"] for each in node["spec"]["taints"]] == ["nvidia.com/gpu"]
    assert (group(world, "gpu")["version"], group(world, "gpu")["status"]) == ("1.32", "ACTIVE")
    change(world, "UpdateNodegroupVersion", **where, force=True)
    later(world, 10 * MINUTE)
    assert group(world, "gpu")["version"] == "1.33"
    [node] = nodes_of(world, "gpu")
    assert node["status"]["nodeInfo"]["kubeletVersion"].startswith("v1.33.5")


def test_nodes_that_do_not_join_end_an_update(world: World) -> None:
    where = {**PLATFORM, "nodegroupName": "spot-b"}
    update = change(world, "UpdateNodegroupVersion", **where)
    later(world, 20 * MINUTE)
    [error] = told(world, update, nodegroupName="spot-b")["errors"]
    assert error["errorCode"] == "NodeCreationFailure"
    assert group(world, "spot-b")["status"] == "DEGRADED"


def test_a_node_group_with_a_broken_set_up_takes_no_other_version(world: World) -> None:
    issue = Trouble("Ec2SubnetNotFound", "gone", ("subnet-1",)).issue()
    world.eks["platform"].nodegroups["system"]["health"] = {"issues": [issue]}
    error = refusal(world, "UpdateNodegroupVersion", **PLATFORM, nodegroupName="system")
    assert error.message.startswith("Nodegroup health has issues other than [ AsgInstance")


@pytest.mark.parametrize("version", ["1.31", "1.34"])
def test_nodes_are_never_newer_than_the_control_plane(world: World, version: str) -> None:
    where = {**PLATFORM, "nodegroupName": "system"}
    assert (
        "is invalid" in refusal(world, "UpdateNodegroupVersion", **where, version=version).message
    )


def test_a_node_group_is_made_and_goes(world: World) -> None:
    where = {**PLATFORM, "nodegroupName": "new"}
    made = ask(
        world, "eks", "CreateNodegroup", **where,
        subnets=["subnet-1"], nodeRole="arn:aws:iam::123456789012:role/platform-node",
        scalingConfig={"minSize": 0, "maxSize": 3, "desiredSize": 1},
    )["nodegroup"]  # fmt: skip
    assert (made["status"], made["version"]) == ("CREATING", "1.33")
    later(world, 5 * MINUTE)
    assert group(world, "new")["status"] == "ACTIVE"
    assert refusal(world, "CreateNodegroup", **where, subnets=[], nodeRole="r").status == 409
    assert ask(world, "eks", "DeleteNodegroup", **where)["nodegroup"]["status"] == "DELETING"
    later(world, 5 * MINUTE)
    assert "new" not in ask(world, "eks", "ListNodegroups", **PLATFORM)["nodegroups"]


def test_a_cluster_is_upgraded_once_nothing_blocks_it(world: World) -> None:
    def findings() -> dict[str, str]:
        found = ask(world, "eks", "ListInsights", **PLATFORM)["insights"]
        return {each["name"]: each["insightStatus"]["status"] for each in found}

    assert findings()["EKS add-on version compatibility"] == "ERROR"
    error = refusal(world, "UpdateClusterVersion", name="platform", version="1.34")
    assert error.code == "InvalidStateException"
    newer = {"addonName": "coredns", "addonVersion": "v1.13.1-eksbuild.1"}
    update = change(world, "UpdateAddon", **PLATFORM, **newer)
    later(world, MINUTE)
    conflict = told(world, update, addonName="coredns")
    assert conflict["errors"][0]["errorCode"] == "ConfigurationConflict"
    change(world, "UpdateAddon", **PLATFORM, **newer, resolveConflicts="OVERWRITE")
    later(world, MINUTE)
    addon = ask(world, "eks", "DescribeAddon", **PLATFORM, addonName="coredns")["addon"]
    assert (addon["status"], addon["addonVersion"]) == ("ACTIVE", "v1.13.1-eksbuild.1")

    assert ask(world, "eks", "StartInsightsRefresh", **PLATFORM)["status"] == "IN_PROGRESS"
    assert findings()["EKS add-on version compatibility"] == "ERROR"
    later(world, 2 * MINUTE)
    assert ask(world, "eks", "DescribeInsightsRefresh", **PLATFORM)["status"] == "COMPLETED"
    assert findings()["EKS add-on version compatibility"] == "PASSING"

    change(world, "UpdateClusterVersion", name="platform", version="1.34")
    busy = refusal(world, "UpdateClusterVersion", name="platform", version="1.34")
    assert busy.message.startswith("Cannot VersionUpdate because cluster platform currently has")
    later(world, 10 * MINUTE)
    cluster = ask(world, "eks", "DescribeCluster", name="platform")["cluster"]
    assert (cluster["version"], cluster["status"]) == ("1.34", "ACTIVE")
    assert findings()["Kubelet version skew"] == "WARNING"


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("1.35", "Unsupported Kubernetes minor version update from 1.33 to 1.35"),
        ("1.33", "unsupported Kubernetes version update from the current version, 1.33, to 1.33"),
        ("1.77", "unsupported Kubernetes version 1.77"),
    ],
)
def test_a_cluster_goes_up_one_version_at_a_time(world: World, version: str, message: str) -> None:
    error = refusal(world, "UpdateClusterVersion", name="platform", version=version)
    assert error.message == message


def test_an_upgrade_of_yesterday_can_be_taken_back_and_that_be_cancelled(world: World) -> None:
    body = world.eks["sandbox"].body
    back = change(world, "UpdateClusterVersion", name="sandbox", version="1.33")
    assert back["type"] == "VersionRollback"
    later(world, MINUTE)
    cancelled = ask(world, "eks", "CancelUpdate", name="sandbox", updateId=back["id"])["update"]
    assert cancelled["cancellation"]["status"] == "Successful"
    later(world, 20 * MINUTE)
    assert (body["version"], body["status"]) == ("1.34", "ACTIVE")
    again = change(world, "UpdateClusterVersion", name="sandbox", version="1.33")
    later(world, 6 * MINUTE)
    assert refusal(world, "CancelUpdate", name="sandbox", updateId=again["id"]).status == 400
    later(world, 20 * MINUTE)
    assert body["version"] == "1.33"


@pytest.mark.parametrize(
    ("asked", "kind", "member", "value"),
    [
        (
            {"resourcesVpcConfig": {"endpointPublicAccess": False}},
            "EndpointAccessUpdate",
            "resourcesVpcConfig.endpointPublicAccess",
            False,
        ),
        (
            {"resourcesVpcConfig": {"securityGroupIds": ["sg-1"]}},
            "VpcConfigUpdate",
            "resourcesVpcConfig.securityGroupIds",
            ["sg-1"],
        ),
        (
            {"logging": {"clusterLogging": [{"types": ["scheduler"], "enabled": True}]}},
            "LoggingUpdate",
            "logging.clusterLogging",
            [
                {"types": ["api", "audit", "authenticator", "scheduler"], "enabled": True},
                {"types": ["controllerManager"], "enabled": False},
            ],
        ),
        (
            {"accessConfig": {"authenticationMode": "API"}},
            "AccessConfigUpdate",
            "accessConfig.authenticationMode",
            "API",
        ),
        (
            {"upgradePolicy": {"supportType": "STANDARD"}},
            "UpgradePolicyUpdate",
            "upgradePolicy.supportType",
            "STANDARD",
        ),
        (
            {"zonalShiftConfig": {"enabled": True}},
            "ZonalShiftConfigUpdate",
            "zonalShiftConfig.enabled",
            True,
        ),
        (
            {"remoteNetworkConfig": {"remoteNodeNetworks": [{"cidrs": ["10.9.0.0/16"]}]}},
            "RemoteNetworkConfigUpdate",
            "remoteNetworkConfig.remoteNodeNetworks",
            [{"cidrs": ["10.9.0.0/16"]}],
        ),
        (
            {"computeConfig": {"enabled": True}, "storageConfig": {"blockStorage": {}}},
            "AutoModeUpdate",
            "computeConfig.enabled",
            True,
        ),
        ({"deletionProtection": False}, "DeletionProtectionUpdate", "deletionProtection", False),
    ],
)
def test_a_cluster_takes_each_type_of_change(
    world: World, asked: dict[str, Any], kind: str, member: str, value: Any
) -> None:
    update = change(world, "UpdateClusterConfig", name="platform", **asked)
    assert update["type"] == kind
    later(world, 5 * MINUTE)
    found: Any = ask(world, "eks", "DescribeCluster", name="platform")["cluster"]
    for step in member.split("."):
        found = found[step]
    assert found == value
    assert told(world, update)["status"] == "Successful"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "The type for cluster update was not provided."),
        (
            {"deletionProtection": False, "zonalShiftConfig": {"enabled": True}},
            "Only one type of update can be allowed.",
        ),
        (
            {"resourcesVpcConfig": {"endpointPublicAccess": True}},
            "Cluster is already at the desired configuration with endpointPrivateAccess: true , "
            "endpointPublicAccess: true, and Public Endpoint Restrictions: [203.0.113.0/24]",
        ),
        (
            {"logging": {"clusterLogging": [{"types": ["api"], "enabled": True}]}},
            "No changes needed for the logging config provided",
        ),
        (
            {"accessConfig": {"authenticationMode": "CONFIG_MAP"}},
            "Unsupported authentication mode update from API_AND_CONFIG_MAP to CONFIG_MAP",
        ),
    ],
)
def test_a_change_that_changes_nothing_or_too_much_is_refused(
    world: World, asked: dict[str, Any], message: str
) -> None:
    error = refusal(world, "UpdateClusterConfig", name="platform", **asked)
    assert (error.code, error.message) == ("InvalidParameterException", message)


def test_an_addon_version_for_another_cluster_version_is_refused(world: World) -> None:
    error = refusal(
        world, "UpdateAddon", **PLATFORM, addonName="kube-proxy", addonVersion="v1.34.3-eksbuild.2"
    )
    assert error.message == "Addon version specified is not supported"


def test_a_version_without_support_is_left_behind_by_eks_itself(eks_world: World) -> None:
    world = eks_world
    world.eks["platform"].body["upgradePolicy"] = {"supportType": "STANDARD"}
    later(world, 70 * DAY)
    assert world.eks["platform"].body["version"] == "1.33"
    later(world, 2 * DAY)
    assert world.eks["platform"].body["version"] == "1.34"
    [version] = ask(world, "eks", "DescribeClusterVersions", clusterVersions=["1.33"])[
        "clusterVersions"
    ]
    assert version["versionStatus"] == "EXTENDED_SUPPORT"


def test_who_may_enter_is_told_with_what_they_may_do(world: World) -> None:
    entries = ask(world, "eks", "ListAccessEntries", **PLATFORM)["accessEntries"]
    assert len(entries) == 7
    rights = {}
    for arn in entries:
        ask(world, "eks", "DescribeAccessEntry", **PLATFORM, principalArn=arn)
        found = ask(world, "eks", "ListAssociatedAccessPolicies", **PLATFORM, principalArn=arn)
        rights[arn.partition("/")[2]] = found["associatedAccessPolicies"]
    view, edit = rights["developers"]
    assert view["accessScope"] == {"type": "cluster", "namespaces": []}
    assert edit["accessScope"] == {"type": "namespace", "namespaces": ["batch", "reports"]}
    offered = {each["arn"] for each in ask(world, "eks", "ListAccessPolicies")["accessPolicies"]}
    assert edit["policyArn"] in offered
    world.eks["platform"].body["accessConfig"] = {"authenticationMode": "CONFIG_MAP"}
    assert "authentication mode" in refusal(world, "ListAccessEntries", **PLATFORM).message


def test_a_service_account_leads_to_its_role(world: World) -> None:
    found = ask(world, "eks", "ListPodIdentityAssociations", **PLATFORM, namespace="reports")
    [one] = found["associations"]
    assert "roleArn" not in one
    whole = ask(
        world, "eks", "DescribePodIdentityAssociation", **PLATFORM,
        associationId=one["associationId"],
    )["association"]  # fmt: skip
    assert whole["roleArn"].endswith("role/platform-exporter")
    assert whole["targetRoleArn"].startswith("arn:aws:iam::210987654321:")


def test_tags_are_given_and_taken_away(world: World) -> None:
    arn = group(world, "gpu")["nodegroupArn"]
    ask(world, "eks", "TagResource", resourceArn=arn, tags={"owner": "ml"})
    ask(world, "eks", "UntagResource", resourceArn=arn, tagKeys=["team", "nothing"])
    told_tags = ask(world, "eks", "ListTagsForResource", resourceArn=arn)["tags"]
    assert told_tags == {"owner": "ml"}
    assert refusal(world, "TagResource", resourceArn="arn:x", tags={}).code == "NotFoundException"
