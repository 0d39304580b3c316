"""File systems: what they cost to list, who may reach them, and what a service mounts."""

from __future__ import annotations

import math
from typing import Any

import pytest

from containerscope.model.health import Level
from containerscope.model.listing import Problem, Why
from containerscope.resource import TableBlock
from containerscope.resources._storage import storage_of
from containerscope.resources.efs import RESOURCE
from tests.resources.around import (
    CART,
    ECS,
    REGION,
    Account,
    cells,
    fixed,
    found,
    listed,
    pane,
    rows_of,
    texts_of,
    tokens,
)

SYSTEMS, POINTS = "efs:DescribeFileSystems", "efs:DescribeAccessPoints"
TARGETS, GROUPS = "efs:DescribeMountTargets", "efs:DescribeMountTargetSecurityGroups"
RULES = "ec2:DescribeSecurityGroups"
NFS = {"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049}


def system(name: str, **more: Any) -> dict[str, Any]:
    return {
        "FileSystemId": name,
        "FileSystemArn": f"arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/{name}",
        "LifeCycleState": "available",
        "NumberOfMountTargets": 2,
        "SizeInBytes": {"Value": 3 * 2**20},
        "Encrypted": True,
        **more,
    }


def account(*systems: dict[str, Any]) -> Account:
    def answer(params: Any) -> Any:
        name = params.get("FileSystemId")
        own = [each for each in systems if name is None or each["FileSystemId"] == name]
        if name is not None:
            return {"FileSystems": own}
        return tokens("FileSystems", own, "MaxItems", "Marker", "NextMarker", 100)(params)

    clients = Account(
        {
            SYSTEMS: answer,
            POINTS: fixed(
                AccessPoints=[
                    {
                        "AccessPointId": "fsap-1",
                        "FileSystemId": "fs-1",
                        "PosixUser": {"Uid": 1000, "Gid": 1000},
                        "RootDirectory": {"Path": "/data"},
                    }
                ]
            ),
            TARGETS: fixed(
                MountTargets=[
                    {
                        "MountTargetId": "fsmt-1",
                        "FileSystemId": "fs-1",
                        "SubnetId": "subnet-a",
                        "AvailabilityZoneName": "eu-west-1a",
                        "IpAddress": "10.0.1.200",
                        "LifeCycleState": "available",
                    }
                ]
            ),
            GROUPS: fixed(SecurityGroups=["sg-efs"]),
            RULES: fixed(
                SecurityGroups=[
                    {
                        "GroupId": "sg-efs",
                        "GroupName": "efs",
                        "IpPermissions": [{**NFS, "UserIdGroupPairs": [{"GroupId": "sg-task"}]}],
                    }
                ]
            ),
            "efs:DescribeBackupPolicy": fixed(BackupPolicy={"Status": "ENABLED"}),
            "ecs:DescribeServices": fixed(
                services=[
                    {"serviceName": "cart", "taskDefinition": f"{ECS}:task-definition/cart:1"}
                ]
            ),
            "ecs:DescribeTaskDefinition": fixed(
                taskDefinition={
                    "volumes": [
                        {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}},
                        {"name": "lost", "efsVolumeConfiguration": {"fileSystemId": "fs-9"}},
                        {"name": "scratch"},
                    ],
                    "containerDefinitions": [
                        {
                            "name": "app",
                            "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
                        }
                    ],
                }
            ),
        }
    )
    clients.refuse["efs:DescribeFileSystemPolicy"] = lambda _: Problem(
        Why.FAILED, "efs:DescribeFileSystemPolicy", "PolicyNotFound: No policy"
    )
    return clients


@pytest.mark.parametrize("count", [1, 100, 101])
async def test_a_region_takes_a_call_a_hundred_and_one_for_all_access_points(count: int) -> None:
    clients = account(*(system(f"fs-{number}") for number in range(count)))
    listing = await listed(RESOURCE, clients)
    assert (len(listing.items), listing.complete) == (count, True)
    assert clients.counts == {SYSTEMS: math.ceil(count / 100), POINTS: 1}


async def test_no_file_systems_take_one_call() -> None:
    clients = account()
    assert len((await listed(RESOURCE, clients)).items) == 0
    assert clients.counts == {SYSTEMS: 1}


async def test_a_service_has_what_it_mounts_and_what_it_mounts_in_vain() -> None:
    clients = account(system("fs-1", Name="shared"), system("fs-2"))
    listing = await listed(RESOURCE, clients, CART)
    shared, lost = listing.items
    assert cells(RESOURCE, shared, "name", "id", "mounted", "access_points") == (
        "shared",
        "fs-1",
        "app /data rw",
        1,
    )
    assert cells(RESOURCE, lost, "name", "health") == ("fs-9", "there is no such file system")
    assert clients.counts == {
        "ecs:DescribeServices": 1,
        "ecs:DescribeTaskDefinition": 1,
        SYSTEMS: 2,
        POINTS: 1,
    }


