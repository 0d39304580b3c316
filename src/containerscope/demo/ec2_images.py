"""The machine images of the account's instances, and their launch templates."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from containerscope.demo.ids import hexes
from containerscope.demo.world import World

OWNERS = {"ecs": "591542846629", "eks": "602401143452"}
"""The accounts that publish the images of ECS and EKS."""


@dataclass(frozen=True)
class Image:
    """A machine image of Amazon's."""

    name: str
    owner: str
    architecture: str
    description: str
    released: str
    """`2026-11-03`."""

    @property
    def id(self) -> str:
        """The id of the image."""
        return f"ami-0{hexes(16, 'ami', self.name)}"


def architecture_of(kind: str) -> str:
    """The architecture of an instance type: Graviton has a `g` behind its generation."""
    family = kind.split(".")[0]
    return "arm64" if "g" in family.lstrip("abcdefghijklmnopqrstuvwxyz") else "x86_64"


def ecs_image(kind: str) -> Image:
    """The image of a container instance."""
    architecture = architecture_of(kind)
    return Image(
        f"al2023-ami-ecs-hvm-2023.0.20261028-kernel-6.1-{architecture}",
        "ecs",
        architecture,
        f"Amazon Linux AMI 2023.0.20261028 {architecture} ECS HVM EBS",
        "2026-10-29",
    )


RELEASES = {"1.35": "20261103", "1.34": "20261103", "1.33": "20261103", "1.32": "20260811"}
"""The day of the newest EKS image of each Kubernetes version that nodes here have."""

_DAY = re.compile(r"20\d\d(0[1-9]|1[0-2])(0[1-9]|1\d|2[0-8])", re.ASCII)


def node_image(version: str, kind: str, ami_type: str, release: str = "") -> Image:
    """The image of a node of this Kubernetes version, the newest unless a release is given."""
    architecture = architecture_of(kind)
    variant = "nvidia" if "NVIDIA" in ami_type else "standard"
    day = release.rpartition("-")[2]
    if not _DAY.fullmatch(day):
        day = RELEASES.get(version, "20260811")
    return Image(
        f"amazon-eks-node-al2023-{architecture}-{variant}-{version}-v{day}",
        "eks",
        architecture,
        f"EKS-optimized Kubernetes node based on Amazon Linux 2023, (k8s: {version})",
        f"{day[:4]}-{day[4:6]}-{day[6:]}",
    )


@dataclass(frozen=True)
class Template:
    """A launch template and how many versions it has."""

    id: str
    name: str
    versions: int
    image: Image
    profile: str
    groups: tuple[str, ...]
    created_at: float
    user_data: str
    kind: str = ""
    """The instance type; empty where the group chooses it."""
    old_metadata: bool = False
    """Whether instances answer metadata requests without a session token (IMDSv1)."""

    def data(self, version: int) -> dict[str, Any]:
        """What instances of a version are launched with."""
        data: dict[str, Any] = {
            "ImageId": self.image.id,
            "UserData": base64.b64encode(self.user_data.encode()).decode(),
            "BlockDeviceMappings": [
                {
                    "DeviceName": "/dev/xvda",
                    "Ebs": {
                        "VolumeSize": 30 + 20 * (version > 1),
                        "VolumeType": "gp3",
                        "Encrypted": version > 1,
                        "DeleteOnTermination": True,
                    },
                }
            ],
            "MetadataOptions": {
                "HttpTokens": "optional" if self.old_metadata else "required",
                "HttpPutResponseHopLimit": 2,
                "HttpEndpoint": "enabled",
            },
            "SecurityGroupIds": list(self.groups),
        }
        if self.kind:
            data["InstanceType"] = self.kind
        if self.profile:
            data["IamInstanceProfile"] = {"Name": self.profile}
        return data


def templates(world: World) -> Iterator[Template]:
    """The launch templates of the account: of container instances and of node groups."""
    for cluster in world.clusters.values():
        first = next(iter(cluster.instances.values()), None)
        if first is not None:
            name = f"ecs-{cluster.name}"
            yield Template(
                f"lt-0{hexes(16, 'lt', name)}",
                name,
                3,
                ecs_image(first.kind),
                f"ecs-instance-{cluster.name}",
                (f"sg-0{hexes(16, 'sg', cluster.name, 'instances')}",),
                first.registered_at - 86400,
                f"#!/bin/bash\necho ECS_CLUSTER={cluster.name} >> /etc/ecs/ecs.config\n",
                first.kind,
            )
    for eks in world.eks.values():
        network = eks.body["resourcesVpcConfig"]
        for group in eks.nodegroups.values():
            given = group.get("launchTemplate")
            if given is None:
                continue
            yield Template(
                given["id"],
                given["name"],
                int(given["version"]),
                node_image(group["version"], group["instanceTypes"][0], group.get("amiType", "")),
                "",
                (network["clusterSecurityGroupId"],),
                group["createdAt"] - 300,
                "---\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n"
                f"    name: {eks.name}\n",
                old_metadata="NVIDIA" in group.get("amiType", ""),
            )
