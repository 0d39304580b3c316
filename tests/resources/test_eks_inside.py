"""What the lists and panes inside an EKS cluster say, and what one denied permission takes away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from containerscope.clients.aws import AwsClients
from containerscope.demo.clock import StillClock
from containerscope.demo.faults import Fault
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from containerscope.model.health import Level
from containerscope.model.listing import Why
from containerscope.poller import Poller
from containerscope.resource import Block, Demand, Resource, TableBlock, TextBlock
from containerscope.resources import (
    access_entries,
    addons,
    capabilities,
    clusters,
    eks,
    insights,
    nodegroups,
    pod_identities,
    updates,
)
from tests.resources.wire import HERE, clients_of, labelled, listed, pane, table

PLATFORM = HERE.within(cluster="platform")


async def everything(resource: Resource[Any], clients: AwsClients, scope: Any = PLATFORM) -> Any:
    """The list with all that its columns join, as `get` shows it."""
    joins = frozenset(join.name for join in resource.joins)
    return await Poller(clients, 1.0).once(resource, scope, Demand(everything=True, joins=joins))


async def tab(clients: AwsClients, title: str, cluster: str = "platform") -> tuple[Block, ...]:
    listing = await listed(eks.RESOURCE, clients)
    return await pane(eks.RESOURCE, clients, listing, cluster, title)


def block(blocks: Sequence[Block], title: str) -> TableBlock:
    return next(
        each for each in blocks if isinstance(each, TableBlock) and each.title.startswith(title)
    )


def lines(found: TableBlock) -> list[str]:
    """The rows of a table, each with the level that it is coloured by where it has one."""
    levels = found.levels or (Level.NONE,) * len(found.rows)
    return [
        " | ".join([level.name, *("–" if cell is None else str(cell) for cell in row)])
        for level, row in zip(levels, found.rows, strict=True)
    ]


def texts(blocks: Sequence[Block]) -> str:
    return "\n".join(each.text for each in blocks if isinstance(each, TextBlock))


# Access


async def test_access_entries_say_who_may_do_what_and_where(clients: AwsClients) -> None:
    listing = await everything(access_entries.RESOURCE, clients)
    shown = [line.removeprefix("FINE | ") for line in table(listing, access_entries.RESOURCE)]
    assert shown == [
        "platform | auditors | role | STANDARD | AdminView | – | 300d",
        "platform | break-glass | user | STANDARD | ClusterAdmin | – | 300d",
        "platform | ci-deploy | role | STANDARD | – | deployers | 300d",
        "platform | developers | role | STANDARD | View, Edit (batch, reports) | – | 300d",
        "platform | OpsRole | role | STANDARD | ClusterAdmin | – | 300d",
        "platform | platform-fargate-pods | role | FARGATE_LINUX | – | system:bootstrappers,"
        " system:nodes +1 | 300d",
        "platform | platform-node | role | EC2_LINUX | – | system:nodes | 300d",
    ]


async def test_administrators_lead_the_access_tab(clients: AwsClients) -> None:
    blocks = await tab(clients, "Access")
    assert labelled(blocks)["Authentication mode"] == "api and config map"
    entries = lines(block(blocks, "Access entries"))
    assert [line.split(" | ")[:2] for line in entries[:3]] == [
        ["WARNING", "OpsRole"],
        ["WARNING", "break-glass"],
        ["NONE", "platform-node"],
    ]


async def test_a_cluster_of_the_config_map_has_no_entries_and_is_not_asked(
    world: World, account: RunningServer, clients: AwsClients
) -> None:
    world.eks["platform"].body["accessConfig"] = {"authenticationMode": "CONFIG_MAP"}
    account.requests.clear()
    blocks = await tab(clients, "Access")
    assert "aws-auth" in texts(blocks)
    assert account.calls["eks:ListAccessEntries"] == 0
    listing = await everything(access_entries.RESOURCE, clients)
    assert (listing.items, listing.problems) == ((), ())


async def test_an_entry_is_described_with_what_its_policies_allow(clients: AwsClients) -> None:
    listing = await listed(access_entries.RESOURCE, clients, PLATFORM)
    blocks = await pane(access_entries.RESOURCE, clients, listing, "developers", "Overview")
    assert [row[:3] for row in block(blocks, "Access policies").rows] == [
        ("View", "whole cluster", "to read everything but secrets, as view"),
        ("Edit", "batch, reports", "to change workloads, config maps and secrets, as edit"),
    ]


async def test_an_entry_that_nothing_is_granted_to_says_so(
    world: World, clients: AwsClients
) -> None:
    entry = next(
        each
        for arn, each in world.eks["platform"].access_entries.items()
        if arn.endswith("/auditors")
    )
    entry.policies.clear()
    listing = await listed(access_entries.RESOURCE, clients, PLATFORM)
    blocks = await pane(access_entries.RESOURCE, clients, listing, "auditors", "Overview")
    assert "no policy and no group lets it do anything" in texts(blocks)


# Roles of pods


async def test_both_ways_to_a_role_stand_in_one_table_and_the_stronger_is_named(
    world: World, clients: AwsClients
) -> None:
    found = world.eks["platform"].pod_identities.values()
    next(each for each in found if each["namespace"] == "batch")["serviceAccount"] = "nobody"
    listing = await everything(pod_identities.RESOURCE, clients)
    shown = table(listing, pod_identities.RESOURCE)
    for line in (
        "PROGRESS | platform | shop | search | annotation is overruled | platform-search-reader"
        " | pod identity, over IRSA | –",
        "NONE | platform | batch | nobody | no such service account | platform-report-writer"
        " | pod identity | –",
        "FINE | platform | shop | orders |  | platform-orders | IRSA | –",
        "FINE | platform | reports | exporter |  | platform-exporter | pod identity"
        " | arn:aws:iam::210987654321:role/warehouse-loader",
    ):
        assert line in shown
    blocks = await pane(pod_identities.RESOURCE, clients, listing, "search", "Overview")
    told = labelled(blocks)
    assert str(told["Role"]).endswith("role/platform-search-reader")
    assert str(told["Role by annotation (IRSA)"]).endswith("role/platform-search")
    assert "Remove the annotation, and restart pods" in texts(blocks)
    assert "pods that are older than the association keep" in texts(blocks)


async def test_a_silent_kubernetes_api_leaves_the_associations(
    account: RunningServer, clients: AwsClients
) -> None:
    account.faults.append(Fault(kind="denied", operation="DescribeCluster"))
    listing = await listed(pod_identities.RESOURCE, clients, PLATFORM)
    assert {item.name for item in listing.items} == {
        "ebs-csi-controller-sa",
        "exporter",
        "report-writer",
        "search",
    }
    assert [(p.why, p.where) for p in listing.problems] == [(Why.DENIED, "platform")]


# Insights and updates


async def test_insights_say_what_stands_in_the_way_of_an_upgrade(clients: AwsClients) -> None:
    listing = await listed(insights.RESOURCE, clients, PLATFORM)
    assert table(listing, insights.RESOURCE)[:3] == [
        "FAILED | platform | EKS add-on version compatibility | Some installed EKS add-on versions"
        " are not compatible with next Kubernetes version | ERROR | 1.34 | 12d | 5h",
        "WARNING | platform | Kubelet version skew | Node kubelet versions are behind the cluster"
        " control plane version | WARNING | 1.34 | 12d | 5h",
        "FINE | platform | Amazon Linux 2 compatibility |  | PASSING | 1.34 | 12d | 5h",
    ]


async def test_the_insights_tab_leads_with_the_verdict_and_tells_what_to_do(
    clients: AwsClients,
) -> None:
    blocks = await tab(clients, "Insights")
    assert isinstance(blocks[0], TextBlock)
    assert blocks[0].text.startswith("1 of 5 checks stands in the way of an upgrade")
    assert lines(block(blocks, "Add-ons to update")) == ["NONE | coredns | ('v1.13.1-eksbuild.1',)"]
    assert "Upgrade your worker nodes to match" in texts(blocks)


async def test_updates_are_told_newest_first_with_the_error_and_its_fix(
    clients: AwsClients,
) -> None:
    listing = await listed(updates.RESOURCE, clients, PLATFORM)
    shown = table(listing, updates.RESOURCE)
    assert shown[0].startswith(
        "FINE | platform | node group general-a | ConfigUpdate |  | Successful"
        " | MinSize 1, MaxSize 18, DesiredSize 9 | 3h"
    )
    assert shown[1].startswith(
        "FAILED | platform | node group gpu | VersionUpdate | pods cannot be evicted | Failed"
    )
    failed = next(each for each in listing.items if "Failed" in str(each.value))
    blocks = await pane(updates.RESOURCE, clients, listing, failed.name, "Overview")
    assert "relax it, or update with force" in texts(blocks)
    assert lines(block(blocks, "Errors"))[0].startswith(
        "FAILED | PodEvictionFailure | Reached max retries while trying to evict pods"
    )


async def test_the_configuration_in_an_update_is_redacted(
    world: World, clients: AwsClients
) -> None:
    update = next(each for each in world.eks["platform"].updates.values() if each.addon)
    secret = '{"dbPassword": "hunter2-hunter2"}'
    update.body["params"] = [{"type": "ConfigurationValues", "value": secret}]
    listing = await listed(updates.RESOURCE, clients, PLATFORM)
    blocks = await pane(updates.RESOURCE, clients, listing, update.body["id"], "Overview")
    assert "hunter2" not in "\n".join([*table(listing, updates.RESOURCE), str(blocks)])


async def test_a_capability_in_trouble_says_what_its_role_lacks(
    account: RunningServer, clients: AwsClients
) -> None:
    listing = await listed(capabilities.RESOURCE, clients)
    assert table(listing, capabilities.RESOURCE) == [
        "WARNING | sandbox | aws-resources | ACK | degraded | 1.2.0-eks-1 | 2d | 20d",
        "FINE | sandbox | gitops | Argo CD |  | 3.1.8-eks-1 | 2d | 20d",
    ]
    blocks = await pane(capabilities.RESOURCE, clients, listing, "aws-resources", "Overview")
    assert "its role lacks permissions" in texts(blocks)
    assert "s3:CreateBucket" in texts(blocks)
    account.faults.append(Fault(kind="denied", operation="DescribeCapability"))
    blocks = await pane(capabilities.RESOURCE, clients, listing, "gitops", "Overview")
    assert labelled(blocks)["Version"] == "3.1.8-eks-1"
    assert "eks:DescribeCapability" in texts(blocks)


# Versions


async def test_node_groups_are_marked_behind_their_control_plane_and_their_newest_ami(
    account: RunningServer, clients: AwsClients
) -> None:
    listing = await everything(nodegroups.RESOURCE, clients)
    gpu = next(line for line in table(listing, nodegroups.RESOURCE) if "| gpu |" in line)
    assert "1.32 ↓1 | AL2023_x86_64_NVIDIA | 1.32.9-20261103 | 200d" in gpu
    assert (
        "| spot-b | instances cannot be launched | 5/8 | 1 | 8 | 16"
        in table(listing, nodegroups.RESOURCE)[0]
    )
    assert account.calls["ssm:GetParameters"] == 1
    assert account.calls["autoscaling:DescribeAutoScalingGroups"] == 1
    assert account.calls["eks:DescribeCluster"] == 1


async def test_addons_are_marked_where_a_newer_version_fits_the_cluster(
    account: RunningServer, clients: AwsClients
) -> None:
    for _ in range(2):
        listing = await everything(addons.RESOURCE, clients)
    shown = {line.split(" | ")[2]: line.split(" | ")[5] for line in table(listing, addons.RESOURCE)}
    assert shown["vpc-cni"] == "v1.20.5-eksbuild.1"
    assert shown["kube-proxy"] == "–"
    assert account.calls["eks:DescribeAddonVersions"] == 6
    assert account.calls["eks:DescribeCluster"] == 1


async def test_an_addon_that_does_not_fit_its_cluster_is_a_warning(
    world: World, clients: AwsClients
) -> None:
    world.eks["platform"].addons["kube-proxy"]["addonVersion"] = "v1.31.13-eksbuild.2"
    listing = await listed(addons.RESOURCE, clients, PLATFORM)
    world.eks["platform"].body["version"] = "1.35"
    blocks = await pane(addons.RESOURCE, clients, listing, "kube-proxy", "Overview")
    assert "EKS no longer offers v1.31.13-eksbuild.2 for Kubernetes 1.35" in texts(blocks)
    assert lines(block(blocks, "Versions for Kubernetes 1.35"))[0].startswith(
        "NONE | v1.35.1-eksbuild.2 | default, newest"
    )


async def test_why_an_instance_could_not_launch_stands_in_the_scaling_tab(
    clients: AwsClients,
) -> None:
    listing = await listed(nodegroups.RESOURCE, clients, PLATFORM)
    blocks = await pane(nodegroups.RESOURCE, clients, listing, "spot-b", "Scaling")
    assert isinstance(blocks[0], TextBlock)
    assert blocks[0].text.startswith("no Spot capacity")
    assert "Allow more instance types" in blocks[0].text
    (activity,) = lines(block(blocks, "Activities"))
    assert activity.startswith("FAILED")
    assert "failed: no Spot capacity (" in activity
    assert labelled(blocks)["In service"] == 5


async def test_an_autoscaler_behind_the_back_of_eks_is_told(
    world: World, clients: AwsClients
) -> None:
    body = world.eks["platform"].nodegroups["system"]
    world.asgs[body["resources"]["autoScalingGroups"][0]["name"]].desired = 4
    listing = await listed(nodegroups.RESOURCE, clients, PLATFORM)
    shown = labelled(await pane(nodegroups.RESOURCE, clients, listing, "system", "Scaling"))
    assert shown["Desired by the group"] == 4
    assert str(shown["Desired by EKS"]).startswith("3 (an autoscaler")


# Costs and refusals, tab by tab

TABS = {
    "Overview": {"ec2:DescribeSubnets": 1},
    "Compute": {
        "eks:ListNodegroups": 1,
        "eks:DescribeNodegroup": 4,
        "ssm:GetParameters": 1,
        "autoscaling:DescribeAutoScalingGroups": 1,
        "eks:ListFargateProfiles": 1,
        "eks:DescribeFargateProfile": 2,
    },
    "Access": {
        "eks:ListAccessEntries": 1,
        "eks:DescribeAccessEntry": 7,
        "eks:ListAssociatedAccessPolicies": 7,
        "eks:ListIdentityProviderConfigs": 1,
        "eks:DescribeIdentityProviderConfig": 1,
    },
    "Pod roles": {
        "eks:ListPodIdentityAssociations": 1,
        "eks:DescribePodIdentityAssociation": 4,
        "eks:DescribeCluster": 1,
    },
    "Add-ons": {"eks:ListAddons": 1, "eks:DescribeAddon": 6, "eks:DescribeAddonVersions": 6},
    "Insights": {"eks:ListInsights": 1, "eks:DescribeInsight": 2},
    "Updates": {
        "eks:ListNodegroups": 1,
        "eks:ListAddons": 1,
        "eks:ListUpdates": 11,
        "eks:DescribeUpdate": 10,
    },
}


async def test_a_tab_takes_only_the_calls_of_what_it_shows(
    account: RunningServer, clients: AwsClients
) -> None:
    listing = await listed(eks.RESOURCE, clients)
    for title, calls in TABS.items():
        before = account.calls.copy()
        await pane(eks.RESOURCE, clients, listing, "platform", title)
        assert account.calls - before == calls, title


DENIED = {
    "Overview": [("ec2:DescribeSubnets", "Subnets and zones: 3", "Endpoint and network")],
    "Compute": [
        ("eks:DescribeFargateProfile", "reports", "spot-b"),
        ("ssm:GetParameters", "1.32.9-20261103", "1.32 ↓1"),
        ("autoscaling:DescribeAutoScalingGroups", "5/8", "1.32 ↓1"),
        ("eks:ListNodegroups", "spot-b", "reports"),
    ],
    "Access": [
        ("eks:ListAccessEntries", "break-glass", "api and config map"),
        ("eks:ListAssociatedAccessPolicies", "ClusterAdmin", "OpsRole"),
        ("eks:DescribeAccessEntry", "EC2_LINUX", "OpsRole"),
        ("eks:ListIdentityProviderConfigs", "oidc:email", "break-glass"),
        ("eks:DescribeIdentityProviderConfig", "oidc:email", "break-glass"),
    ],
    "Pod roles": [
        ("eks:ListPodIdentityAssociations", "platform-exporter", "platform-orders"),
        ("eks:DescribePodIdentityAssociation", "platform-exporter", "'exporter'"),
    ],
    "Add-ons": [
        ("eks:DescribeAddonVersions", "v1.20.5-eksbuild.1", "v1.20.4-eksbuild.1"),
        ("eks:DescribeAddon", "v1.20.4-eksbuild.1", "vpc-cni"),
    ],
    "Insights": [
        ("eks:DescribeInsight", "Upgrade your worker nodes", "Kubelet version skew"),
        ("eks:ListInsights", "Kubelet version skew", "Checks"),
    ],
    "Updates": [
        ("eks:ListAddons", "add-on coredns", "node group gpu"),
        ("eks:ListNodegroups", "node group gpu", "add-on coredns"),
        ("eks:DescribeUpdate", "pods cannot be evicted", "Updates"),
    ],
}
"""Tab -> operation, what is not told without it, and what is told all the same."""


async def test_one_denied_permission_takes_only_its_own_part_of_a_tab(
    account: RunningServer, clients: AwsClients, still_clock: StillClock
) -> None:
    listing = await listed(eks.RESOURCE, clients)
    for title, cases in DENIED.items():
        whole = str(await pane(eks.RESOURCE, clients, listing, "platform", title))
        for operation, lost, kept in cases:
            blocks = await without(account, still_clock, listing, title, operation)
            assert (lost in whole, lost in str(blocks)) == (True, False), operation
            assert kept in str(blocks), operation
            assert operation in texts(blocks), operation
        account.faults.clear()


async def without(
    account: RunningServer, clock: StillClock, listing: Any, title: str, operation: str
) -> tuple[Block, ...]:
    """A tab of `platform` for somebody who lacks this permission."""
    service, _, name = operation.partition(":")
    account.faults[:] = [Fault(kind="denied", service=service, operation=name)]
    others = await clients_of(account, clock)
    blocks = await pane(eks.RESOURCE, others, listing, "platform", title)
    await others.close()
    return blocks


async def test_a_denied_permission_leaves_the_rest_of_a_node_group_and_is_named(
    account: RunningServer, clients: AwsClients, still_clock: StillClock
) -> None:
    listing = await listed(nodegroups.RESOURCE, clients, PLATFORM)
    for title, operation in (
        ("Scaling", "autoscaling:DescribeScalingActivities"),
        ("Scaling", "autoscaling:DescribeAutoScalingGroups"),
        ("Updates", "eks:ListUpdates"),
        ("Overview", "ssm:GetParameters"),
        ("Overview", "ec2:DescribeSubnets"),
        ("Overview", "eks:DescribeCluster"),
    ):
        service, _, name = operation.partition(":")
        account.faults[:] = [Fault(kind="denied", service=service, operation=name)]
        others = await clients_of(account, still_clock)
        blocks = await pane(nodegroups.RESOURCE, others, listing, "gpu", title)
        await others.close()
        assert operation in texts(blocks), operation
        assert len(blocks) > 1, operation


async def test_a_cluster_of_one_kind_has_no_tabs_of_the_other(clients: AwsClients) -> None:
    listing = await listed(clusters.RESOURCE, clients)
    titles = {
        item.name: [detail.title for detail in clusters.RESOURCE.details_of(item)]
        for item in listing.items
    }
    assert titles["checkout"][0] == "Overview"
    assert set(titles["checkout"]) & set(TABS) == {"Overview"}
    assert titles["platform"] == list(TABS)
