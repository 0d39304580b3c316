"""Where the data of a task lies, and which link of the way to it is broken."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from containerscope.insight.efs_chain import (
    Link,
    State,
    Storage,
    Where,
    chain_verdict,
    efs_chain,
)
from containerscope.insight.volumes import describe_volume, volume_uses
from containerscope.model.ec2 import SecurityGroup
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_taskdef import TaskDefinition, Volume
from containerscope.model.efs import AccessPoint, FileSystem, MountTarget
from containerscope.model.health import Level

EFS = {
    "fileSystemId": "fs-1",
    "transitEncryption": "ENABLED",
    "authorizationConfig": {"accessPointId": "fsap-1", "iam": "ENABLED"},
}


def definition(*volumes: dict[str, Any], **more: Any) -> TaskDefinition:
    return msgspec.convert({"volumes": list(volumes), **more}, TaskDefinition)


def efs(**more: Any) -> TaskDefinition:
    return definition({"name": "data", "efsVolumeConfiguration": {**EFS, **more}})


OUT = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
INTO = {
    "IpProtocol": "tcp",
    "FromPort": 2049,
    "ToPort": 2049,
    "UserIdGroupPairs": [{"GroupId": "sg-task"}],
}
GROUPS = msgspec.convert(
    [
        {"GroupId": "sg-task", "IpPermissionsEgress": [OUT]},
        {"GroupId": "sg-efs", "IpPermissions": [INTO]},
    ],
    tuple[SecurityGroup, ...],
)
TARGET = MountTarget(
    mount_target_id="fsmt-1",
    file_system_id="fs-1",
    subnet_id="subnet-a",
    availability_zone_name="eu-west-1a",
    life_cycle_state="available",
    ip_address="10.0.1.200",
    vpc_id="vpc-1",
)
WHOLE = Storage(
    file_systems={"fs-1": FileSystem(file_system_id="fs-1", name="shared", encrypted=True)},
    access_points={"fsap-1": AccessPoint(access_point_id="fsap-1", file_system_id="fs-1")},
    mount_targets=(TARGET,),
    target_groups={"fsmt-1": ("sg-efs",)},
    groups=GROUPS,
)
HERE = Where("eu-west-1a", "subnet-a", "vpc-1", "10.0.1.7", frozenset({"sg-task"}))


def chain(
    found: TaskDefinition | None = None, where: Where | None = HERE, **changes: Any
) -> tuple[Link, ...]:
    (use,) = volume_uses(found or efs())
    return efs_chain(use, where, msgspec.structs.replace(WHOLE, **changes))


def broken(links: tuple[Link, ...]) -> list[tuple[str, str]]:
    return [(link.kind, link.why) for link in links if link.state is State.BROKEN]


def test_a_chain_that_holds_names_every_link() -> None:
    links = chain()
    assert [(link.kind, link.name) for link in links] == [
        ("volume", "data"),
        ("file system", "fs-1"),
        ("access point", "fsap-1"),
        ("mount target", "fsmt-1"),
        ("security group", "sg-efs"),
    ]
    assert {link.state for link in links} == {State.HOLDS}
    assert links[3].why == "10.0.1.200, in the task's own subnet"
    assert links[4].why == "lets sg-task in on 2049"
    assert chain_verdict(links).level is Level.FINE


def test_without_a_task_the_chain_ends_before_the_network() -> None:
    assert [link.kind for link in chain(where=None)] == ["volume", "file system", "access point"]


def test_a_mount_target_missing_in_the_tasks_zone_is_the_broken_link() -> None:
    elsewhere = msgspec.structs.replace(HERE, zone="eu-west-1b", subnet="subnet-b")
    links = chain(where=elsewhere)
    why = "There is none in eu-west-1b, where the task is; there are in eu-west-1a."
    assert broken(links) == [("mount target", why)]
    verdict = chain_verdict(links)
    assert verdict.words == "mount target eu-west-1b broken"
    assert verdict.fix == "Create a mount target in eu-west-1b."
    assert links[-1].kind == "mount target"


def test_a_one_zone_file_system_is_told_as_what_it_is() -> None:
    zonal = {"fs-1": FileSystem(file_system_id="fs-1", availability_zone_name="eu-west-1a")}
    elsewhere = msgspec.structs.replace(HERE, zone="eu-west-1b")
    ((_, why),) = broken(chain(where=elsewhere, file_systems=zonal))
    assert why.startswith("It is a One Zone file system of eu-west-1a")


def test_the_mount_target_of_the_tasks_own_subnet_stands_before_another_of_its_zone() -> None:
    other = msgspec.structs.replace(TARGET, mount_target_id="fsmt-2", subnet_id="subnet-z")
    assert chain(mount_targets=(other, TARGET))[3].name == "fsmt-1"
    assert chain(mount_targets=(other,), target_groups={"fsmt-2": ("sg-efs",)})[3].why == (
        "10.0.1.200, in its zone"
    )


def test_a_closed_port_is_the_broken_link_and_says_whom_to_let_in() -> None:
    closed = (GROUPS[0], SecurityGroup(group_id="sg-efs"))
    links = chain(groups=closed)
    ((kind, why),) = broken(links)
    assert (kind, why) == (
        "security group",
        "It does not let sg-task or 10.0.1.7 in on 2049.",
    )
    assert "Let sg-task in on TCP 2049" in links[-1].fix


@pytest.mark.parametrize(
    ("change", "kind", "why"),
    [
        ({"file_systems": {}}, "file system", "no such file system"),
        (
            {"file_systems": {"fs-1": FileSystem(life_cycle_state="deleting")}},
            "file system",
            "It is deleting.",
        ),
        ({"access_points": {}}, "access point", "no such access point"),
        (
            {"access_points": {"fsap-1": AccessPoint(file_system_id="fs-2")}},
            "access point",
            "It belongs to fs-2, not to fs-1.",
        ),
        ({"mount_targets": ()}, "mount target", "no mount target at all"),
        (
            {"mount_targets": (msgspec.structs.replace(TARGET, life_cycle_state="error"),)},
            "mount target",
            "It is error.",
        ),
        (
            {"mount_targets": (msgspec.structs.replace(TARGET, vpc_id="vpc-2"),)},
            "mount target",
            "It is in vpc-2, the task in vpc-1",
        ),
    ],
)
def test_each_link_can_break(change: dict[str, Any], kind: str, why: str) -> None:
    ((found, said),) = broken(chain(**change))
    assert found == kind
    assert why in said


@pytest.mark.parametrize(
    "change",
    [
        {"file_systems": None},
        {"access_points": None},
        {"mount_targets": None},
        {"target_groups": None},
        {"groups": ()},
    ],
)
def test_what_could_not_be_read_is_unknown_and_never_broken(change: dict[str, Any]) -> None:
    links = chain(**change)
    assert broken(links) == []
    assert [link.state for link in links].count(State.UNKNOWN) == 1
    assert chain_verdict(links).words == "not all could be read"


@pytest.mark.parametrize(
    ("change", "state", "why"),
    [
        ({"transitEncryption": "DISABLED"}, State.BROKEN, "need encryption in transit"),
        ({"rootDirectory": "/x"}, State.BROKEN, "root directory must be /, not /x"),
        (
            {"transitEncryption": None, "authorizationConfig": None},
            State.RISKY,
            "crosses the network unencrypted",
        ),
    ],
)
def test_a_volume_that_ecs_would_refuse_or_that_leaks_is_marked(
    change: dict[str, Any], state: State, why: str
) -> None:
    link = chain(efs(**change))[0]
    assert link.state is state
    assert why in link.why


def test_a_file_system_that_is_not_encrypted_is_risky() -> None:
    plain = {"fs-1": FileSystem(file_system_id="fs-1", encrypted=False)}
    verdict = chain_verdict(chain(file_systems=plain))
    assert (verdict.level, verdict.words) == (Level.WARNING, "file system fs-1 risky")


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        (
            {"efsVolumeConfiguration": EFS},
            ("EFS", "fs-1:/", "encrypted in transit, access point fsap-1, IAM"),
        ),
        (
            {"efsVolumeConfiguration": {"fileSystemId": "fs-1", "rootDirectory": "/x"}},
            ("EFS", "fs-1:/x", "plain NFS"),
        ),
        (
            {
                "fsxWindowsFileServerVolumeConfiguration": {
                    "fileSystemId": "fs-9",
                    "rootDirectory": "share",
                    "authorizationConfig": {
                        "domain": "corp.example",
                        "credentialsParameter": "arn:aws:ssm:eu-west-1:1:parameter/fsx",
                    },
                }
            },
            ("FSx for Windows", "fs-9:share", "domain corp.example, credentials in fsx"),
        ),
        (
            {
                "s3filesVolumeConfiguration": {
                    "fileSystemArn": "arn:aws:s3files:eu-west-1:1:file-system/fs-7",
                    "accessPointArn": "arn:aws:s3files:eu-west-1:1:access-point/ap-7",
                }
            },
            ("S3 Files", "fs-7:/", "access point ap-7"),
        ),
        (
            {"dockerVolumeConfiguration": {"scope": "shared", "driver": "rexray"}},
            ("Docker", "rexray", "scope shared, outlives the task"),
        ),
        (
            {"host": {"sourcePath": "/var/run"}},
            ("bind mount", "/var/run", "a folder of the instance"),
        ),
        ({"host": {}}, ("scratch", "", "as long as the task lives")),
        (
            {"configuredAtLaunch": True},
            ("configured at launch", "", "made when a task is started"),
        ),
        ({}, ("scratch", "", "as long as the task lives")),
    ],
)
def test_every_kind_of_volume_is_named(
    volume: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    assert describe_volume(msgspec.convert(volume, Volume)) == expected


def test_a_volume_that_the_service_gives_a_disk_is_an_ebs_one() -> None:
    found = definition({"name": "disk", "configuredAtLaunch": True})
    disk = {
        "volumeType": "gp3",
        "sizeInGiB": 100,
        "iops": 3000,
        "encrypted": True,
        "filesystemType": "xfs",
        "roleArn": "arn:aws:iam::123456789012:role/ecs-infrastructure",
    }
    made = {"name": "disk", "managedEBSVolume": disk}
    primary = {"status": "PRIMARY", "volumeConfigurations": [made]}
    service = msgspec.convert({"deployments": [primary]}, Service)
    (use,) = volume_uses(found, service.disks)
    assert (use.kind, use.source) == ("EBS", "gp3 100 GiB")
    assert (
        use.how == "3000 IOPS, encrypted, xfs, by role ecs-infrastructure, a new one for each task"
    )


def test_mounts_say_which_container_sees_the_volume_where_and_how() -> None:
    found = definition(
        {"name": "data"},
        {"name": "other"},
        containerDefinitions=[
            {"name": "app", "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}]},
            {
                "name": "log",
                "mountPoints": [
                    {"sourceVolume": "data", "containerPath": "/in", "readOnly": True},
                    {"sourceVolume": "other", "containerPath": "/tmp"},
                ],
            },
            {"name": "side", "volumesFrom": [{"sourceContainer": "app", "readOnly": True}]},
            {"name": "lost", "volumesFrom": [{"sourceContainer": "nobody"}]},
        ],
    )
    data, other = volume_uses(found)
    assert [mount.words for mount in data.mounts] == [
        "app /data rw",
        "log /in ro",
        "side /data ro through app",
    ]
    assert [mount.words for mount in other.mounts] == ["log /tmp rw"]


def test_a_volume_of_another_kind_has_no_chain() -> None:
    (use,) = volume_uses(definition({"name": "scratch"}))
    assert efs_chain(use, HERE, WHOLE) == ()
