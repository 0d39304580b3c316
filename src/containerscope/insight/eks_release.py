"""Which release of its AMI a node group could have.

The public parameters: EKS User Guide, "Retrieve recommended Amazon Linux AMI IDs", Bottlerocket's
guide, and "Retrieve recommended Microsoft Windows AMI IDs", whose parameters hold JSON.
"""

from __future__ import annotations

import json

from containerscope.insight.eks_upgrade import version_key
from containerscope.insight.verdict import Verdict
from containerscope.model.eks import Nodegroup
from containerscope.model.health import Level

_EKS = "/aws/service/eks/optimized-ami"
_AL2 = {
    "AL2_x86_64": "amazon-linux-2",
    "AL2_x86_64_GPU": "amazon-linux-2-gpu",
    "AL2_ARM_64": "amazon-linux-2-arm64",
}


def release_parameter(group: Nodegroup) -> str:
    """The public parameter with the newest release of the group's AMI; empty for AMIs of one's own.

    `AL2023_ARM_64_STANDARD` of 1.33 is
    `/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/arm64/standard/recommended/release_version`.
    """
    kind, version = group.ami_type or "", group.version or ""
    if not version or not all(part.isdecimal() for part in version.split(".")):
        return ""
    architecture = "arm64" if "_ARM_64" in kind else "x86_64"
    variant = kind.rpartition("_64")[2].strip("_").lower()
    if kind in _AL2:
        return f"{_EKS}/{version}/{_AL2[kind]}/recommended/release_version"
    if kind.startswith("AL2023_"):
        where = f"amazon-linux-2023/{architecture}/{variant or 'standard'}"
        return f"{_EKS}/{version}/{where}/recommended/release_version"
    if kind.startswith("BOTTLEROCKET_"):
        flavour = f"aws-k8s-{version}" + (f"-{variant}" if variant else "")
        return f"/aws/service/bottlerocket/{flavour}/{architecture}/latest/image_version"
    if kind.startswith("WINDOWS_"):
        words = kind.split("_")
        if len(words) < 3:
            return ""
        edition, year = words[1].title(), words[2]
        image = f"Windows_Server-{year}-English-{edition}-EKS_Optimized-{version}"
        return f"/aws/service/ami-windows-latest/{image}"
    return ""


def release_in(value: str) -> str:
    """The release in a parameter's value, which for Windows is JSON; empty where it names none."""
    if not value.lstrip().startswith("{"):
        return value.strip()
    try:
        found = json.loads(value)
    except ValueError:
        return ""
    return str(found.get("release_version") or "") if isinstance(found, dict) else ""


def release_verdict(group: Nodegroup, newest: str) -> Verdict:
    """Whether a newer release of the group's AMI is there."""
    own = group.release_version or ""
    if not newest or not own:
        return Verdict(Level.NONE)
    # Bottlerocket's releases end in a hash, which does not sort.
    if _order(own) >= _order(newest):
        return Verdict(Level.FINE)
    cause = f"The nodes run AMI release {own}; {newest} is recommended for Kubernetes"
    return Verdict(
        Level.WARNING,
        f"{newest} is there",
        f"{cause} {group.version}.",
        "Update the node group: its nodes are replaced one by one.",
    )


def _order(release: str) -> tuple[int, ...]:
    version, _, built = release.partition("-")
    return version_key(version) + (version_key(built) if built.isdecimal() else ())


def ami_verdict(group: Nodegroup) -> Verdict:
    """Whether the group's kind of AMI has a future."""
    if not (group.ami_type or "").startswith("AL2_"):
        return Verdict(Level.NONE)
    return Verdict(
        Level.WARNING,
        "Amazon Linux 2 is at its end",
        "EKS makes no Amazon Linux 2 AMIs since 2025-11-26, and none for Kubernetes 1.33 or newer.",
        "Move the nodes to a node group with Amazon Linux 2023 or Bottlerocket.",
    )
