"""The stories on EKS as the panes tell them: line by line, as a person reads them."""

from __future__ import annotations

import pytest

from containerscope.clients.aws import AwsClients
from containerscope.demo.clock import StillClock
from containerscope.demo.eks_scenarios import EKS_SCENARIOS
from containerscope.demo.world import World
from containerscope.resources import eks, nodegroups
from containerscope.ui.blocks import lines
from containerscope.ui.spans import text_of
from tests.resources.wire import HERE, listed, pane

STORIES = {each.name: each for each in EKS_SCENARIOS}

NODEGROUPS = {
    "nodegroup-launch-failures": (
        "general-a",
        "▲ instances cannot be launched: EKS reports AsgInstanceLaunchFailures.",
        "  What to do: Read the Auto Scaling group's activities: capacity, a KMS key, a quota or a",
        "Scaling",
        "✗ no EC2 capacity: AWS has no instance of this type in the zone right now.",
        "✗ 1m    9→12    failed: no EC2 capacity  a request by ECS, EKS or a user",
    ),
    "nodegroup-subnet": (
        "system",
        "▲ nodes get no public IP: EKS reports Ec2SubnetInvalidConfiguration.",
        "  What to do: Let the subnet assign public IPs, or use private subnets behind a NAT"
        " gateway.",
        "Scaling",
        "▲ at maximum 6: The group has 6 of at most 6 instances: it cannot grow.",
    ),
    "nodegroup-addresses": (
        "general-a",
        "▲ subnets out of IP addresses: EKS reports InsufficientFreeAddresses.",
        "▲ eu-west-1a  subnet-0a303e5aa9cc354cb  192.168.0.0/18       1  no",
        "Scaling",
        "✗ subnet out of IPs: The subnet has no free address.",
        "  What to do: Use a larger subnet or another one.",
    ),
    "nodegroup-join": (
        "general-a",
        "▲ nodes do not join: EKS reports NodeCreationFailure.",
        "  What to do: Check the node role's policies (worker node, CNI, ECR), the way out of the",
        "Updates",
        "node group general-a  ConfigUpdate   Successful  MaxSize 18, DesiredSize 12"
        "                2m",
    ),
}
"""Scenario -> the node group, then lines of its overview, then a tab and lines of that."""

LEGACY = {
    "Overview": (
        "▲ extended support ends in 25 d: The extended support of Kubernetes 1.30 ends in 25 d;"
        " EKS will",
        "  What to do: Upgrade the control plane to 1.31, then the node groups and add-ons.",
        "Version              1.30 (extended support, ends in 25 d)",
        "Upgrade policy         enter extended support, at extra cost",
        "Subnets and zones: 3 in 3 zones",
    ),
    "Compute": (
        "▲ workers          4/4    1.29 ↓1  1.29.15-20251120  on demand",
        "No Fargate profiles in this cluster.",
    ),
    "Access": (
        "Authentication mode  config map",
        "The authentication mode is CONFIG_MAP: principals are let in by the ConfigMap aws-auth in"
        " kube-",
    ),
    "Pod roles": ("No service account in this cluster has an IAM role.",),
    "Add-ons": ("◌ vpc-cni             v1.19.6-eksbuild.7   v1.20.5-eksbuild.1",),
    "Insights": (
        "▲ 3 of 6 checks warn: An upgrade is possible, but what they name may break by it.",
        "▲ WARNING  Deprecated APIs removed in Kubernetes v1.32  1.32  12d    5h",
        "▲ nodegroup workers  Node group runs Amazon Linux 2.",
        "argo-cd-application-controller  /apis/flowcontrol.ap…v1beta3/flowschemas"
        "              4312  32m",
    ),
    "Updates": (
        "✗ the quota of network interfaces is reached: EKS reports EniLimitReached.",
        "  What to do: Ask for a higher quota in Service Quotas, or delete interfaces that nobody"
        " uses.",
    ),
}
"""Tab of the old cluster -> lines of it."""


def told(blocks: tuple[object, ...], clock: StillClock) -> str:
    """The blocks in a pane of 96 cells."""
    shown = lines(blocks, 96, clock.now())  # type: ignore[arg-type]
    return "\n".join(text_of(line.spans).rstrip() for line in shown)


def begin(world: World, clock: StillClock, name: str) -> None:
    """Start a story and let it come to where EKS tells of it."""
    STORIES[name].start(world)
    clock.advance(130)
    world.advance(clock.now())


def test_every_story_is_told_here() -> None:
    assert {*NODEGROUPS, "eks-end-of-support"} == set(STORIES)


@pytest.mark.parametrize("name", NODEGROUPS)
async def test_a_node_group_in_trouble_says_why_and_what_to_do(
    world: World, clients: AwsClients, still_clock: StillClock, name: str
) -> None:
    begin(world, still_clock, name)
    row, *wanted = NODEGROUPS[name]
    scope = HERE.within(cluster="platform")
    listing = await listed(nodegroups.RESOURCE, clients, scope)
    tab = "Overview"
    text = told(await pane(nodegroups.RESOURCE, clients, listing, row, tab), still_clock)
    for line in wanted:
        if line in ("Scaling", "Updates"):
            tab = line
            text = told(await pane(nodegroups.RESOURCE, clients, listing, row, tab), still_clock)
            continue
        assert line in text.splitlines(), f"{tab}:\n{text}"


async def test_an_old_cluster_tells_in_each_tab_what_is_behind(
    world: World, clients: AwsClients, still_clock: StillClock
) -> None:
    begin(world, still_clock, "eks-end-of-support")
    listing = await listed(eks.RESOURCE, clients)
    for tab, wanted in LEGACY.items():
        text = told(await pane(eks.RESOURCE, clients, listing, "legacy", tab), still_clock)
        for line in wanted:
            assert line in text.splitlines(), f"{tab}:\n{text}"
