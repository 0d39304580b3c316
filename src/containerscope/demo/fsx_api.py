"""FSx: a Lustre and an OpenZFS file system, and a Windows one that has lost its directory."""

from __future__ import annotations

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ids import hexes, subnet, uuid, vpc
from containerscope.demo.kube_static import LUSTRE, OPENZFS, OPENZFS_ROOT, OPENZFS_VOLUME
from containerscope.demo.paging import Paging
from containerscope.demo.protocol_errors import AwsError

PAGES = Paging("MaxResults", "NextToken", "NextToken", default=100, most=2**31 - 1)
_NETWORK = "platform"
_DAY = 86_400
_WINDOWS = f"fs-0{hexes(16, 'fsx', 'windows')}"
_MOUNT = "kq3zfbev"


def _system(call: Call, name: str, kind: str, label: str, age: float, **more: object) -> Result:
    world = call.world
    return {
        "OwnerId": world.account,
        "CreationTime": world.clock.now().timestamp() // _DAY * _DAY - age,
        "FileSystemId": name,
        "FileSystemType": kind,
        "Lifecycle": "AVAILABLE",
        "StorageType": "SSD",
        "VpcId": vpc(_NETWORK),
        "SubnetIds": [subnet(_NETWORK, "a")],
        "NetworkInterfaceIds": [f"eni-0{hexes(16, 'fsx interface', name)}"],
        "DNSName": f"{name}.fsx.{world.region}.amazonaws.com",
        "KmsKeyId": world.arn("kms", f"key/{uuid('fsx', world.account)}"),
        "ResourceARN": world.arn("fsx", f"file-system/{name}"),
        "Tags": [{"Key": "Name", "Value": label}, {"Key": "managed-by", "Value": "terraform"}],
        **more,
    }


def file_systems(call: Call) -> list[Result]:
    """All file systems of the account."""
    if _NETWORK not in call.world.eks:
        return []
    lustre = {
        "DeploymentType": "PERSISTENT_2",
        "PerUnitStorageThroughput": 250,
        "MountName": _MOUNT,
        "DataCompressionType": "LZ4",
        "WeeklyMaintenanceStartTime": "7:03:00",
        "AutomaticBackupRetentionDays": 0,
        "CopyTagsToBackups": False,
    }
    zfs = {
        "DeploymentType": "SINGLE_AZ_2",
        "ThroughputCapacity": 160,
        "RootVolumeId": OPENZFS_ROOT,
        "WeeklyMaintenanceStartTime": "6:02:30",
        "AutomaticBackupRetentionDays": 7,
        "CopyTagsToBackups": True,
        "CopyTagsToVolumes": True,
    }
    windows = {
        "DeploymentType": "SINGLE_AZ_2",
        "ThroughputCapacity": 32,
        "ActiveDirectoryId": "d-9367a1c0b2",
        "WeeklyMaintenanceStartTime": "1:04:00",
    }
    lost = (
        "Amazon FSx can't reach your Microsoft Active Directory. Check that its domain "
        "controllers answer, then start misconfigured state recovery."
    )
    return [
        _system(
            call, LUSTRE, "LUSTRE", "training-data", 430 * _DAY,
            FileSystemTypeVersion="2.15", StorageCapacity=2400, LustreConfiguration=lustre,
        ),
        _system(
            call, OPENZFS, "OPENZFS", "ci-cache", 420 * _DAY,
            StorageCapacity=512, OpenZFSConfiguration=zfs,
        ),
        _system(
            call, _WINDOWS, "WINDOWS", "finance-share", 400 * _DAY,
            Lifecycle="MISCONFIGURED", FailureDetails={"Message": lost},
            StorageCapacity=300, StorageType="HDD", WindowsConfiguration=windows,
        ),
    ]  # fmt: skip


def describe_file_systems(call: Call) -> Result:
    """File systems: all, or those of some ids."""
    found = file_systems(call)
    if wanted := call.params.get("FileSystemIds"):
        known = {each["FileSystemId"]: each for each in found}
        for name in wanted:
            if name not in known:
                raise AwsError("FileSystemNotFound", f"File system '{name}' does not exist.")
        found = [known[name] for name in wanted]
    return PAGES.page(call.params, "FileSystems", found)


def _volume(call: Call, name: str, label: str, path: str, parent: str) -> Result:
    configuration: Result = {
        "VolumePath": path,
        "StorageCapacityQuotaGiB": 200,
        "RecordSizeKiB": 128,
        "DataCompressionType": "ZSTD",
        "ReadOnly": False,
    }
    if parent:
        configuration["ParentVolumeId"] = parent
    return {
        "CreationTime": call.world.clock.now().timestamp() // _DAY * _DAY - 419 * _DAY,
        "FileSystemId": OPENZFS,
        "Lifecycle": "AVAILABLE",
        "Name": label,
        "OpenZFSConfiguration": configuration,
        "ResourceARN": call.world.arn("fsx", f"volume/{OPENZFS}/{name}"),
        "VolumeId": name,
        "VolumeType": "OPENZFS",
    }


def describe_volumes(call: Call) -> Result:
    """The volumes inside file systems: all, those of some ids, or of some file systems."""
    found = []
    if _NETWORK in call.world.eks:
        found = [
            _volume(call, OPENZFS_ROOT, "fsx", "/fsx", ""),
            _volume(call, OPENZFS_VOLUME, "ci-cache", "/fsx/ci-cache", OPENZFS_ROOT),
        ]
    if wanted := call.params.get("VolumeIds"):
        known = {each["VolumeId"]: each for each in found}
        for name in wanted:
            if name not in known:
                raise AwsError("VolumeNotFound", f"Volume '{name}' does not exist.")
        found = [known[name] for name in wanted]
    for each in call.params.get("Filters", ()):
        if each.get("Name") == "file-system-id":
            found = [one for one in found if one["FileSystemId"] in each.get("Values", ())]
    return PAGES.page(call.params, "Volumes", found)


FSX: dict[str, Handler] = {
    "DescribeFileSystems": describe_file_systems,
    "DescribeVolumes": describe_volumes,
}
