"""The EKS clusters: `platform` with a node group in trouble, `sandbox` in Auto Mode."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

from containerscope.demo.ecs_recipe import DAY, HOUR
from containerscope.demo.eks_state import EksCluster
from containerscope.demo.ids import hexes, subnet, subnets, uuid, vpc
from containerscope.demo.world import World

_VERSIONS = (
    # version, release, end of standard support, end of extended support: days from now
    ("1.35", -160, 265, 630, "1.35.2"),
    ("1.34", -300, 160, 525, "1.34.6"),
    ("1.33", -420, 71, 436, "1.33.9"),
    ("1.32", -560, -60, 305, "1.32.13"),
    ("1.31", -700, -190, 175, "1.31.14"),
    ("1.30", -850, -340, 25, "1.30.14"),
    ("1.29", -980, -470, -105, "1.29.15"),
)
_DEFAULT = "1.34"


def build(world: World) -> None:
    """Both clusters, and the versions that EKS offers."""
    world.eks_versions = [_version(world, *each) for each in _VERSIONS]
    for cluster in (_platform(world), _sandbox(world)):
        world.eks[cluster.name] = cluster


def _midnight(world: World, days: int) -> float:
    day = datetime.fromtimestamp(world.now() + days * DAY, UTC)
    return day.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _version(
    world: World, version: str, released: int, standard: int, extended: int, patch: str
) -> dict[str, Any]:
    status = "STANDARD_SUPPORT" if standard >= 0 else "EXTENDED_SUPPORT"
    if extended < 0:
        status = "UNSUPPORTED"
    return {
        "clusterVersion": version,
        "clusterType": "eks",
        "defaultPlatformVersion": f"eks.{9 - released // 100 % 7}",
        "defaultVersion": version == _DEFAULT,
        "releaseDate": _midnight(world, released),
        "endOfStandardSupportDate": _midnight(world, standard),
        "endOfExtendedSupportDate": _midnight(world, extended),
        "status": status.lower().replace("_", "-"),
        "versionStatus": status,
        "kubernetesPatchVersion": patch,
    }


def _cluster(world: World, name: str, version: str, age: float) -> dict[str, Any]:
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
        "resourcesVpcConfig": {
            "subnetIds": subnets(name),
            "securityGroupIds": [f"sg-0{hexes(16, 'eks', name)}"],
            "clusterSecurityGroupId": f"sg-0{hexes(16, 'eks cluster', name)}",
            "vpcId": vpc(name),
            "endpointPublicAccess": True,
            "endpointPrivateAccess": True,
            "publicAccessCidrs": ["203.0.113.0/24"],
        },
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
        "deletionProtection": True,
    }


def _platform(world: World) -> EksCluster:
    cluster = EksCluster("platform", _cluster(world, "platform", "1.33", 410 * DAY))
    cluster.body["encryptionConfig"] = [
        {"resources": ["secrets"], "provider": {"keyArn": world.arn("kms", f"key/{uuid('eks')}")}}
    ]
    spot = _nodegroup(world, "spot-b", 8, ("m5.2xlarge", "m5a.2xlarge"), capacityType="SPOT")
    spot["status"] = "DEGRADED"
    spot["subnets"] = [subnet("platform", "b")]
    spot["taints"] = [{"key": "spot", "value": "true", "effect": "NO_SCHEDULE"}]
    spot["health"] = {
        "issues": [
            {
                "code": "AsgInstanceLaunchFailures",
                "message": "Could not launch Spot Instances. UnfulfillableCapacity - Unable to "
                "fulfill capacity due to your request configuration. Please adjust your request "
                "and try again. Launching EC2 instance failed.",
                "resourceIds": [spot["resources"]["autoScalingGroups"][0]["name"]],
            }
        ]
    }
    system = _nodegroup(world, "system", 3, ("m6i.large",))
    system["labels"] = {"role": "system"}
    general = _nodegroup(world, "general-a", 9, ("m6i.xlarge",))
    general["updateConfig"] = {"maxUnavailablePercentage": 25}
    gpu = _nodegroup(world, "gpu", 1, ("g6.xlarge",), amiType="AL2023_x86_64_NVIDIA")
    gpu["version"], gpu["releaseVersion"] = "1.32", "1.32.9-20260811"
    gpu["taints"] = [{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}]
    for group in (system, general, spot, gpu):
        cluster.nodegroups[group["nodegroupName"]] = group
    for name, namespaces in (("batch", ("batch", "reports")), ("coredns", ("kube-system",))):
        cluster.fargate_profiles[name] = _fargate_profile(world, name, namespaces)
    _add_addons(world, cluster)
    return cluster


def _add_addons(world: World, cluster: EksCluster) -> None:
    """The usual add-ons, of which one lacks replicas."""
    for name, version in (
        ("vpc-cni", "v1.20.4-eksbuild.1"),
        ("kube-proxy", "v1.33.5-eksbuild.2"),
        ("coredns", "v1.12.4-eksbuild.1"),
        ("aws-ebs-csi-driver", "v1.51.0-eksbuild.1"),
        ("eks-pod-identity-agent", "v1.3.9-eksbuild.3"),
        ("metrics-server", "v0.8.0-eksbuild.2"),
    ):
        cluster.addons[name] = _addon(world, name, version)
    metrics = cluster.addons["metrics-server"]
    metrics["status"] = "DEGRADED"
    metrics["health"] = {
        "issues": [
            {
                "code": "InsufficientNumberOfReplicas",
                "message": "The add-on is unhealthy because it doesn't have the desired number of "
                "replicas.",
                "resourceIds": [],
            }
        ]
    }


def _nodegroup(
    world: World, name: str, desired: int, kinds: tuple[str, ...], **changes: str
) -> dict[str, Any]:
    group = uuid("nodegroup", name)
    template = {"name": f"platform-{name}", "version": "4", "id": f"lt-0{hexes(16, 'lt', name)}"}
    return {
        "nodegroupName": name,
        "nodegroupArn": world.arn("eks", f"nodegroup/platform/{name}/{group}"),
        "clusterName": "platform",
        "version": "1.33",
        "releaseVersion": "1.33.5-20261103",
        "createdAt": world.now() - 200 * DAY,
        "modifiedAt": world.now() - 3 * HOUR,
        "status": "ACTIVE",
        "capacityType": "ON_DEMAND",
        "scalingConfig": {"minSize": 1, "maxSize": desired * 2, "desiredSize": desired},
        "instanceTypes": list(kinds),
        "subnets": subnets("platform"),
        "amiType": "AL2023_x86_64_STANDARD",
        "nodeRole": world.global_arn("iam", "role/platform-node"),
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


def _fargate_profile(world: World, name: str, namespaces: tuple[str, ...]) -> dict[str, Any]:
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


def _addon(world: World, name: str, version: str) -> dict[str, Any]:
    addon = {
        "addonName": name,
        "clusterName": "platform",
        "status": "ACTIVE",
        "addonVersion": version,
        "health": {"issues": []},
        "addonArn": world.arn("eks", f"addon/platform/{name}/{uuid('addon', name)}"),
        "createdAt": world.now() - 300 * DAY,
        "modifiedAt": world.now() - 21 * DAY,
        "tags": {},
        "publisher": "eks",
        "owner": "aws",
    }
    if name == "aws-ebs-csi-driver":
        addon["serviceAccountRoleArn"] = world.global_arn("iam", "role/platform-ebs-csi")
    return addon


def _sandbox(world: World) -> EksCluster:
    body = _cluster(world, "sandbox", "1.34", 35 * DAY)
    body |= {
        "computeConfig": {
            "enabled": True,
            "nodePools": ["general-purpose", "system"],
            "nodeRoleArn": world.global_arn("iam", "role/sandbox-auto-node"),
        },
        "storageConfig": {"blockStorage": {"enabled": True}},
        "accessConfig": {"authenticationMode": "API"},
        "upgradePolicy": {"supportType": "STANDARD"},
        "platformVersion": "eks.9",
        "deletionProtection": False,
        "tags": {"environment": "sandbox", "besitzer": "Jürgen"},
    }
    body["kubernetesNetworkConfig"]["elasticLoadBalancing"] = {"enabled": True}
    return EksCluster("sandbox", body)
