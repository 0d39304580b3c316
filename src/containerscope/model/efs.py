"""EFS file systems, how they are reached and by whom.

Names and meanings as in the Elastic File System API 2015-02-01.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class FileSystemSize(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What a file system holds, in bytes."""

    value: int | None = None
    timestamp: datetime | None = None
    value_in_ia: int | None = msgspec.field(default=None, name="ValueInIA")
    value_in_standard: int | None = None
    value_in_archive: int | None = None


class EfsTag(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A key and value that somebody put on a resource."""

    key: str | None = None
    value: str | None = None


class FileSystem(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """An EFS file system."""

    file_system_id: str | None = None
    file_system_arn: str | None = None
    name: str | None = None
    life_cycle_state: str | None = None
    number_of_mount_targets: int | None = None
    size_in_bytes: FileSystemSize | None = None
    encrypted: bool | None = None
    kms_key_id: str | None = None
    performance_mode: str | None = None
    throughput_mode: str | None = None
    provisioned_throughput_in_mibps: float | None = None
    availability_zone_name: str | None = None
    """Set for a One Zone file system."""
    creation_time: datetime | None = None
    tags: tuple[EfsTag, ...] | None = ()


class MountTarget(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The address of a file system in one availability zone."""

    mount_target_id: str | None = None
    file_system_id: str | None = None
    subnet_id: str | None = None
    life_cycle_state: str | None = None
    ip_address: str | None = None
    network_interface_id: str | None = None
    availability_zone_id: str | None = None
    availability_zone_name: str | None = None
    vpc_id: str | None = None


class PosixUser(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """As whom an access point acts."""

    uid: int | None = None
    gid: int | None = None
    secondary_gids: tuple[int, ...] | None = ()


class CreationInfo(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Owner and mode with which a missing root folder is made."""

    owner_uid: int | None = None
    owner_gid: int | None = None
    permissions: str | None = None


class RootDirectory(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The folder that an access point shows as `/`."""

    path: str | None = None
    creation_info: CreationInfo | None = None


class AccessPoint(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A way into a file system: a root folder and a user."""

    access_point_id: str | None = None
    access_point_arn: str | None = None
    file_system_id: str | None = None
    name: str | None = None
    life_cycle_state: str | None = None
    posix_user: PosixUser | None = None
    root_directory: RootDirectory | None = None


class FileSystemRow(msgspec.Struct, frozen=True, gc=False):
    """A file system as a row of its own, with its access points."""

    file_system: FileSystem = FileSystem()
    access_points: tuple[AccessPoint, ...] | None = None
    """None where they could not be read."""
    mounts: tuple[str, ...] = ()
    """Where the service in scope mounts it: `app /data rw`."""
    gone: bool = False
    """Whether a service mounts it though it does not exist."""
