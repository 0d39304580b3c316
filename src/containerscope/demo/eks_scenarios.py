"""What goes wrong on EKS: node groups that get no nodes, a cluster near the end of support."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from containerscope.demo.ecs_recipe import DAY
from containerscope.demo.eks_access import let_in
from containerscope.demo.eks_account import add_cluster
from containerscope.demo.eks_build import addon, cluster_body, nodegroup
from containerscope.demo.eks_state import EksCluster, Trouble
from containerscope.demo.eks_updates import begin, error, record, under_way
from containerscope.demo.scenario import Scenario
from containerscope.demo.world import World

_NOTICED, _MENDED, _DELETED = 75.0, 60.0, 240.0
"""Seconds until EKS tells of an issue, until it no longer does, and until a cluster is gone."""
_MORE = 3
_OLD = "legacy"


def _capacity(world: World, group: dict[str, Any]) -> Trouble:
    kind, zone = group["instanceTypes"][0], f"{world.region}a"
    return Trouble(
        "AsgInstanceLaunchFailures",
        "Could not launch On-Demand Instances. InsufficientInstanceCapacity - We currently do not "
        f"have sufficient {kind} capacity in the Availability Zone you requested ({zone}). Our "
        "system will be working on provisioning additional capacity. You can currently get "
        f"{kind} capacity by not specifying an Availability Zone in your request or choosing "
        f"{world.region}b, {world.region}c. Launching EC2 instance failed.",
        (group["resources"]["autoScalingGroups"][0]["name"],),
    )


def _public_subnets(_: World, group: dict[str, Any]) -> Trouble:
    subnets = ", ".join(group["subnets"])
    return Trouble(
        "Ec2SubnetInvalidConfiguration",
        f"One or more Amazon EC2 Subnets of [{subnets}] for node group {group['nodegroupName']} "
        "does not automatically assign public IP addresses to instances launched into it. If you "
        "want your instances to be assigned a public IP address, then you need to enable "
        "auto-assign public IP address for the subnet. See IP addressing in VPC guide: "
        "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html#subnet-public-ip",
        tuple(group["subnets"]),
    )


def _no_addresses(_: World, group: dict[str, Any]) -> Trouble:
    return Trouble(
        "InsufficientFreeAddresses",
        "Amazon Autoscaling was unable to launch instances because there are not enough free "
        "addresses in the subnet associated with your AutoScaling group(s).",
        tuple(group["subnets"]),
        "InsufficientFreeAddresses",
    )


def _never_joins(_: World, group: dict[str, Any]) -> Trouble:
    return Trouble(
        "NodeCreationFailure",
        "Instances failed to join the kubernetes cluster",
        tuple(f"i-0{index}f3a9c1d5e7b2846" for index in range(2)),
    )


def _breaks(
    cluster: str, name: str, trouble: Callable[[World, dict[str, Any]], Trouble], world: World
) -> None:
    """Somebody wants more nodes, they do not come, and EKS says why."""
    where = world.eks.get(cluster)
    group = where.nodegroups.get(name) if where else None
    if where is None or group is None:
        return
    met = trouble(world, group)
    where.troubles[name] = met
    size = {**group["scalingConfig"]}
    size["desiredSize"] += _MORE
    size["maxSize"] = max(size["maxSize"], size["desiredSize"])

    def resized() -> list[dict[str, Any]]:
        group["scalingConfig"] = size
        return []

    if under_way(where, nodegroup=name) is None:
        params = {"MaxSize": size["maxSize"], "DesiredSize": size["desiredSize"]}
        begin(world, where, "ConfigUpdate", params, 30.0, resized, nodegroup=name)
    world.agenda.after(_NOTICED, partial(_look, world, where, name))


def _look(world: World, where: EksCluster, name: str) -> None:
    """What EKS sees when it looks after a node group: the trouble it is in, or none."""
    group = where.nodegroups.get(name)
    if group is None or group["status"] in ("CREATING", "DELETING"):
        return
    trouble = where.troubles.get(name)
    group["health"] = {"issues": [trouble.issue()] if trouble else []}
    group["modifiedAt"] = world.now()
    if group["status"] != "UPDATING":
        group["status"] = "DEGRADED" if trouble else "ACTIVE"


def _mends(cluster: str, name: str, world: World) -> None:
    where = world.eks.get(cluster)
    if where is not None:
        where.troubles.pop(name, None)
        world.agenda.after(_MENDED, partial(_look, world, where, name))


def _grows_old(world: World) -> None:
    """A cluster that nobody has upgraded for two years: old nodes, old add-ons, old APIs."""
    if _OLD in world.eks:
        return
    cluster = EksCluster(_OLD, cluster_body(world, _OLD, "1.30", 820 * DAY))
    cluster.body |= {
        "platformVersion": "eks.52",
        "accessConfig": {"authenticationMode": "CONFIG_MAP"},
        "deletionProtection": False,
        "tags": {"environment": "production", "team": "unknown"},
    }
    workers = nodegroup(
        world, "workers", 4, ["m5.xlarge"], cluster=_OLD, version="1.29", amiType="AL2_x86_64"
    )
    workers["releaseVersion"] = "1.29.15-20250819"
    cluster.nodegroups["workers"] = workers
    for name, version in (
        ("vpc-cni", "v1.19.6-eksbuild.7"),
        ("coredns", "v1.11.4-eksbuild.24"),
        ("kube-proxy", "v1.30.14-eksbuild.8"),
    ):
        cluster.addons[name] = addon(world, name, version, _OLD)
    let_in(world, cluster, "role/legacy-node", "EC2_LINUX", ["system:nodes"])
    # As aws-auth would: EKS lists no entries of a cluster in this mode.
    let_in(world, cluster, "role/OpsRole", policies=[("AmazonEKSClusterAdminPolicy", ())])
    full = "The maximum number of network interfaces for the account in this region is reached."
    failed = [error("EniLimitReached", full)]
    to_31 = {"Version": "1.31", "PlatformVersion": "eks.41"}
    record(world, cluster, "VersionUpdate", to_31, world.now() - 20 * DAY, errors=failed)
    cluster.removed_apis = (_flow_control(world),)
    add_cluster(world, cluster)


def _flow_control(world: World) -> dict[str, Any]:
    path = "/apis/flowcontrol.apiserver.k8s.io/{}/flowschemas"
    return {
        "usage": path.format("v1beta3"),
        "replacedWith": path.format("v1"),
        "stopServingVersion": "1.32",
        "startServingReplacementVersion": "1.29",
        "clientStats": [
            {
                "userAgent": "argo-cd-application-controller",
                "numberOfRequestsLast30Days": 4312,
                "lastRequestTime": world.now() - 1800,
            }
        ],
    }


def _is_given_up(world: World) -> None:
    cluster = world.eks.get(_OLD)
    if cluster is None:
        return
    cluster.body["status"] = "DELETING"
    for group in cluster.nodegroups.values():
        group["status"] = "DELETING"

    def gone() -> None:
        if world.eks.get(_OLD) is cluster:
            del world.eks[_OLD]

    world.agenda.after(_DELETED, gone)


def _of_nodes(
    name: str, group: str, summary: str, trouble: Callable[[World, dict[str, Any]], Trouble]
) -> Scenario:
    start = partial(_breaks, "platform", group, trouble)
    return Scenario(name, summary, start, partial(_mends, "platform", group))


EKS_SCENARIOS = (
    _of_nodes(
        "nodegroup-launch-failures",
        "general-a",
        "platform/general-a wants more nodes than EC2 has: DEGRADED, AsgInstanceLaunchFailures",
        _capacity,
    ),
    _of_nodes(
        "nodegroup-subnet",
        "system",
        "platform/system has public subnets that give no addresses: Ec2SubnetInvalidConfiguration",
        _public_subnets,
    ),
    _of_nodes(
        "nodegroup-addresses",
        "general-a",
        "the subnets of platform/general-a are out of addresses: InsufficientFreeAddresses",
        _no_addresses,
    ),
    _of_nodes(
        "nodegroup-join",
        "general-a",
        "new nodes of platform/general-a do not join the cluster: NodeCreationFailure",
        _never_joins,
    ),
    Scenario(
        "eks-end-of-support",
        "a cluster legacy on Kubernetes 1.30, weeks before its extended support ends",
        _grows_old,
        _is_given_up,
    ),
)
