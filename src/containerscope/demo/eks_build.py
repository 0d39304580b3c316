"""What EKS clusters are made of: each part in the API's own form, with usual values."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from containerscope.demo.ecs_recipe import DAY, HOUR
from containerscope.demo.eks_versions import ami_release
from containerscope.demo.ids import hexes, subnets, uuid, vpc
from containerscope.demo.world import World


def cluster_body(world: World, name: str, version: str, age: float) -> dict[str, Any]:
    """A cluster that was made `age` seconds ago."""
    issuer = hexes(32, "oidc", name).upper()
    region = world.region
    authority = base64.b64encode(b"-----BEGIN CERTIFICATE-----\ndemo\n-----END CERTIFICATE-----\n")
    return {
        "name": name,
        "arn": world.arn("eks", f"cluster/{name}"),
        "createdAt": world.now() - age,
        "version": version,
        "endpoint": f"https://{issuer}.gr7.{region}.eks.amazonaws.com",
        "roleArn": world.global_arn("iam", f"role/{name}-cluster"),
        "resourcesVpcConfig": _network(name),
        "kubernetesNetworkConfig": {
            "serviceIpv4Cidr": "172.20.0.0/16",
            "ipFamily": "ipv4",
            "elasticLoadBalancing": {"enabled": False},
        },
        "logging": {
            "clusterLogging": [
                {"types": ["api", "audit", "authenticator"], "enabled": True},
                {"types": ["controllerManager", "scheduler"], "enabled": False},
            ]
        },
        "identity": {"oidc": {"issuer": f"https://oidc.eks.{region}.amazonaws.com/id/{issuer}"}},
        "status": "ACTIVE",
        "certificateAuthority": {"data": authority.decode()},
        "platformVersion": "eks.18",
        "tags": {"environment": "production", "team": "platform"},
        "health": {"issues": []},
        "accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"},
        "upgradePolicy": {"supportType": "EXTENDED"},
        "zonalShiftConfig": {"enabled": False},
        "controlPlaneScalingConfig": {"tier": "standard"},
        "deletionProtection": True,
    }


def _network(name: str) -> dict[str, Any]:
    """The network of a cluster's control plane."""
    return {
        "subnetIds": subnets(name),
        "securityGroupIds": [f"sg-0{hexes(16, 'eks', name)}"],
        "clusterSecurityGroupId": f"sg-0{hexes(16, 'eks cluster', name)}",
        "vpcId": vpc(name),
        "endpointPublicAccess": True,
        "endpointPrivateAccess": True,
        "publicAccessCidrs": ["203.0.113.0/24"],
        "controlPlaneEgressMode": "AWS_MANAGED",
    }


def nodegroup(
    world: World,
    name: str,
    desired: int,
    kinds: Sequence[str],
    *,
    cluster: str = "platform",
    version: str = "1.33",
    **changes: Any,
) -> dict[str, Any]:
    """A node group of so many instances of one of these types."""
    words = (name,) if cluster == "platform" else (cluster, name)
    group = uuid("nodegroup", *words)
    template = {"name": f"{cluster}-{name}", "version": "4", "id": f"lt-0{hexes(16, 'lt', *words)}"}
    return {
        "nodegroupName": name,
        "nodegroupArn": world.arn("eks", f"nodegroup/{cluster}/{name}/{group}"),
        "clusterName": cluster,
        "version": version,
        "releaseVersion": ami_release(version),
        "createdAt": world.now() - 200 * DAY,
        "modifiedAt": world.now() - 3 * HOUR,
        "status": "ACTIVE",
        "capacityType": "ON_DEMAND",
        "scalingConfig": {"minSize": 1, "maxSize": desired * 2, "desiredSize": desired},
        "instanceTypes": list(kinds),
        "subnets": subnets(cluster),
        "amiType": "AL2023_x86_64_STANDARD",
        "nodeRole": world.global_arn("iam", f"role/{cluster}-node"),
        "labels": {"pool": name},
        "taints": [],
        "resources": {"autoScalingGroups": [{"name": f"eks-{name}-{group}"}]},
        "health": {"issues": []},
        "updateConfig": {"maxUnavailable": 1},
        "nodeRepairConfig": {"enabled": name == "system"},
        "launchTemplate": template,
        "tags": {"team": "platform"},
        **changes,
    }


def fargate_profile(world: World, name: str, namespaces: Sequence[str]) -> dict[str, Any]:
    """A Fargate profile of `platform` for the pods of these namespaces."""
    labels = {"k8s-app": "kube-dns"} if name == "coredns" else {}
    return {
        "fargateProfileName": name,
        "fargateProfileArn": world.arn(
            "eks", f"fargateprofile/platform/{name}/{uuid('fargate profile', name)}"
        ),
        "clusterName": "platform",
        "createdAt": world.now() - 380 * DAY,
        "podExecutionRoleArn": world.global_arn("iam", "role/platform-fargate-pods"),
        "subnets": subnets("platform"),
        "selectors": [{"namespace": each, "labels": labels} for each in namespaces],
        "status": "ACTIVE",
        "tags": {"team": "batch"},
        "health": {"issues": []},
    }


def addon(world: World, name: str, version: str, cluster: str = "platform") -> dict[str, Any]:
    """An add-on of a cluster."""
    words = (name,) if cluster == "platform" else (cluster, name)
    found = {
        "addonName": name,
        "clusterName": cluster,
        "status": "ACTIVE",
        "addonVersion": version,
        "health": {"issues": []},
        "addonArn": world.arn("eks", f"addon/{cluster}/{name}/{uuid('addon', *words)}"),
        "createdAt": world.now() - 300 * DAY,
        "modifiedAt": world.now() - 21 * DAY,
        "tags": {},
        "publisher": "eks",
        "owner": "aws",
    }
    if name == "aws-ebs-csi-driver":
        found["serviceAccountRoleArn"] = world.global_arn("iam", f"role/{cluster}-ebs-csi")
    return found
