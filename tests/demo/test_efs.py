"""File systems: what the task definitions mount is there, and can be taken away."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from botocore.exceptions import ClientError

from containerscope.demo.efs_state import file_system_id, remove_mount_target, restore_mount_target
from containerscope.demo.ids import subnet
from containerscope.demo.scenarios import SCENARIOS
from containerscope.demo.server import RunningServer
from containerscope.demo.world import World
from tests.demo.conftest import Connect
from tests.demo.in_process import ask
from tests.demo.test_elb import let_pass

MEDIA = file_system_id("media")


@pytest.fixture
async def efs(account: RunningServer, connect: Connect) -> Any:
    """A client of the account's file systems."""
    return await connect(account, "efs")


def volumes(world: World) -> list[dict[str, Any]]:
    """The EFS volumes of every service's task definition, each with its service's name."""
    return [
        {**volume["efsVolumeConfiguration"], "service": service.name, "cluster": cluster.name}
        for cluster in world.clusters.values()
        for service in cluster.services.values()
        for volume in service.definition.body["volumes"]
        if "efsVolumeConfiguration" in volume
    ]


def test_every_volume_leads_to_a_mount_target_in_the_zone_of_each_task(world: World) -> None:
    mounted = volumes(world)
    assert {each["service"] for each in mounted} == {
        "thumbnails",
        "feature-store",
        "etl-worker",
        "airflow-scheduler",
    }
    for volume in mounted:
        point = volume["authorizationConfig"]["accessPointId"]
        [told] = ask(world, "efs", "DescribeAccessPoints", AccessPointId=point)["AccessPoints"]
        assert told["FileSystemId"] == volume["fileSystemId"]
        found = ask(world, "efs", "DescribeMountTargets", FileSystemId=volume["fileSystemId"])
        subnets = {each["SubnetId"] for each in found["MountTargets"]}
        assert subnets == {subnet(volume["cluster"], zone) for zone in "abc"}


def test_every_volume_of_a_claim_has_its_access_point(world: World) -> None:
    claimed = [
        each.object()["spec"]["csi"]["volumeHandle"].split("::")
        for each in world.kube["platform"].store.all(("", "persistentvolumes"))
        if each.object()["spec"]["csi"]["driver"] == "efs.csi.aws.com"
    ]
    assert len(claimed) == 2
    listed = ask(world, "efs", "DescribeAccessPoints")["AccessPoints"]
    assert len({each["AccessPointId"] for each in listed}) == len(listed)
    for system, point in claimed:
        [told] = ask(world, "efs", "DescribeAccessPoints", AccessPointId=point)["AccessPoints"]
        assert (told["FileSystemId"], told["LifeCycleState"]) == (system, "available")
        assert told in listed
        assert (
            told in ask(world, "efs", "DescribeAccessPoints", FileSystemId=system)["AccessPoints"]
        )
        found = ask(world, "efs", "DescribeMountTargets", AccessPointId=point)
        assert {each["FileSystemId"] for each in found["MountTargets"]} == {system}
        tags = ask(world, "efs", "ListTagsForResource", ResourceId=point)["Tags"]
        assert {"Key": "efs.csi.aws.com/cluster", "Value": "true"} in tags


def test_a_file_system_can_be_shared_by_services(world: World) -> None:
    shared = [
        each["service"] for each in volumes(world) if each["fileSystemId"] == file_system_id("data")
    ]
    assert sorted(shared) == ["airflow-scheduler", "etl-worker"]


def test_addresses_of_mount_targets_are_nobody_elses(world: World) -> None:
    targets = [
        each.address
        for system in world.storage.file_systems.values()
        for each in system.mount_targets.values()
    ]
    tasks = {task.address for cluster in world.clusters.values() for task in cluster.tasks.values()}
    assert len(set(targets)) == len(targets)
    assert not tasks & set(targets)


async def test_a_mount_target_can_be_lost_and_made_again(world: World, efs: Any) -> None:
    before = (await efs.describe_mount_targets(FileSystemId=MEDIA))["MountTargets"]
    await efs.delete_mount_target(MountTargetId=before[1]["MountTargetId"])
    [system] = (await efs.describe_file_systems(FileSystemId=MEDIA))["FileSystems"]
    assert system["NumberOfMountTargets"] == 2
    made = await efs.create_mount_target(FileSystemId=MEDIA, SubnetId=before[1]["SubnetId"])
    assert made["LifeCycleState"] == "creating"
    with pytest.raises(efs.exceptions.MountTargetConflict):
        await efs.create_mount_target(FileSystemId=MEDIA, SubnetId=before[1]["SubnetId"])
    let_pass(world, 91)
    assert (await efs.describe_mount_targets(FileSystemId=MEDIA))["MountTargets"] == before


