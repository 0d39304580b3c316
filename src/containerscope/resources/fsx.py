"""FSx file systems: Lustre, OpenZFS, ONTAP and Windows File Server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from containerscope.insight.fsx import (
    configuration_of,
    fsx_verdict,
    kind_of,
    name_of,
    throughput_of,
)
from containerscope.listers import read_pages, tried
from containerscope.model.fsx import FsxFileSystem, FsxRow
from containerscope.model.health import Health, Level
from containerscope.model.listing import Item, Listing, Missing, Phase, Problem
from containerscope.resource import (
    Block,
    Clients,
    Column,
    Demand,
    Detail,
    Platform,
    Resource,
    Scope,
)
from containerscope.resources import _around, _blocks, _ecs, _fsx

_ONE = ("fs-", _fsx.VOLUME)


async def fsx(clients: Clients, scope: Scope, demand: Demand) -> AsyncIterator[Listing[FsxRow]]:
    """The file systems of the region, or the one that an id of it or of a volume in it means."""
    problems: list[Problem] = []
    if scope.parent.startswith(_ONE):
        found = await tried(_fsx.rows_of(clients, [scope.parent]), problems)
        yield _around.done([_item(row) for row in (found or {}).values()], problems)
        return
    rows: dict[str, Item[FsxRow]] = {}
    date: datetime | None = None
    pages = read_pages(
        clients, "fsx", "DescribeFileSystems", "FileSystems", FsxFileSystem, "NextToken",
        MaxResults=_fsx.PAGE,
    )  # fmt: skip
    while (page := await tried(anext(pages, None), problems)) is not None:
        rows |= {each.file_system_id or "?": _item(FsxRow(each)) for each in page.items}
        problems += page.odd
        date = page.date or date
        yield Listing(tuple(rows.values()), Phase.NAMES, None, tuple(problems), date)
    yield _around.done(tuple(rows.values()), problems, date)


def _item(row: FsxRow) -> Item[FsxRow]:
    system = row.file_system
    lost = row.volume.volume_id if row.volume and row.gone else None
    name = lost or system.file_system_id or "?"
    return Item(system.resource_arn or name, name_of(system) or name, row)


def _id(item: Item[FsxRow]) -> str:
    found = "" if isinstance(item.value, Missing) else item.value.file_system.file_system_id
    return found or item.name


async def read(clients: Clients, scope: Scope, item: Item[FsxRow]) -> Mapping[str, Any]:
    """The file system whole."""
    answer = await clients.call("fsx", "DescribeFileSystems", FileSystemIds=[_id(item)])
    found: list[Mapping[str, Any]] = answer.get("FileSystems") or [{}]
    return found[0]


async def overview(
    clients: Clients, scope: Scope, item: Item[FsxRow]
) -> AsyncIterator[tuple[Block, ...]]:
    """The file system, and what FSx is changing of it."""
    row = item.value
    yield (_blocks.missing_block(row),) if isinstance(row, Missing) else _fsx.fsx_blocks(row)


def _health(row: FsxRow) -> Health:
    return fsx_verdict(row).health


def _changing(row: FsxRow) -> bool:
    return fsx_verdict(row).level is Level.PROGRESS


def _state(row: FsxRow) -> str | None:
    return (row.file_system.lifecycle or "").lower() or None


def _size(row: FsxRow) -> int | None:
    capacity = row.file_system.storage_capacity
    return None if capacity is None else capacity * 2**30


def _deployment(row: FsxRow) -> str | None:
    found = configuration_of(row.file_system)
    return found.deployment_type if found else None


def _tags(row: FsxRow) -> Mapping[str, str]:
    return {tag.key: tag.value or "" for tag in row.file_system.tags or () if tag.key}


def _console(scope: Scope, item: Item[FsxRow]) -> str:
    return _around.console(scope, "fsx/home", f"file-system-details/{_id(item)}")


RESOURCE: Resource[FsxRow] = Resource(
    name="fsx",
    noun="FSx file system",
    platform=Platform.BOTH,
    model=FsxRow,
    lister=fsx,
    columns=(
        _ecs.name_column(),
        Column("ID", lambda row: row.file_system.file_system_id, priority=2),
        Column(
            "HEALTH",
            lambda row: _health(row).words,
            tone=lambda row: _health(row).level,
            priority=1,
            width=30,
        ),
        Column("TYPE", lambda row: kind_of(row.file_system), priority=2),
        Column("STATE", _state, priority=4),
        Column("SIZE", _size, kind="bytes", priority=2),
        Column("MB/S", lambda row: throughput_of(row.file_system), kind="number", priority=3),
        Column("DEPLOYMENT", _deployment, priority=4),
        Column("STORAGE", lambda row: row.file_system.storage_type, priority=5),
        Column("DNS NAME", lambda row: row.file_system.dns_name, wide=True, width=60),
        Column("SUBNETS", lambda row: row.file_system.subnet_ids, wide=True),
        Column("AGE", lambda row: row.file_system.creation_time, kind="age", priority=4),
    ),
    read=read,
    health=_health,
    changing=_changing,
    details=(Detail("Overview", overview),),
    used_by=_id,
    console=_console,
    permissions=(
        *_fsx.PERMISSIONS,
        "ecs:DescribeServices",
        "ecs:DescribeTaskDefinition",
    ),
    interval=3.0,
    empty="No FSx file systems in {scope}.",
    tags=_tags,
    arn=lambda row: row.file_system.resource_arn,
)
