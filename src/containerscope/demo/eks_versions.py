"""The Kubernetes versions that EKS offers, their support windows and their AMI releases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from containerscope.demo.ecs_recipe import DAY
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
_AMI_DATE = "20261103"
_KUBELETS = {
    "1.35": "1.35.1",
    "1.34": "1.34.4",
    "1.33": "1.33.5",
    "1.32": "1.32.9",
    "1.31": "1.31.13",
    "1.30": "1.30.14",
    "1.29": "1.29.15",
}
_LAST_OF_AL2 = "20251120"
"""Amazon Linux 2 gets no images any more, and none for Kubernetes 1.33 and newer."""


def versions(world: World) -> list[dict[str, Any]]:
    """What `DescribeClusterVersions` tells, the newest first."""
    return [_version(world, *each) for each in _VERSIONS]


def minor(version: str) -> int:
    """The minor number: 33 of `1.33`."""
    return int(version.partition(".")[2])


def next_version(version: str) -> str:
    """The version that a cluster of this one may be brought to."""
    return f"1.{minor(version) + 1}"


def is_offered(world: World, version: str) -> bool:
    """Whether a cluster may be brought to this version."""
    return any(
        each["clusterVersion"] == version and each["versionStatus"] != "UNSUPPORTED"
        for each in world.eks_versions
    )


def ami_release(version: str) -> str:
    """The newest release of the node AMIs for a Kubernetes version: `1.33.5-20261103`."""
    return f"{_KUBELETS.get(version, f'{version}.0')}-{_AMI_DATE}"


def al2_release(version: str) -> str:
    """The last release of the Amazon Linux 2 AMIs for a Kubernetes version; empty for none."""
    return f"{_KUBELETS[version]}-{_LAST_OF_AL2}" if minor(version) < 33 else ""


def platform_version(version: str) -> str:
    """The newest EKS platform version of a Kubernetes version."""
    released = next((each[1] for each in _VERSIONS if each[0] == version), 0)
    return f"eks.{9 - released // 100 % 7}"


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
        "defaultPlatformVersion": platform_version(version),
        "defaultVersion": version == _DEFAULT,
        "releaseDate": _midnight(world, released),
        "endOfStandardSupportDate": _midnight(world, standard),
        "endOfExtendedSupportDate": _midnight(world, extended),
        "status": status.lower().replace("_", "-"),
        "versionStatus": status,
        "kubernetesPatchVersion": patch,
    }