async def test_a_service_that_mounts_nothing_asks_efs_nothing() -> None:
    clients = account(system("fs-1"))
    clients.answers["ecs:DescribeTaskDefinition"] = fixed(taskDefinition={})
    listing = await listed(RESOURCE, clients, CART)
    assert (len(listing.items), clients.counts[SYSTEMS], clients.counts[POINTS]) == (0, 0, 0)


async def test_access_points_being_refused_leave_the_file_systems() -> None:
    clients = account(system("fs-1"))
    clients.deny(POINTS)
    listing = await listed(RESOURCE, clients)
    assert [problem.operation for problem in listing.problems] == [POINTS]
    assert cells(RESOURCE, listing.items[0], "access_points", "size") == (None, 3 * 2**20)


@pytest.mark.parametrize(
    ("members", "level", "words"),
    [
        ({}, Level.FINE, ""),
        ({"LifeCycleState": "creating"}, Level.PROGRESS, "creating"),
        ({"LifeCycleState": "error"}, Level.FAILED, "error"),
        ({"NumberOfMountTargets": 0}, Level.WARNING, "no mount target"),
        ({"Encrypted": False}, Level.WARNING, "not encrypted at rest"),
    ],
)
async def test_a_file_system_says_what_is_wrong_with_it(
    members: dict[str, Any], level: Level, words: str
) -> None:
    (item,) = (await listed(RESOURCE, account(system("fs-1", **members)))).items
    health = RESOURCE.health(found(item))
    assert (health.level, health.words) == (level, words)


async def test_the_pane_shows_who_may_reach_each_mount_target() -> None:
    clients = account(system("fs-1"))
    (item,) = (await listed(RESOURCE, clients)).items
    blocks = await pane(RESOURCE, clients, item)
    assert rows_of(blocks, "Access points") == (("fsap-1", None, None, "/data as 1000:1000"),)
    assert rows_of(blocks, "Mount targets") == (
        ("eu-west-1a", "subnet-a", "10.0.1.200", "fsmt-1", "available", "sg-efs", "sg-task"),
    )
    protection = [getattr(block, "pairs", ()) for block in blocks][-1]
    assert [(pair.label, pair.value) for pair in protection] == [
        ("File system policy", "none"),
        ("Backup", "enabled"),
    ]


async def test_a_group_that_lets_nobody_in_is_marked() -> None:
    clients = account(system("fs-1"))
    clients.answers[RULES] = fixed(SecurityGroups=[{"GroupId": "sg-efs"}])
    (item,) = (await listed(RESOURCE, clients)).items
    blocks = await pane(RESOURCE, clients, item)
    (table,) = [block for block in blocks if getattr(block, "title", "") == "Mount targets"]
    assert isinstance(table, TableBlock)
    assert (table.rows[0][-1], table.levels) == ("nobody", (Level.FAILED,))


@pytest.mark.parametrize("operation", [TARGETS, GROUPS, RULES, "efs:DescribeBackupPolicy"])
async def test_the_pane_stands_without_any_of_its_calls(operation: str) -> None:
    clients = account(system("fs-1"))
    clients.deny(operation)
    (item,) = (await listed(RESOURCE, clients)).items
    blocks = await pane(RESOURCE, clients, item)
    assert rows_of(blocks, "Access points")
    said = [*texts_of(blocks), *(p.value for b in blocks for p in getattr(b, "pairs", ()))]
    assert f"you may not {operation}" in said


async def test_reading_it_whole_gives_mount_targets_and_access_points() -> None:
    clients = account(system("fs-1"))
    (item,) = (await listed(RESOURCE, clients)).items
    whole = await RESOURCE.read(clients, REGION, item)
    assert (whole["FileSystemId"], len(whole["MountTargets"]), len(whole["AccessPoints"])) == (
        "fs-1",
        1,
        1,
    )


async def test_the_chains_of_a_task_get_all_they_need_once() -> None:
    clients = account(system("fs-1"))
    for _ in range(2):
        storage, problems = await storage_of(clients, ["fs-1", "fs-9"], ["sg-task"])
    assert problems == ()
    assert storage.file_systems is not None
    assert list(storage.file_systems) == ["fs-1"]
    assert storage.target_groups == {"fsmt-1": ("sg-efs",)}
    assert clients.counts[TARGETS] == 2
    assert (clients.counts[POINTS], clients.counts[GROUPS], clients.counts[RULES]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("operation", "part"),
    [(SYSTEMS, "file_systems"), (POINTS, "access_points"), (TARGETS, "mount_targets")],
)
async def test_a_refused_call_makes_its_part_of_the_chains_unknown(
    operation: str, part: str
) -> None:
    clients = account(system("fs-1"))
    clients.deny(operation)
    storage, problems = await storage_of(clients, ["fs-1"])
    assert getattr(storage, part) is None
    assert [problem.operation for problem in problems] == [operation]
