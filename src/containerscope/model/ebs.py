"""EBS volumes, what they are attached to and how they do.

Names and meanings as in the EC2 API 2016-11-15.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from containerscope.model.ec2 import Ec2Tag


class VolumeAttachment(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What a volume is attached to."""

    instance_id: str | None = None
    associated_resource: str | None = None
    """Where AWS runs the instance, as for a task of Fargate: the ARN of what the volume is for."""
    device: str | None = None
    state: str | None = None
    """`attaching`, `attached`, `detaching`, `detached`, `busy`."""
    attach_time: datetime | None = None
    delete_on_termination: bool | None = None


class EbsVolume(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """An EBS volume."""

    volume_id: str | None = None
    volume_type: str | None = None
    size: int | None = None
    """GiB."""
    iops: int | None = None
    throughput: int | None = None
    """MiB/s; of gp3 only."""
    state: str | None = None
    """`creating`, `available`, `in-use`, `deleting`, `deleted`, `error`."""
    availability_zone: str | None = None
    encrypted: bool | None = None
    kms_key_id: str | None = None
    snapshot_id: str | None = None
    """What it was made from; empty for an empty one."""
    multi_attach_enabled: bool | None = None
    attachments: tuple[VolumeAttachment, ...] | None = ()
    create_time: datetime | None = None
    tags: tuple[Ec2Tag, ...] | None = ()

    def tag(self, key: str) -> str:
        """The value of a tag; empty where it has none."""
        return next((each.value or "" for each in self.tags or () if each.key == key), "")


class VolumeRow(msgspec.Struct, frozen=True, gc=False):
    """A volume as a row of its own."""

    volume: EbsVolume = EbsVolume()
    stuck: str = ""
    """The attachment's state, where it has been on its way for too long."""
    gone: bool = False
    """Whether something names it though it does not exist."""


class StatusDetail(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """One check of a volume: `io-enabled`, `io-performance`, `initialization-state`."""

    name: str | None = None
    status: str | None = None


class StatusInfo(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """How a volume does: `ok`, `impaired`, `warning`, `insufficient-data`."""

    status: str | None = None
    details: tuple[StatusDetail, ...] | None = ()


class StatusEvent(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What happened to a volume."""

    event_type: str | None = None
    description: str | None = None
    not_before: datetime | None = None


class StatusAction(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """What is to be done about it."""

    code: str | None = None
    description: str | None = None


class VolumeStatus(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    """The status checks of a volume."""

    volume_id: str | None = None
    volume_status: StatusInfo | None = None
    events: tuple[StatusEvent, ...] | None = ()
    actions: tuple[StatusAction, ...] | None = ()
