"""The file systems that the task definitions of the opening scene mount, and two more."""

from __future__ import annotations

from containerscope.demo.ec2_networks import MOUNT_TARGETS, ZONES, Network, networks
from containerscope.demo.ecs_recipe import DAY
from containerscope.demo.ecs_state import Cluster, Service
from containerscope.demo.efs_state import (
    AccessPoint,
    FileSystem,
    MountTarget,
    file_system_id,
    mount_target_id,
)
from containerscope.demo.ids import hexes, number, uuid
from containerscope.demo.world import World

GIB = 1024**3
LATE_ZONE = ("ml", "c")
"""The team and zone of the mount target that somebody closed to those who mount it.

Tasks that run keep the connections they have; the next one to start there would be stuck.
"""


def security_group(file_system: str) -> str:
    """The id of the security group of a file system's mount targets."""
    return f"sg-0{hexes(16, 'sg', 'mount targets', file_system)}"


def closed_group(file_system: str) -> str:
    """The id of a security group that lets nobody but the bastion mount a file system."""
    return f"sg-0{hexes(16, 'sg', 'closed', file_system)}"


def build(world: World) -> None:
    """A file system for each team whose services mount one; one of EKS; one that is left over."""
    known = networks(world)
    for cluster in world.clusters.values():
        for service in cluster.services.values():
            _of_service(world, known[cluster.name], cluster, service)
    if "platform" in world.eks:
        _add(world, known["platform"], "platform-shared", "platform", age=210 * DAY)
    if "checkout" in known:
        left = _add(world, known["checkout"], "archive-2023", "finance", age=900 * DAY)
        left.encrypted, left.key, left.backup = False, "", ""
        left.throughput, left.lifecycle = "bursting", []
        del left.mount_targets["c"]
        point = f"fsap-0{hexes(16, 'access point', 'archive')}"
        tags = {"Name": "everything", "team": "finance"}
        world.storage.access_points[point] = AccessPoint(point, left.id, "/", 0, tags, user=False)


def _of_service(world: World, network: Network, cluster: Cluster, service: Service) -> None:
    for volume in service.definition.body.get("volumes", ()):
        config = volume.get("efsVolumeConfiguration")
        if config is None:
            continue
        team = service.tags.get("team", cluster.name)
        if config["fileSystemId"] not in world.storage.file_systems:
            _add(world, network, f"{team}-shared", team, age=300 * DAY)
        point = config.get("authorizationConfig", {}).get("accessPointId")
        if point:
            world.storage.access_points[point] = AccessPoint(
                point,
                config["fileSystemId"],
                f"/{service.name}",
                1000,
                {"Name": service.name, "team": team},
            )


def _add(world: World, network: Network, name: str, team: str, age: float) -> FileSystem:
    system = FileSystem(
        file_system_id(team),
        name,
        network.name,
        world.now() - age,
        290 * GIB + number(60 * GIB, "size", name),
        key=world.arn("kms", f"key/{uuid('efs', team)}"),
        lifecycle=[
            {"TransitionToIA": "AFTER_30_DAYS"},
            {"TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
        ],
        tags={"Name": name, "team": team, "managed-by": "terraform"},
    )
    place = len(world.storage.file_systems)
    for zone in ZONES:
        closed = (team, zone) == LATE_ZONE
        group = closed_group(system.id) if closed else security_group(system.id)
        system.mount_targets[zone] = MountTarget(
            mount_target_id(system.id, zone),
            zone,
            network.address(zone, MOUNT_TARGETS + place),
            [group],
        )
    if team == "media":
        system.policy = _policy(world, system)
    world.storage.file_systems[system.id] = system
    return system


def _policy(world: World, system: FileSystem) -> dict[str, object]:
    """Mount by TLS and through an access point, or not at all."""
    arn = world.arn("elasticfilesystem", f"file-system/{system.id}")
    return {
        "Version": "2012-10-17",
        "Id": "media-shared",
        "Statement": [
            {
                "Sid": "OnlyOverTls",
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                "Action": "*",
                "Resource": arn,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
            {
                "Sid": "Media",
                "Effect": "Allow",
                "Principal": {"AWS": world.global_arn("iam", "role/thumbnails-task")},
                "Action": [
                    "elasticfilesystem:ClientMount",
                    "elasticfilesystem:ClientWrite",
                ],
                "Resource": arn,
                "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
            },
        ],
    }