def test_a_scenario_can_take_a_mount_target_away_and_give_it_back(world: World) -> None:
    assert remove_mount_target(world, MEDIA, "b")
    assert not remove_mount_target(world, MEDIA, "b")
    zones = [
        each["AvailabilityZoneName"]
        for each in ask(world, "efs", "DescribeMountTargets", FileSystemId=MEDIA)["MountTargets"]
    ]
    assert zones == ["eu-west-1a", "eu-west-1c"]
    restore_mount_target(world, MEDIA, "b")
    found = ask(world, "efs", "DescribeMountTargets", FileSystemId=MEDIA)["MountTargets"]
    assert len(found) == 3


async def test_only_one_of_the_file_systems_has_a_policy_and_one_no_backup(efs: Any) -> None:
    systems = (await efs.describe_file_systems())["FileSystems"]
    policies, backups = [], []
    for each in systems:
        name = each["FileSystemId"]
        with contextlib.suppress(efs.exceptions.PolicyNotFound):
            policies.append((await efs.describe_file_system_policy(FileSystemId=name))["Policy"])
        try:
            found = await efs.describe_backup_policy(FileSystemId=name)
            backups.append(found["BackupPolicy"]["Status"])
        except efs.exceptions.PolicyNotFound:
            backups.append("none")
    assert len(policies) == 1
    assert "elasticfilesystem:ClientMount" in policies[0]
    assert backups.count("none") == 1
    assert {each["Encrypted"] for each in systems} == {True, False}


async def test_what_is_not_there_is_named_so(efs: Any) -> None:
    for call, code in (
        (efs.describe_file_systems(FileSystemId="fs-00000000000000000"), "FileSystemNotFound"),
        (efs.describe_mount_targets(FileSystemId="fs-00000000000000000"), "FileSystemNotFound"),
        (efs.describe_mount_targets(MountTargetId="fsmt-00000000"), "MountTargetNotFound"),
        (efs.describe_mount_targets(), "BadRequest"),
        (efs.describe_access_points(AccessPointId="fsap-00000000000000000"), "AccessPointNotFound"),
        (efs.create_mount_target(FileSystemId=MEDIA, SubnetId="subnet-00000000000000000"),
         "SubnetNotFound"),
    ):  # fmt: skip
        with pytest.raises(ClientError) as caught:
            await call
        assert caught.value.response["Error"]["Code"] == code
        assert caught.value.response["Error"]["Message"]


async def test_file_systems_come_in_pages(efs: Any) -> None:
    whole = (await efs.describe_file_systems())["FileSystems"]
    first = await efs.describe_file_systems(MaxItems=2)
    second = await efs.describe_file_systems(MaxItems=100, Marker=first["NextMarker"])
    assert first["FileSystems"] + second["FileSystems"] == whole
    points = await efs.describe_access_points(MaxResults=3)
    rest = await efs.describe_access_points(NextToken=points["NextToken"])
    assert len(points["AccessPoints"]) + len(rest["AccessPoints"]) == 7


async def test_security_groups_of_a_mount_target_can_be_read_and_changed(efs: Any) -> None:
    [first, *_] = (await efs.describe_mount_targets(FileSystemId=MEDIA))["MountTargets"]
    name = first["MountTargetId"]
    groups = (await efs.describe_mount_target_security_groups(MountTargetId=name))["SecurityGroups"]
    assert len(groups) == 1
    new = ["sg-0123456789abcdef0"]
    await efs.modify_mount_target_security_groups(MountTargetId=name, SecurityGroups=new)
    found = await efs.describe_mount_target_security_groups(MountTargetId=name)
    assert found["SecurityGroups"] == new


def test_every_answer_fits_its_shape(world: World) -> None:
    for system in ask(world, "efs", "DescribeFileSystems")["FileSystems"]:
        name = system["FileSystemId"]
        ask(world, "efs", "DescribeMountTargets", FileSystemId=name)
        ask(world, "efs", "DescribeAccessPoints", FileSystemId=name)
        ask(world, "efs", "DescribeLifecycleConfiguration", FileSystemId=name)
        tags = ask(world, "efs", "ListTagsForResource", ResourceId=name)["Tags"]
        assert tags == system["Tags"]


def test_the_story_of_the_zone_without_a_mount_target_is_true(world: World) -> None:
    system = file_system_id("ml")
    story = SCENARIOS["efs-zone"]
    story.start(world)
    found = ask(world, "efs", "DescribeMountTargets", FileSystemId=system)["MountTargets"]
    assert [each["AvailabilityZoneName"] for each in found] == ["eu-west-1a", "eu-west-1c"]
    story.stop(world)
    found = ask(world, "efs", "DescribeMountTargets", FileSystemId=system)["MountTargets"]
    assert len(found) == 3
