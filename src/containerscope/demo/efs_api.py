"""What EFS answers. Limits and errors: botocore's service model."""

from __future__ import annotations

from typing import Any

import msgspec

from containerscope.demo.calls import Call, Handler, Result
from containerscope.demo.ec2_networks import MOUNT_TARGETS, ZONES, networks
from containerscope.demo.efs_build import security_group
from containerscope.demo.efs_kube import access_points
from containerscope.demo.efs_state import (
    AccessPoint,
    FileSystem,
    MountTarget,
    mount_target_id,
    mount_target_interface,
)
from containerscope.demo.ids import subnet, uuid, vpc
from containerscope.demo.paging import Paging
from containerscope.demo.protocol_errors import AwsError

MARKED = Paging("MaxItems", "Marker", "NextMarker", default=100, most=1000, code="BadRequest")
TOKENS = Paging("MaxResults", "NextToken", "NextToken", default=100, most=1000, code="BadRequest")
_PAGE = 100
"""What a page holds at the most, whatever is asked for."""
_ZONE_IDS = {"a": "euw1-az1", "b": "euw1-az2", "c": "euw1-az3"}


def _error(code: str, message: str, status: int) -> AwsError:
    return AwsError(code, message, status, ErrorCode=code, Message=message)


def file_system_of(call: Call, name: str) -> FileSystem:
    """The file system with this id, or whose ARN ends in it."""
    found = call.world.storage.file_systems.get(name.rpartition("/")[2])
    if found is None:
        raise _error("FileSystemNotFound", f"File system '{name}' does not exist.", 404)
    return found


def _paged(call: Call, paging: Paging, member: str, items: list[Result]) -> Result:
    size = min(call.params.get(paging.size, _PAGE), _PAGE)
    return paging.page({**call.params, paging.size: size}, member, items)


def _tags(tags: dict[str, str]) -> list[Result]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def file_system_view(call: Call, system: FileSystem) -> Result:
    """A described file system."""
    rare = system.size // 3 if system.lifecycle else 0
    view: Result = {
        "OwnerId": call.world.account,
        "CreationToken": uuid("efs token", system.id),
        "FileSystemId": system.id,
        "FileSystemArn": call.world.arn("elasticfilesystem", f"file-system/{system.id}"),
        "CreationTime": system.created_at,
        "LifeCycleState": "available",
        "Name": system.name,
        "NumberOfMountTargets": len(system.mount_targets),
        "SizeInBytes": {
            "Value": system.size,
            "Timestamp": call.world.now() // 3600 * 3600,
            "ValueInIA": rare,
            "ValueInStandard": system.size - rare,
            "ValueInArchive": 0,
        },
        "PerformanceMode": "generalPurpose",
        "Encrypted": system.encrypted,
        "ThroughputMode": system.throughput,
        "Tags": _tags(system.tags),
        "FileSystemProtection": {"ReplicationOverwriteProtection": "ENABLED"},
    }
    if system.key:
        view["KmsKeyId"] = system.key
    return view


def describe_file_systems(call: Call) -> Result:
    """File systems, all of them or one by its id or creation token."""
    systems = list(call.world.storage.file_systems.values())
    if "FileSystemId" in call.params:
        systems = [file_system_of(call, call.params["FileSystemId"])]
    token = call.params.get("CreationToken")
    views = [file_system_view(call, each) for each in systems]
    views = [each for each in views if token in (None, each["CreationToken"])]
    return _paged(call, MARKED, "FileSystems", views)


def mount_target_view(call: Call, system: FileSystem, target: MountTarget) -> Result:
    """A described mount target."""
    return {
        "OwnerId": call.world.account,
        "MountTargetId": target.id,
        "FileSystemId": system.id,
        "SubnetId": subnet(system.network, target.zone),
        "LifeCycleState": target.state,
        "IpAddress": target.address,
        "NetworkInterfaceId": mount_target_interface(system.id, target.zone),
        "AvailabilityZoneId": _ZONE_IDS[target.zone],
        "AvailabilityZoneName": call.world.region + target.zone,
        "VpcId": vpc(system.network),
    }


def _mount_target(call: Call, name: str) -> tuple[FileSystem, MountTarget]:
    for system in call.world.storage.file_systems.values():
        for target in system.mount_targets.values():
            if target.id == name:
                return system, target
    raise _error("MountTargetNotFound", f"Mount target '{name}' does not exist.", 404)


def _access_point(call: Call, name: str) -> AccessPoint:
    name_alone = name.rpartition("/")[2]
    # Clusters are built when they are asked for, which takes a while.
    own = call.world.storage.access_points
    found = own.get(name_alone) or access_points(call.world).get(name_alone)
    if found is None:
        raise _error("AccessPointNotFound", f"Access point '{name}' does not exist.", 404)
    return found


def describe_mount_targets(call: Call) -> Result:
    """The mount targets of one file system, or one mount target."""
    params = call.params
    given = [each for each in ("FileSystemId", "MountTargetId", "AccessPointId") if each in params]
    if len(given) != 1:
        text = "Exactly one of FileSystemId, MountTargetId or AccessPointId must be specified."
        raise _error("BadRequest", text, 400)
    if given == ["MountTargetId"]:
        system, target = _mount_target(call, params["MountTargetId"])
        return {"MountTargets": [mount_target_view(call, system, target)]}
    name = params.get("FileSystemId") or _access_point(call, params["AccessPointId"]).file_system
    system = file_system_of(call, name)
    targets = sorted(system.mount_targets.values(), key=lambda each: each.zone)
    views = [mount_target_view(call, system, each) for each in targets]
    return _paged(call, MARKED, "MountTargets", views)


