"""The volumes of a task definition: what each is, and which containers mount it where."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from containerscope.model import arn
from containerscope.model.ecs_service import ManagedEbsVolume
from containerscope.model.ecs_taskdef import DockerVolumeConfiguration, TaskDefinition, Volume


class Mount(msgspec.Struct, frozen=True):
    """A place where a container sees a volume."""

    container: str
    path: str
    read_only: bool
    through: str = ""
    """The container whose mounts it takes over; empty for a mount of its own."""

    @property
    def words(self) -> str:
        """`app /data ro`."""
        mode = "ro" if self.read_only else "rw"
        through = f" through {self.through}" if self.through else ""
        return f"{self.container} {self.path} {mode}{through}"


class VolumeUse(msgspec.Struct, frozen=True):
    """A volume and its mounts."""

    volume: Volume
    kind: str
    """`EFS`, `FSx for Windows`, `S3 Files`, `EBS`, `Docker`, `bind mount`, `scratch`, …"""
    source: str
    """What is mounted: `fs-1:/data`, a path of the host, a driver."""
    how: str = ""
    """Encryption, access point, scope."""
    mounts: tuple[Mount, ...] = ()

    @property
    def name(self) -> str:
        """Its name in the task definition."""
        return self.volume.name or "?"


def volume_uses(
    definition: TaskDefinition, disks: Mapping[str, ManagedEbsVolume] | None = None
) -> tuple[VolumeUse, ...]:
    """Every volume with its mounts; `disks` are those that the service makes, by volume."""
    uses = []
    for volume in definition.volumes or ():
        kind, source, how = describe_volume(volume)
        disk = (disks or {}).get(volume.name or "?")
        if disk is not None:
            kind, source, how = "EBS", *describe_disk(disk)
        uses.append(VolumeUse(volume, kind, source, how, mounts_of(definition, volume.name or "")))
    return tuple(uses)


def mounts_of(definition: TaskDefinition, volume: str) -> tuple[Mount, ...]:
    """Where a volume is mounted, mounts taken over from other containers included."""
    own: dict[str, list[Mount]] = {}
    containers = definition.container_definitions or ()
    for each in containers:
        own[each.name or "?"] = [
            Mount(each.name or "?", point.container_path or "?", bool(point.read_only))
            for point in each.mount_points or ()
            if point.source_volume == volume
        ]
    found = [mount for mounts in own.values() for mount in mounts]
    for each in containers:
        for other in each.volumes_from or ():
            source = other.source_container or ""
            found += [
                Mount(
                    each.name or "?", mount.path, mount.read_only or bool(other.read_only), source
                )
                for mount in own.get(source, ())
            ]
    return tuple(found)


def describe_volume(volume: Volume) -> tuple[str, str, str]:
    """The kind of a volume, what is mounted, and how."""
    efs, fsx = volume.efs_volume_configuration, volume.fsx_windows_file_server_volume_configuration
    docker, files = volume.docker_volume_configuration, volume.s3files_volume_configuration
    if efs is not None:
        login = efs.authorization_config
        parts = (
            "encrypted in transit" if efs.transit_encryption == "ENABLED" else "plain NFS",
            f"access point {login.access_point_id}" if login and login.access_point_id else "",
            "IAM" if login and login.iam == "ENABLED" else "",
        )
        source = f"{efs.file_system_id or '?'}:{efs.root_directory or '/'}"
        return "EFS", source, ", ".join(filter(None, parts))
    if fsx is not None:
        directory = fsx.authorization_config
        domain = f"domain {directory.domain}" if directory and directory.domain else ""
        secret = directory.credentials_parameter if directory else None
        known = f"credentials in {arn.name_of(secret)}" if secret else ""
        source = f"{fsx.file_system_id or '?'}:{fsx.root_directory or ''}"
        return "FSx for Windows", source, ", ".join(filter(None, (domain, known)))
    if files is not None:
        source = f"{arn.name_of(files.file_system_arn or '?')}:{files.root_directory or '/'}"
        point = arn.name_of(files.access_point_arn) if files.access_point_arn else ""
        return "S3 Files", source, f"access point {point}" if point else ""
    if docker is not None:
        return "Docker", docker.driver or "local", _docker(docker)
    if volume.host is not None and volume.host.source_path:
        return "bind mount", volume.host.source_path, "a folder of the instance"
    if volume.configured_at_launch:
        return "configured at launch", "", "made when a task is started"
    return "scratch", "", "as long as the task lives"


def _docker(volume: DockerVolumeConfiguration) -> str:
    """`scope shared, outlives the task, made if it is not there`; its options may hold secrets."""
    lasts = {"shared": "outlives the task", "task": "as long as the task lives"}
    parts = (
        f"scope {volume.scope}" if volume.scope else "",
        lasts.get(volume.scope or "", ""),
        "made if it is not there" if volume.autoprovision else "",
    )
    return ", ".join(filter(None, parts))


def describe_disk(disk: ManagedEbsVolume) -> tuple[str, str]:
    """What an EBS volume is and how it is made: `gp3 100 GiB`, `3000 IOPS, encrypted, xfs`."""
    size = f"{disk.size} GiB" if disk.size else ""
    parts = (
        f"from {disk.snapshot_id}" if disk.snapshot_id else "",
        f"{disk.iops} IOPS" if disk.iops else "",
        f"{disk.throughput} MiB/s" if disk.throughput else "",
        "not encrypted" if disk.encrypted is False else "encrypted",
        disk.filesystem_type or "",
        f"by role {arn.name_of(disk.role_arn)}" if disk.role_arn else "",
        "a new one for each task",
    )
    return " ".join(filter(None, (disk.volume_type, size))), ", ".join(filter(None, parts))
