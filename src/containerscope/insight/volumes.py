"""The volumes of a task definition: what each is, and which containers mount it where."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from containerscope.model import arn
from containerscope.model.ecs_taskdef import TaskDefinition, Volume


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


def volume_uses(definition: TaskDefinition, at_deploy: Iterable[str] = ()) -> tuple[VolumeUse, ...]:
    """Every volume with its mounts; `at_deploy` names those that the service gives an EBS disk."""
    ebs = frozenset(at_deploy)
    uses = []
    for volume in definition.volumes or ():
        kind, source, how = describe_volume(volume)
        if volume.name in ebs:
            kind = "EBS"
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
        domain = fsx.authorization_config.domain if fsx.authorization_config else None
        source = f"{fsx.file_system_id or '?'}:{fsx.root_directory or ''}"
        return "FSx for Windows", source, f"domain {domain}" if domain else ""
    if files is not None:
        source = f"{arn.name_of(files.file_system_arn or '?')}:{files.root_directory or '/'}"
        point = arn.name_of(files.access_point_arn) if files.access_point_arn else ""
        return "S3 Files", source, f"access point {point}" if point else ""
    if docker is not None:
        return "Docker", docker.driver or "local", f"scope {docker.scope}" if docker.scope else ""
    if volume.host is not None and volume.host.source_path:
        return "bind mount", volume.host.source_path, ""
    return ("configured at launch" if volume.configured_at_launch else "scratch"), "", ""
