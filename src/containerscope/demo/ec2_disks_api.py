"""What EC2 answers about EBS volumes and their status checks."""

from __future__ import annotations

from collections.abc import Mapping

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ec2_disks import Disk, disks
from containerscope.demo.ec2_filters import Values, by_ids, filtered, paged, tag_set


def _filters(call: Call) -> Mapping[str, Values[Disk]]:
    return {
        "volume-id": lambda disk: [disk.id],
        "volume-type": lambda disk: [disk.kind],
        "availability-zone": lambda disk: [disk.zone],
        "status": lambda disk: ["in-use" if disk.instance else "available"],
        "size": lambda disk: [str(disk.size)],
        "encrypted": lambda disk: ["true" if disk.key else "false"],
        "snapshot-id": lambda disk: [disk.snapshot] if disk.snapshot else [],
        "attachment.instance-id": lambda disk: [disk.instance] if disk.instance else [],
        "attachment.device": lambda disk: [disk.device] if disk.instance else [],
        "attachment.status": lambda disk: ["attached"] if disk.instance else [],
        "attachment.delete-on-termination": lambda disk: ["true" if disk.root else "false"],
    }


def _wanted(call: Call) -> list[Disk]:
    found = by_ids(
        call, "VolumeIds", disks(call.world), lambda disk: disk.id, "InvalidVolume.NotFound",
        "volume",
    )  # fmt: skip
    return filtered(call, found, _filters(call), lambda disk: dict(disk.tags))


def _iops(disk: Disk) -> int:
    return 3000 if disk.kind == "gp3" else min(max(100, 3 * disk.size), 16_000)


def volume_view(disk: Disk) -> Result:
    """A described volume."""
    view: Result = {
        "VolumeId": disk.id,
        "VolumeType": disk.kind,
        "Size": disk.size,
        "Iops": _iops(disk),
        "State": "in-use" if disk.instance else "available",
        "AvailabilityZone": disk.zone,
        "Encrypted": bool(disk.key),
        "SnapshotId": disk.snapshot,
        "MultiAttachEnabled": False,
        "CreateTime": disk.created_at,
        "Attachments": [],
    }
    if disk.kind == "gp3":
        view["Throughput"] = 125
    if disk.key:
        view["KmsKeyId"] = disk.key
    if disk.tags:
        view["Tags"] = tag_set(dict(disk.tags))
    if disk.instance:
        view["Attachments"] = [
            {
                "AttachTime": disk.attached_at,
                "DeleteOnTermination": disk.root,
                "Device": disk.device,
                "InstanceId": disk.instance,
                "State": "attached",
                "VolumeId": disk.id,
            }
        ]
    return view


def describe_volumes(call: Call) -> Result:
    """Volumes: all, those of some ids, or those that filters let through."""
    return paged(call, "Volumes", _wanted(call), lambda disk: disk.id, volume_view)


def status_view(call: Call, disk: Disk) -> Result:
    """The status checks of a volume."""
    word = "impaired" if disk.impaired else "ok"
    view: Result = {
        "VolumeId": disk.id,
        "AvailabilityZone": disk.zone,
        "VolumeStatus": {
            "Status": word,
            "Details": [
                {"Name": "io-enabled", "Status": "failed" if disk.impaired else "passed"},
                {"Name": "io-performance", "Status": "not-applicable"},
            ],
        },
        "Actions": [],
        "Events": [],
    }
    if disk.impaired:
        event = f"evol-{disk.id[-8:]}"
        kind = "potential-data-inconsistency"
        view["Actions"] = [
            {
                "Code": "enable-volume-io",
                "Description": "Enable volume I/O",
                "EventId": event,
                "EventType": kind,
            }
        ]
        view["Events"] = [
            {
                "EventId": event,
                "EventType": kind,
                "Description": "Volume I/O is disabled: its data may be inconsistent.",
                "NotBefore": call.world.now() // 3600 * 3600 - 7200,
            }
        ]
    return view


def describe_volume_status(call: Call) -> Result:
    """How volumes do."""
    return paged(
        call, "VolumeStatuses", _wanted(call), lambda disk: disk.id,
        lambda disk: status_view(call, disk),
    )  # fmt: skip


DISKS: dict[str, Handler] = {
    "DescribeVolumes": describe_volumes,
    "DescribeVolumeStatus": describe_volume_status,
}
