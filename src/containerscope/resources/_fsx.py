"""FSx file systems, for their own list and for the objects of Kubernetes that stand for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from containerscope.insight.fsx import (
    configuration_of,
    fsx_verdict,
    kind_of,
    name_of,
    throughput_of,
)
from containerscope.listers import read_pages
from containerscope.model.fsx import FsxFileSystem, FsxRow, FsxVolume
from containerscope.model.health import Level
from containerscope.model.listing import ApiError
from containerscope.resource import Block, Clients, TableBlock
from containerscope.resources import _around, _blocks

PERMISSIONS = ("fsx:DescribeFileSystems", "fsx:DescribeVolumes")
PAGE = 100
_BATCH = 50
"""Ids in a call. Source: the service model of FSx, VolumeIds."""
_FRESH = 15.0
"""Seconds for which the file systems of the region are good for joins and panes."""
VOLUME = "fsvol-"


async def systems(clients: Clients) -> dict[str, FsxFileSystem]:
    """All file systems of the region by id: an id that is gone fails a call that names it."""

    async def fetch() -> dict[str, FsxFileSystem]:
        pages = read_pages(
            clients,
            "fsx",
            "DescribeFileSystems",
            "FileSystems",
            FsxFileSystem,
            "NextToken",
            MaxResults=PAGE,
        )
        return {each.file_system_id or "?": each async for page in pages for each in page.items}

    return await clients.cached(("fsx-systems",), _FRESH, fetch)


async def rows_of(clients: Clients, handles: Iterable[str]) -> dict[str, FsxRow]:
    """What `fs-…` and `fsvol-…` mean; one that is not there is told gone."""
    wanted = list(dict.fromkeys(handles))
    known = await systems(clients)
    inside = [name for name in wanted if name.startswith(VOLUME)]
    volumes: dict[str, FsxVolume] = {}
    for batch in _around.batches(inside, _BATCH):
        volumes |= await _volumes(clients, batch)
    return {name: _row(name, known, volumes) for name in wanted}


async def _volumes(clients: Clients, ids: Sequence[str]) -> dict[str, FsxVolume]:
    """The volumes of these ids that are there; one that is gone halves the call until it is met."""
    try:
        page = await clients.read(
            "fsx", "DescribeVolumes", "Volumes", FsxVolume, VolumeIds=list(ids)
        )
    except ApiError as error:
        if "VolumeNotFound" not in error.problem.message:
            raise
        if len(ids) == 1:
            return {}
        half = len(ids) // 2
        first = await _volumes(clients, ids[:half])
        return first | await _volumes(clients, ids[half:])
    return {each.volume_id or "?": each for each in page.items}


def _row(name: str, known: dict[str, FsxFileSystem], volumes: dict[str, FsxVolume]) -> FsxRow:
    if not name.startswith(VOLUME):
        found = known.get(name)
        return FsxRow(found or FsxFileSystem(file_system_id=name), gone=found is None)
    volume = volumes.get(name)
    if volume is None:
        return FsxRow(volume=FsxVolume(volume_id=name), gone=True)
    holder = volume.file_system_id or ""
    return FsxRow(known.get(holder) or FsxFileSystem(file_system_id=holder), volume)


def fsx_blocks(row: FsxRow, title: str = "FSx file system") -> tuple[Block, ...]:
    """What is wrong with a file system, the volume in it that is meant, and the file system."""
    told = _blocks.verdict_block(fsx_verdict(row))
    volume, shown = row.volume, []
    if volume is not None:
        zfs, ontap = volume.open_zfs_configuration, volume.ontap_configuration
        shown = [
            _blocks.pairs(
                "FSx volume",
                ("Id", volume.volume_id),
                ("Name", volume.name),
                ("State", volume.lifecycle),
                ("Path", (zfs and zfs.volume_path) or (ontap and ontap.junction_path)),
                ("Quota GiB", zfs.storage_capacity_quota_gib if zfs else None),
                ("Size MiB", ontap.size_in_megabytes if ontap else None),
                ("Created", volume.creation_time),
            )
        ]
        if row.gone:
            return (*told, *shown)
    return (*told, *shown, _system(row.file_system, title), *_actions(row.file_system))


def _system(system: FsxFileSystem, title: str) -> Block:
    found, lustre = configuration_of(system), system.lustre_configuration
    version = system.file_system_type_version
    return _blocks.pairs(
        title,
        ("Id", system.file_system_id),
        ("Name", name_of(system)),
        ("State", system.lifecycle),
        ("Type", " ".join(filter(None, (kind_of(system), version)))),
        ("Deployment", found.deployment_type if found else None),
        ("Size GiB", system.storage_capacity),
        ("Storage", system.storage_type),
        ("Throughput MB/s", throughput_of(system)),
        ("MB/s for each TiB", lustre.per_unit_storage_throughput if lustre else None),
        ("Compression", lustre.data_compression_type if lustre else None),
        ("Mount name", lustre.mount_name if lustre else None),
        ("DNS name", system.dns_name),
        ("VPC", system.vpc_id),
        ("Subnets", system.subnet_ids),
        ("Interfaces", system.network_interface_ids),
        ("Key", system.kms_key_id),
        ("Maintenance (UTC)", found.weekly_maintenance_start_time if found else None),
        ("Created", system.creation_time),
    )


def _actions(system: FsxFileSystem) -> tuple[Block, ...]:
    """What FSx is changing, or has changed lately."""
    found = system.administrative_actions or ()
    if not found:
        return ()
    table = TableBlock(
        "Changes",
        ("ASKED FOR", "CHANGE", "STATUS", "DONE %", "MESSAGE"),
        tuple(
            (
                each.request_time,
                each.administrative_action_type,
                each.status,
                each.progress_percent,
                (each.failure_details and each.failure_details.message) or each.message,
            )
            for each in found
        ),
        tuple(Level.FAILED if each.status == "FAILED" else Level.NONE for each in found),
    )
    return (table,)
