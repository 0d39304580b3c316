"""The EKS clusters: `platform` with a node group in trouble, `sandbox` in Auto Mode."""

from __future__ import annotations

from typing import Any

from containerscope.demo.ecs_recipe import DAY, HOUR
from containerscope.demo.eks_access import add_access, add_sandbox_access, authorities
from containerscope.demo.eks_build import addon, cluster_body, fargate_profile, nodegroup
from containerscope.demo.eks_insights import watch
from containerscope.demo.eks_state import EksCluster, Trouble
from containerscope.demo.eks_support import watch_support
from containerscope.demo.eks_updates import error, record
from containerscope.demo.eks_versions import versions
from containerscope.demo.ids import hexes, subnet, uuid
from containerscope.demo.world import World

_OLDER = "1.33.4-20260917"
"""The AMI release of a node group that nobody has updated for some time."""


def build(world: World) -> None:
    """Both clusters, and the versions that EKS offers."""
    world.eks_versions = versions(world)
    for cluster in (_platform(world), _sandbox(world)):
        add_cluster(world, cluster)
    watch_support(world)


def add_cluster(world: World, cluster: EksCluster) -> None:
    """Put a cluster into the account, looked over as EKS does each day."""
    cluster.authorities = authorities(world, cluster)
    world.eks[cluster.name] = cluster
    watch(world, cluster)


def _platform(world: World) -> EksCluster:
    cluster = EksCluster("platform", cluster_body(world, "platform", "1.33", 410 * DAY))
    cluster.body["encryptionConfig"] = [
        {"resources": ["secrets"], "provider": {"keyArn": world.arn("kms", f"key/{uuid('eks')}")}}
    ]
    spot = nodegroup(world, "spot-b", 8, ("m5.2xlarge", "m5a.2xlarge"), capacityType="SPOT")
    spot["status"] = "DEGRADED"
    spot["subnets"] = [subnet("platform", "b")]
    spot["taints"] = [{"key": "spot", "value": "true", "effect": "NO_SCHEDULE"}]
    cluster.troubles["spot-b"] = Trouble(
        "AsgInstanceLaunchFailures",
        "Could not launch Spot Instances. UnfulfillableCapacity - Unable to fulfill capacity due "
        "to your request configuration. Please adjust your request and try again. Launching EC2 "
        "instance failed.",
        (spot["resources"]["autoScalingGroups"][0]["name"],),
    )
    spot["health"] = {"issues": [cluster.troubles["spot-b"].issue()]}
    system = nodegroup(world, "system", 3, ("m6i.large",))
    system["labels"] = {"role": "system"}
    system["releaseVersion"] = _OLDER
    general = nodegroup(world, "general-a", 9, ("m6i.xlarge",))
    general["updateConfig"] = {"maxUnavailablePercentage": 25}
    gpu = nodegroup(world, "gpu", 1, ("g6.xlarge",), amiType="AL2023_x86_64_NVIDIA")
    gpu["version"], gpu["releaseVersion"] = "1.32", "1.32.9-20260811"
    gpu["taints"] = [{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}]
    for group in (system, general, spot, gpu):
        cluster.nodegroups[group["nodegroupName"]] = group
    for name, namespaces in (("batch", ("batch", "reports")), ("coredns", ("kube-system",))):
        cluster.fargate_profiles[name] = fargate_profile(world, name, namespaces)
    _add_addons(world, cluster)
    add_access(world, cluster)
    _add_history(world, cluster)
    return cluster


def _add_history(world: World, cluster: EksCluster) -> None:
    """What has been done to `platform` lately, as its updates tell."""
    now = world.now()
    to_33 = {"Version": "1.33", "PlatformVersion": "eks.18"}
    ami = {"Version": "1.33", "ReleaseVersion": "1.33.5-20261103"}
    record(world, cluster, "VersionUpdate", to_33, now - 62 * DAY, errors=[])
    past = {"Version": "1.33", "ReleaseVersion": _OLDER}
    record(world, cluster, "VersionUpdate", past, now - 61 * DAY, nodegroup="system", errors=[])
    logging = {"ClusterLogging": {"clusterLogging": [{"types": ["audit"], "enabled": True}]}}
    record(world, cluster, "LoggingUpdate", logging, now - 30 * DAY, errors=[])
    for name in ("general-a", "spot-b"):
        record(world, cluster, "VersionUpdate", ami, now - 15 * DAY, nodegroup=name, errors=[])
    config = {"MinSize": 1, "MaxSize": 18, "DesiredSize": 9}
    record(world, cluster, "ConfigUpdate", config, now - 3 * HOUR, nodegroup="general-a", errors=[])
    message = "Reached max retries while trying to evict pods from nodes in node group gpu"
    stuck = [
        error("PodEvictionFailure", message, [f"ip-10-42-7-61.{world.region}.compute.internal"])
    ]
    record(world, cluster, "VersionUpdate", ami, now - 14 * DAY, nodegroup="gpu", errors=stuck)
    for name in ("vpc-cni", "kube-proxy", "coredns"):
        wanted = {"AddonVersion": cluster.addons[name]["addonVersion"]}
        record(world, cluster, "AddonUpdate", wanted, now - 21 * DAY, addon=name, errors=[])
    cluster.edited_addons["coredns"] = (
        'Deployment.apps coredns - .spec.template.spec.containers[name="coredns"].resources.limits'
    )


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
        cluster.addons[name] = addon(world, name, version)
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


def _sandbox(world: World) -> EksCluster:
    body = cluster_body(world, "sandbox", "1.34", 35 * DAY)
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
    cluster = EksCluster("sandbox", body)
    add_sandbox_access(world, cluster)
    cluster.capabilities = {
        "gitops": _capability(world, "gitops", "ARGOCD", "3.1.8-eks-1"),
        "aws-resources": _capability(world, "aws-resources", "ACK", "1.2.0-eks-1"),
    }
    upgraded = {"Version": "1.34", "PlatformVersion": "eks.9"}
    record(world, cluster, "VersionUpdate", upgraded, world.now() - 2 * DAY, errors=[])
    return cluster


def _capability(world: World, name: str, kind: str, version: str) -> dict[str, Any]:
    """A capability that EKS runs in `sandbox`."""
    settings: dict[str, Any] = {"ack": {"disabledServices": [], "enableCrossNamespace": False}}
    issues = []
    if kind == "ARGOCD":
        host = f"{hexes(32, 'argocd').lower()}.eks-capabilities.{world.region}.amazonaws.com"
        settings = {"argoCd": {"namespace": "argocd", "serverUrl": f"https://{host}"}}
    else:
        message = (
            f"User: {world.global_arn('iam', 'role/sandbox-ack')} is not authorized to perform: "
            "s3:CreateBucket because no identity-based policy allows the s3:CreateBucket action"
        )
        issues = [{"code": "AccessDenied", "message": message}]
    return {
        "capabilityName": name,
        "arn": world.arn("eks", f"capability/sandbox/{kind.lower()}/{name}/{uuid(kind)}"),
        "clusterName": "sandbox",
        "type": kind,
        "roleArn": world.global_arn("iam", f"role/sandbox-{kind.lower()}"),
        "status": "DEGRADED" if issues else "ACTIVE",
        "version": version,
        "configuration": settings,
        "tags": {},
        "health": {"issues": issues},
        "createdAt": world.now() - 20 * DAY,
        "modifiedAt": world.now() - 2 * DAY,
        "deletePropagationPolicy": "RETAIN",
    }
