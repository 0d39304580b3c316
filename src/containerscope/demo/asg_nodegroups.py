"""The groups behind EKS node groups: they follow what EKS says of the node group."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from containerscope.demo.asg_engine import reconcile, set_desired
from containerscope.demo.asg_state import AutoScalingGroup
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.ids import subnet
from containerscope.demo.world import World

FOLLOW = 15.0
"""Seconds between two looks at the node groups."""
_NO_LAUNCH = (
    "AsgInstanceLaunchFailures",
    "InsufficientFreeAddresses",
    "InstanceLimitExceeded",
    "Ec2SubnetNotFound",
)


def node_groups(world: World) -> Iterator[tuple[EksCluster, dict[str, Any]]]:
    """Every managed node group with its cluster."""
    for cluster in world.eks.values():
        yield from ((cluster, each) for each in cluster.nodegroups.values())


def group_name(body: dict[str, Any]) -> str:
    """The name of the Auto Scaling group of a node group; empty while it has none."""
    groups = body.get("resources", {}).get("autoScalingGroups", [])
    return str(groups[0]["name"]) if groups else ""


def failure_of(cluster: EksCluster, name: str) -> str:
    """With what each launch for a node group fails; empty where launches succeed."""
    trouble = cluster.troubles.get(name)
    if trouble is None or trouble.code not in _NO_LAUNCH:
        return ""
    return trouble.message


def new_group(world: World, cluster: EksCluster, body: dict[str, Any]) -> AutoScalingGroup:
    """The Auto Scaling group that EKS makes for a node group; it has no instance yet."""
    name, scaling = body["nodegroupName"], body["scalingConfig"]
    template = body.get("launchTemplate") or {"name": f"eks-{name}", "version": "1", "id": ""}
    zones = "".join(zone for zone in "abc" if subnet(cluster.name, zone) in body.get("subnets", ()))
    return AutoScalingGroup(
        group_name(body),
        scaling["minSize"],
        scaling["maxSize"],
        scaling["desiredSize"],
        body["createdAt"],
        {
            "LaunchTemplateId": template.get("id", ""),
            "LaunchTemplateName": template.get("name", ""),
            "Version": str(template.get("version", "1")),
        },
        cluster.name,
        zones=zones or "abc",
        kinds=tuple(body.get("instanceTypes") or ("m6i.large",)),
        node_group=f"{cluster.name}/{name}",
        spot=body.get("capacityType") == "SPOT",
        failure=failure_of(cluster, name),
        tags={
            "eks:cluster-name": cluster.name,
            "eks:nodegroup-name": name,
            f"kubernetes.io/cluster/{cluster.name}": "owned",
            "k8s.io/cluster-autoscaler/enabled": "true",
        },
    )


def follow(world: World) -> None:
    """Make, change and delete groups as the node groups have been."""
    there = {}
    for cluster, body in node_groups(world):
        name = group_name(body)
        if not name:
            continue
        there[name] = (cluster, body)
        if name not in world.asgs:
            world.asgs[name] = new_group(world, cluster, body)
            _adjust(world, world.asgs[name], cluster, body, is_new=True)
        else:
            _adjust(world, world.asgs[name], cluster, body)
    for name in [key for key, each in world.asgs.items() if each.node_group and key not in there]:
        del world.asgs[name]


def _adjust(
    world: World,
    group: AutoScalingGroup,
    cluster: EksCluster,
    body: dict[str, Any],
    *,
    is_new: bool = False,
) -> None:
    scaling = body["scalingConfig"]
    wanted = (scaling["minSize"], scaling["maxSize"], scaling["desiredSize"])
    mended = group.failure and not failure_of(cluster, body["nodegroupName"])
    group.failure = failure_of(cluster, body["nodegroupName"])
    if is_new or wanted != group.asked:
        group.asked = wanted
        group.minimum, group.maximum = wanted[:2]
        did = "created an AutoScalingGroup" if is_new else "update of AutoScalingGroup constraints"
        limits = f"min: {wanted[0]}, max: {wanted[1]}, desired: {wanted[2]}"
        set_desired(world, group, wanted[2], f"a user request {did} to {limits}")
    elif mended:
        reconcile(world, group)