def describe_mount_target_security_groups(call: Call) -> Result:
    """The security groups of a mount target."""
    return {"SecurityGroups": _mount_target(call, call.params["MountTargetId"])[1].groups}


def modify_mount_target_security_groups(call: Call) -> Result:
    """Other security groups for a mount target."""
    _, target = _mount_target(call, call.params["MountTargetId"])
    target.groups = list(call.params.get("SecurityGroups", ())) or target.groups
    return {}


def create_mount_target(call: Call) -> Result:
    """A mount target in the zone of a subnet."""
    system = file_system_of(call, call.params["FileSystemId"])
    zones = {subnet(system.network, zone): zone for zone in ZONES}
    zone = zones.get(call.params["SubnetId"])
    if zone is None:
        text = f"The subnet ID '{call.params['SubnetId']}' does not exist"
        raise _error("SubnetNotFound", text, 400)
    if zone in system.mount_targets:
        raise _error("MountTargetConflict", "mount target already exists in this AZ", 409)
    place = list(call.world.storage.file_systems).index(system.id)
    address = networks(call.world)[system.network].address(zone, MOUNT_TARGETS + place)
    groups = list(call.params.get("SecurityGroups", ())) or [security_group(system.id)]
    target = MountTarget(mount_target_id(system.id, zone), zone, address, groups, "creating")
    system.mount_targets[zone] = target

    def finish() -> None:
        target.state = "available"

    call.world.agenda.after(90, finish)
    return mount_target_view(call, system, target)


def delete_mount_target(call: Call) -> Result:
    """One mount target less."""
    system, target = _mount_target(call, call.params["MountTargetId"])
    del system.mount_targets[target.zone]
    return {}


def access_point_view(call: Call, point: AccessPoint) -> Result:
    """A described access point."""
    view: Result = {
        "ClientToken": uuid("access point", point.id),
        "Name": point.tags.get("Name", ""),
        "Tags": _tags(point.tags),
        "AccessPointId": point.id,
        "AccessPointArn": call.world.arn("elasticfilesystem", f"access-point/{point.id}"),
        "FileSystemId": point.file_system,
        "RootDirectory": {
            "Path": point.path,
            "CreationInfo": {"OwnerUid": point.uid, "OwnerGid": point.uid, "Permissions": "0755"},
        },
        "OwnerId": call.world.account,
        "LifeCycleState": "available",
    }
    if point.user:
        view["PosixUser"] = {"Uid": point.uid, "Gid": point.uid, "SecondaryGids": []}
    return view


def describe_access_points(call: Call) -> Result:
    """Access points: all, those of a file system, or one."""
    if "AccessPointId" in call.params:
        points = [_access_point(call, call.params["AccessPointId"])]
    else:
        given = call.params.get("FileSystemId")
        system = file_system_of(call, given).id if given else ""
        points = list(access_points(call.world, system).values())
    return _paged(call, TOKENS, "AccessPoints", [access_point_view(call, each) for each in points])


def describe_file_system_policy(call: Call) -> Result:
    """The resource policy of a file system, which most have none of."""
    system = file_system_of(call, call.params["FileSystemId"])
    if not system.policy:
        raise _error("PolicyNotFound", "File system policy does not exist.", 404)
    return {"FileSystemId": system.id, "Policy": msgspec.json.encode(system.policy).decode()}


def describe_backup_policy(call: Call) -> Result:
    """Whether a file system is backed up by itself."""
    system = file_system_of(call, call.params["FileSystemId"])
    if not system.backup:
        raise _error("PolicyNotFound", "Backup policy does not exist.", 404)
    return {"BackupPolicy": {"Status": system.backup}}


def describe_lifecycle_configuration(call: Call) -> Result:
    """When files move to cheaper storage."""
    return {"LifecyclePolicies": file_system_of(call, call.params["FileSystemId"]).lifecycle}


def list_tags_for_resource(call: Call) -> Result:
    """The tags of a file system or an access point."""
    name: str = call.params["ResourceId"].rpartition("/")[2]
    found: Any = (
        _access_point(call, name) if name.startswith("fsap-") else file_system_of(call, name)
    )
    return _paged(call, TOKENS, "Tags", _tags(found.tags))


EFS: dict[str, Handler] = {
    "DescribeFileSystems": describe_file_systems,
    "DescribeMountTargets": describe_mount_targets,
    "DescribeMountTargetSecurityGroups": describe_mount_target_security_groups,
    "ModifyMountTargetSecurityGroups": modify_mount_target_security_groups,
    "CreateMountTarget": create_mount_target,
    "DeleteMountTarget": delete_mount_target,
    "DescribeAccessPoints": describe_access_points,
    "DescribeFileSystemPolicy": describe_file_system_policy,
    "DescribeBackupPolicy": describe_backup_policy,
    "DescribeLifecycleConfiguration": describe_lifecycle_configuration,
    "ListTagsForResource": list_tags_for_resource,
}
