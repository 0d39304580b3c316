"""FSx file systems: what they cost to list, how they do, and what a handle means."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from containerscope.insight.fsx import fsx_verdict, throughput_of
from containerscope.insight.uses import uses
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.model.fsx import FsxFileSystem, FsxRow, FsxVolume
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Problem, Why
from containerscope.resources import _fsx
from containerscope.resources.fsx import RESOURCE
from tests.resources.around import (
    REGION,
    Account,
    cells,
    found,
    listed,
    pane,
    texts_of,
    tokens,
)

SYSTEMS, VOLUMES = "fsx:DescribeFileSystems", "fsx:DescribeVolumes"


def system(name: str = "fs-1", **more: Any) -> dict[str, Any]:
    return {"FileSystemId": name, "FileSystemType": "LUSTRE", "Lifecycle": "AVAILABLE", **more}


def made(**more: Any) -> FsxFileSystem:
    return msgspec.convert(system(**more), FsxFileSystem)


def account(systems: list[dict[str, Any]], volumes: tuple[str, ...] = ()) -> Account:
    def of_ids(params: Any) -> Any:
        assert len(params["VolumeIds"]) <= 50
        found = [{"VolumeId": name, "FileSystemId": "fs-1"} for name in params["VolumeIds"]]
        return {"Volumes": found}

    def lost(params: Any) -> Problem | None:
        if all(name in volumes for name in params["VolumeIds"]):
            return None
        return Problem(Why.FAILED, VOLUMES, "VolumeNotFound: it does not exist")

    pages = tokens("FileSystems", systems, "MaxResults", "NextToken", "NextToken", 100)
    return Account({SYSTEMS: pages, VOLUMES: of_ids}, refuse={VOLUMES: lost})


async def test_all_file_systems_are_read_a_hundred_a_call() -> None:
    clients = account([system(f"fs-{number:03}") for number in range(101)])
    listing = await listed(RESOURCE, clients)
    assert len(listing.items) == 101
    assert listing.complete
    assert [name for name, _ in clients.calls] == [SYSTEMS] * 2


async def test_handles_are_read_with_one_call_and_lost_ones_are_told() -> None:
    volumes = tuple(f"fsvol-{number:02}" for number in range(50))
    clients = account([system()], volumes)
    rows = await _fsx.rows_of(clients, ["fs-1", "fs-2", *volumes])
    assert [name for name, _ in clients.calls] == [SYSTEMS, VOLUMES]
    assert [name for name, row in rows.items() if row.gone] == ["fs-2"]
    assert rows["fsvol-07"].file_system.file_system_type == "LUSTRE"
    rows = await _fsx.rows_of(clients, ["fsvol-07", "fsvol-99"])
    assert [name for name, row in rows.items() if row.gone] == ["fsvol-99"]
    assert fsx_verdict(rows["fsvol-99"]).words == "there is no such volume"
    [item] = (await listed(RESOURCE, clients, REGION.within(parent="fsvol-07"))).items
    assert item.name == "fs-1"


async def test_what_is_refused_is_a_refusal_and_no_lost_volume() -> None:
    clients = account([system()])
    clients.refuse[VOLUMES] = lambda params: Problem(Why.DENIED, VOLUMES, "not authorized")
    with pytest.raises(ApiError, match="not authorized"):
        await _fsx.rows_of(clients, ["fsvol-07", "fsvol-08"])
    assert clients.counts[VOLUMES] == 1


@pytest.mark.parametrize(
    ("lifecycle", "level", "words"),
    [
        ("AVAILABLE", Level.FINE, ""),
        ("UPDATING", Level.PROGRESS, "updating"),
        ("MISCONFIGURED", Level.WARNING, "misconfigured"),
        ("MISCONFIGURED_UNAVAILABLE", Level.FAILED, "misconfigured unavailable"),
        ("FAILED", Level.FAILED, "failed"),
    ],
)
def test_a_file_system_is_judged_by_its_lifecycle(lifecycle: str, level: Level, words: str) -> None:
    verdict = fsx_verdict(FsxRow(made(Lifecycle=lifecycle)))
    assert (verdict.level, verdict.words) == (level, words)


def test_a_volume_that_does_worse_than_its_file_system_counts() -> None:
    volume = FsxVolume(volume_id="fsvol-1", lifecycle="FAILED")
    assert fsx_verdict(FsxRow(made(), volume)).level is Level.FAILED


@pytest.mark.parametrize(
    ("more", "speed"),
    [
        (
            {
                "StorageCapacity": 2400,
                "LustreConfiguration": {"PerUnitStorageThroughput": 250},
            },
            586,
        ),
        ({"OpenZFSConfiguration": {"ThroughputCapacity": 160}}, 160),
        ({"OntapConfiguration": {"ThroughputCapacityPerHAPair": 384, "HAPairs": 2}}, 768),
        ({"WindowsConfiguration": {"ThroughputCapacity": 32}}, 32),
        ({"LustreConfiguration": {"DeploymentType": "SCRATCH_2"}}, None),
    ],
)
def test_the_throughput_is_told_as_each_kind_tells_it(
    more: dict[str, Any], speed: int | None
) -> None:
    assert throughput_of(made(**more)) == speed


async def test_a_file_system_that_failed_says_why() -> None:
    bad = system(
        Lifecycle="FAILED",
        FailureDetails={"Message": "No address left in the subnet."},
        AdministrativeActions=[
            {
                "AdministrativeActionType": "FILE_SYSTEM_UPDATE",
                "Status": "FAILED",
                "FailureDetails": {"Message": "too small"},
            }
        ],
    )
    clients = account([bad])
    [item] = (await listed(RESOURCE, clients)).items
    assert cells(RESOURCE, item, "health", "type", "state") == ("failed", "Lustre", "failed")
    blocks = await pane(RESOURCE, clients, item)
    assert "No address left in the subnet." in texts_of(blocks)[0]
    assert found(item).file_system.administrative_actions
    assert "too small" in str(blocks[-1])


def test_a_service_uses_a_windows_file_system() -> None:
    body = {
        "volumes": [
            {
                "name": "share",
                "fsxWindowsFileServerVolumeConfiguration": {"fileSystemId": "fs-0a1b2c3d"},
            }
        ]
    }
    definition = msgspec.convert(body, TaskDefinition)
    assert uses("fs-0a1b2c3d", Service(), definition) == ("volume share: mounted by none",)
    assert not uses("fs-other", Service(), definition)
