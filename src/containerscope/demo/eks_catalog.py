"""The add-ons that EKS offers and the cluster versions that each of their versions works with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Offered(NamedTuple):
    """An add-on in the catalogue."""

    name: str
    kind: str
    namespace: str
    versions: Mapping[str, tuple[str, ...]]
    """Add-on version, newest first -> the cluster versions that it works with."""
    permissions: bool = False
    owner: str = "aws"


_ALL = ("1.35", "1.34", "1.33", "1.32", "1.31", "1.30")
_TO_34, _TO_33 = _ALL[1:], _ALL[2:]
CATALOG = (
    Offered(
        "vpc-cni",
        "networking",
        "kube-system",
        {"v1.20.5-eksbuild.1": _ALL, "v1.20.4-eksbuild.1": _TO_34, "v1.19.6-eksbuild.7": _TO_33},
        permissions=True,
    ),
    Offered(
        "coredns",
        "networking",
        "kube-system",
        {
            "v1.13.1-eksbuild.1": _ALL[:3],
            "v1.12.4-eksbuild.1": _ALL[2:4],
            "v1.11.4-eksbuild.24": _TO_33,
        },
    ),
    Offered(
        "kube-proxy",
        "networking",
        "kube-system",
        {
            "v1.35.1-eksbuild.2": _ALL[:1],
            "v1.34.3-eksbuild.2": _ALL[:2],
            "v1.33.5-eksbuild.2": _ALL[:3],
            "v1.32.9-eksbuild.2": _ALL[:4],
            "v1.31.13-eksbuild.2": _ALL[1:5],
            "v1.30.14-eksbuild.8": _ALL[2:],
        },
    ),
    Offered(
        "aws-ebs-csi-driver",
        "storage",
        "kube-system",
        {"v1.53.0-eksbuild.1": _ALL, "v1.51.0-eksbuild.1": _TO_34, "v1.48.0-eksbuild.2": _TO_33},
        permissions=True,
    ),
    Offered(
        "aws-efs-csi-driver",
        "storage",
        "kube-system",
        {"v2.1.13-eksbuild.1": _ALL, "v2.1.8-eksbuild.1": _TO_33},
        permissions=True,
    ),
    Offered(
        "eks-pod-identity-agent",
        "security",
        "kube-system",
        {"v1.3.10-eksbuild.1": _ALL, "v1.3.9-eksbuild.3": _ALL},
    ),
    Offered(
        "eks-node-monitoring-agent",
        "observability",
        "kube-system",
        {"v1.4.2-eksbuild.1": _ALL},
    ),
    Offered(
        "metrics-server",
        "observability",
        "kube-system",
        {"v0.8.0-eksbuild.3": _ALL, "v0.8.0-eksbuild.2": _TO_34},
        owner="community",
    ),
    Offered(
        "amazon-cloudwatch-observability",
        "observability",
        "amazon-cloudwatch",
        {"v4.7.0-eksbuild.1": _ALL},
        permissions=True,
    ),
)


def versions_of(name: str) -> Mapping[str, tuple[str, ...]]:
    """The versions of an add-on, newest first, each with its cluster versions."""
    return next((each.versions for each in CATALOG if each.name == name), {})


def newest_for(name: str, cluster_version: str) -> str:
    """The newest version of an add-on that works with a cluster version, or an empty string."""
    fitting = (each for each, fits in versions_of(name).items() if cluster_version in fits)
    return next(fitting, "")


def addon_info(offered: Offered, cluster_version: str | None) -> dict[str, Any]:
    """An entry of `DescribeAddonVersions`; with a cluster version, only what works with it."""
    return {
        "addonName": offered.name,
        "type": offered.kind,
        "addonVersions": [
            {
                "addonVersion": version,
                "architecture": ["amd64", "arm64"],
                "computeTypes": ["ec2", "hybrid"],
                "compatibilities": [
                    {
                        "clusterVersion": each,
                        "platformVersions": ["*"],
                        "defaultVersion": newest_for(offered.name, each) == version,
                    }
                    for each in fits
                    if cluster_version in (None, each)
                ],
                "requiresConfiguration": False,
                "requiresIamPermissions": offered.permissions,
            }
            for version, fits in offered.versions.items()
            if cluster_version is None or cluster_version in fits
        ],
        "publisher": "eks",
        "owner": offered.owner,
        "defaultNamespace": offered.namespace,
    }
