"""FSx file systems of all four kinds, and the volumes inside those of OpenZFS and ONTAP.

Names and meanings as in the Amazon FSx API 2018-03-01.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class FsxTag(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A key and value that somebody put on a resource."""

    key: str | None = None
    value: str | None = None


class Failure(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """Why something failed or changed its state, in the words of FSx."""

    message: str | None = None


class LustreConfiguration(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What only a file system of Lustre has."""

    deployment_type: str | None = None
    """`SCRATCH_2`, whose data is gone with a server, or `PERSISTENT_2`."""
    per_unit_storage_throughput: int | None = None
    """MB/s for each TiB."""
    throughput_capacity: int | None = None
    """MB/s, where it does not follow from the size."""
    mount_name: str | None = None
    data_compression_type: str | None = None
    weekly_maintenance_start_time: str | None = None
    """`d:HH:MM` in UTC, 1 for Monday."""


class OpenZfsConfiguration(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What only a file system of OpenZFS has."""

    deployment_type: str | None = None
    throughput_capacity: int | None = None
    root_volume_id: str | None = None
    weekly_maintenance_start_time: str | None = None


class OntapConfiguration(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What only a file system of ONTAP has."""

    deployment_type: str | None = None
    throughput_capacity: int | None = None
    throughput_capacity_per_ha_pair: int | None = msgspec.field(
        default=None, name="ThroughputCapacityPerHAPair"
    )
    ha_pairs: int | None = msgspec.field(default=None, name="HAPairs")
    weekly_maintenance_start_time: str | None = None


class WindowsConfiguration(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What only a file system of Windows File Server has."""

    deployment_type: str | None = None
    throughput_capacity: int | None = None
    active_directory_id: str | None = None
    weekly_maintenance_start_time: str | None = None


class AdministrativeAction(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A change of a file system that FSx is making or has made."""

    administrative_action_type: str | None = None
    status: str | None = None
    progress_percent: int | None = None
    request_time: datetime | None = None
    failure_details: Failure | None = None
    message: str | None = None


class FsxFileSystem(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """An FSx file system."""

    file_system_id: str | None = None
    resource_arn: str | None = msgspec.field(default=None, name="ResourceARN")
    file_system_type: str | None = None
    """`LUSTRE`, `OPENZFS`, `ONTAP`, `WINDOWS`."""
    file_system_type_version: str | None = None
    """Of Lustre: `2.15`."""
    lifecycle: str | None = None
    failure_details: Failure | None = None
    storage_capacity: int | None = None
    """GiB."""
    storage_type: str | None = None
    vpc_id: str | None = None
    subnet_ids: tuple[str, ...] | None = ()
    network_interface_ids: tuple[str, ...] | None = ()
    dns_name: str | None = msgspec.field(default=None, name="DNSName")
    kms_key_id: str | None = None
    creation_time: datetime | None = None
    tags: tuple[FsxTag, ...] | None = ()
    lustre_configuration: LustreConfiguration | None = None
    open_zfs_configuration: OpenZfsConfiguration | None = msgspec.field(
        default=None, name="OpenZFSConfiguration"
    )
    ontap_configuration: OntapConfiguration | None = None
    windows_configuration: WindowsConfiguration | None = None
    administrative_actions: tuple[AdministrativeAction, ...] | None = ()


class OpenZfsVolume(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What only a volume of OpenZFS has."""

    volume_path: str | None = None
    storage_capacity_quota_gib: int | None = msgspec.field(
        default=None, name="StorageCapacityQuotaGiB"
    )


class OntapVolume(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What only a volume of ONTAP has."""

    junction_path: str | None = None
    size_in_megabytes: int | None = None


class FsxVolume(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """A volume inside a file system of OpenZFS or ONTAP."""

    volume_id: str | None = None
    file_system_id: str | None = None
    name: str | None = None
    lifecycle: str | None = None
    lifecycle_transition_reason: Failure | None = None
    open_zfs_configuration: OpenZfsVolume | None = msgspec.field(
        default=None, name="OpenZFSConfiguration"
    )
    ontap_configuration: OntapVolume | None = None
    creation_time: datetime | None = None


class FsxRow(msgspec.Struct, frozen=True, gc=False):
    """A file system as a row of its own, and the volume in it that a handle means."""

    file_system: FsxFileSystem = FsxFileSystem()
    volume: FsxVolume | None = None
    gone: bool = False
    """Whether something names the file system, or the volume, though it does not exist."""
