"""EFS file systems: what they hold, how they are reached, and whether tasks can mount them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from containerscope.insight.efs_chain import NFS, access_point_words
from containerscope.insight.security_groups import opens
from containerscope.insight.volumes import VolumeUse, volume_uses
from containerscope.listers import read_pages, tried
from containerscope.model.ec2 import IpPermission, SecurityGroup
from containerscope.model.efs import AccessPoint, FileSystem, FileSystemRow, MountTarget
from containerscope.model.health import Health, Level
from containerscope.model.listing import ApiError, Item, Listing, Missing, Page, Phase, Problem
from containerscope.resource import (
    Block,
    Clients,
    Column,
    Demand,
    Detail,
    Platform,
    Resource,
    Scope,
    TableBlock,
    TextBlock,
)
from containerscope.resources import _around, _blocks, _ecs, _storage

_PLAIN = frozenset({"available", "updating"})


async def efs(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[FileSystemRow]]:
    """The file systems of the region, those that the service in scope mounts, or one by its id."""
    problems: list[Problem] = []
    uses: dict[str, list[VolumeUse]] = {}
    if scope.cluster and scope.service:
        uses = await tried(_mounted(clients, scope), problems) or {}
        if not uses:
            yield _around.done((), problems)
            return
    one = scope.parent if scope.parent.startswith("fs-") else ""
    systems: dict[str, FileSystem | None] = dict.fromkeys((one,) if one else uses)
    date: datetime | None = None
    found = _pages(clients, tuple(systems))
    while (page := await tried(anext(found, None), problems)) is not None:
        systems |= {each.file_system_id or "?": each for each in page.items}
        problems += page.odd
        date = page.date or date
        yield Listing(_rows(systems, None, uses), Phase.NAMES, None, tuple(problems), date)
    points = await tried(_storage.access_points(clients), problems) if systems else ()
    yield _around.done(_rows(systems, points, uses), problems, date)


async def _mounted(clients: Clients, scope: Scope) -> dict[str, list[VolumeUse]]:
    """File system -> the volumes of the service's task definition that are on it."""
    service = await _around.service_of(clients, scope.cluster, scope.service)
    definition = await _around.definition_of(clients, service)
    found: dict[str, list[VolumeUse]] = {}
    for use in volume_uses(definition):
        volume = use.volume.efs_volume_configuration
        if volume is not None and volume.file_system_id:
            found.setdefault(volume.file_system_id, []).append(use)
    return found


async def _pages(clients: Clients, only: Sequence[str]) -> AsyncIterator[Page[FileSystem]]:
    """All file systems, or these: one that is gone gives an empty page."""
    for name in only:
        found = await _storage.file_system(clients, name)
        yield Page(() if found is None else (found,))
    if not only:
        everything = read_pages(
            clients,
            "efs",
            "DescribeFileSystems",
            "FileSystems",
            FileSystem,
            "Marker",
            MaxItems=100,
        )
        async for page in everything:
            yield page


def _rows(
    systems: Mapping[str, FileSystem | None],
    points: Sequence[AccessPoint] | None,
    uses: Mapping[str, Sequence[VolumeUse]],
) -> tuple[Item[FileSystemRow], ...]:
    rows = []
    for name, system in systems.items():
        own = None if points is None else tuple(p for p in points if p.file_system_id == name)
        mounts = tuple(mount.words for use in uses.get(name, ()) for mount in use.mounts)
        value = FileSystemRow(
            system or FileSystem(file_system_id=name), own, mounts, system is None
        )
        key = (system.file_system_arn if system else None) or name
        rows.append(Item(key, (system.name if system else None) or name, value))
    return tuple(rows)


async def read(clients: Clients, scope: Scope, item: Item[FileSystemRow]) -> Mapping[str, Any]:
    """The file system whole, with its mount targets and access points."""
    name = _id(item)
    systems = await clients.call("efs", "DescribeFileSystems", FileSystemId=name)
    targets = await clients.call("efs", "DescribeMountTargets", FileSystemId=name)
    points = await clients.call("efs", "DescribeAccessPoints", FileSystemId=name)
    found = systems.get("FileSystems") or [{}]
    return {
        **found[0],
        "MountTargets": targets.get("MountTargets") or [],
        "AccessPoints": points.get("AccessPoints") or [],
    }


def _id(item: Item[FileSystemRow]) -> str:
    if isinstance(item.value, Missing):
        return item.name
    return item.value.file_system.file_system_id or item.name


async def overview(
    clients: Clients, scope: Scope, item: Item[FileSystemRow]
) -> AsyncIterator[tuple[Block, ...]]:
    """The file system and its access points; then each mount target and who may reach it."""
    row = item.value
    if isinstance(row, Missing):
        yield (_blocks.missing_block(row),)
        return
    first = _overview(row)
    yield first
    problems: list[Problem] = []
    targets = await tried(_storage.mount_targets(clients, _id(item)), problems)
    ids = [each.mount_target_id or "" for each in targets or ()]
    groups = await asyncio.gather(
        *(tried(_storage.groups_of_target(clients, name), problems) for name in ids)
    )
    names = {name for found in groups for name in found or ()}
    rules = await tried(_storage.security_groups(clients, names), problems)
    table = _targets(targets, groups, rules)
    notes = tuple(TextBlock(each.message, level=Level.WARNING) for each in dict.fromkeys(problems))
    yield (*first, table, *notes, *await _policies(clients, _id(item)))


def _overview(row: FileSystemRow) -> tuple[Block, ...]:
    system, size = row.file_system, row.file_system.size_in_bytes
    health = _health(row)
    told = (TextBlock(health.words, level=health.level),) if health.words else ()
    return (
        *told,
        _blocks.pairs(
            "File system",
            ("Id", system.file_system_id),
            ("Name", system.name),
            ("State", system.life_cycle_state),
            ("Size MiB", round(size.value / 2**20) if size and size.value is not None else None),
            ("Encrypted at rest", system.encrypted),
            ("Key", system.kms_key_id),
            ("Throughput", system.throughput_mode),
            ("Provisioned MiB/s", system.provisioned_throughput_in_mibps),
            ("Performance", system.performance_mode),
            ("One Zone", system.availability_zone_name),
            ("Created", system.creation_time),
            ("Mounted", row.mounts),
        ),
        TableBlock(
            "Access points",
            ("ID", "NAME", "STATE", "FOLDER AND USER"),
            tuple(
                (each.access_point_id, each.name, each.life_cycle_state, access_point_words(each))
                for each in row.access_points or ()
            ),
            empty="It has none." if row.access_points is not None else "They could not be read.",
        ),
    )


def _targets(
    targets: Sequence[MountTarget] | None,
    groups: Sequence[tuple[str, ...] | None],
    rules: Sequence[SecurityGroup] | None,
) -> TableBlock:
    """A row for each mount target and security group: where it is and whom it lets in."""
    known = {each.group_id: each for each in rules or ()}
    rows: list[tuple[object, ...]] = []
    levels: list[Level] = []
    for target, own in zip(targets or (), groups, strict=True):
        state = target.life_cycle_state or ""
        well = state in _PLAIN or not state
        for name in own or ("",):
            told, level = _lets_in(name, known.get(name))
            rows.append(
                (
                    target.availability_zone_name,
                    target.subnet_id,
                    target.ip_address,
                    target.mount_target_id,
                    state or None,
                    name or None,
                    told,
                )
            )
            levels.append(level if well else Level.FAILED)
    return TableBlock(
        "Mount targets",
        ("ZONE", "SUBNET", "ADDRESS", "ID", "STATE", "SECURITY GROUP", f"LETS IN ON {NFS}"),
        tuple(rows),
        tuple(levels),
        empty="They could not be read."
        if targets is None
        else "It has no mount target: nothing can mount it.",
    )


def _lets_in(name: str, group: SecurityGroup | None) -> tuple[str | None, Level]:
    """Whom a security group lets in on the port of NFS, and whether that is anybody."""
    if group is None:
        return ("its rules could not be read" if name else None), Level.NONE
    who = [_who(rule) for rule in group.ip_permissions or () if opens(rule, NFS)]
    told = ", ".join(filter(None, who))
    return (told, Level.NONE) if told else ("nobody", Level.FAILED)


def _who(rule: IpPermission) -> str:
    names = [each.group_id for each in rule.user_id_group_pairs or ()]
    names += [each.cidr_ip for each in rule.ip_ranges or ()]
    names += [each.cidr_ipv6 for each in rule.ipv6_ranges or ()]
    names += [each.prefix_list_id for each in rule.prefix_list_ids or ()]
    return ", ".join(name for name in names if name)


async def _policies(clients: Clients, name: str) -> tuple[Block, ...]:
    """Its own policy and whether it is backed up; having none is normal."""
    policy, backup = await asyncio.gather(
        _said(clients, "DescribeFileSystemPolicy", "Policy", name),
        _said(clients, "DescribeBackupPolicy", "BackupPolicy", name),
    )
    return (_blocks.pairs("Protection", ("File system policy", policy), ("Backup", backup)),)


async def _said(clients: Clients, operation: str, member: str, name: str) -> str:
    try:
        answer = await clients.call("efs", operation, FileSystemId=name)
    except ApiError as error:
        return "none" if "PolicyNotFound" in error.problem.message else error.problem.message
    found = answer.get(member)
    if isinstance(found, Mapping):
        return str(found.get("Status") or "?").lower()
    return str(found or "none")


def _health(row: FileSystemRow) -> Health:
    system = row.file_system
    state = system.life_cycle_state or ""
    if row.gone:
        return Health(Level.FAILED, "there is no such file system")
    if state in ("creating", "updating"):
        return Health(Level.PROGRESS, state)
    if state and state not in _PLAIN:
        return Health(Level.FAILED, state)
    if system.number_of_mount_targets == 0:
        return Health(Level.WARNING, "no mount target")
    if system.encrypted is False:
        return Health(Level.WARNING, "not encrypted at rest")
    return Health(Level.FINE)


def _size(row: FileSystemRow) -> int | None:
    size = row.file_system.size_in_bytes
    return size.value if size else None


def _tags(row: FileSystemRow) -> Mapping[str, str]:
    return {tag.key: tag.value or "" for tag in row.file_system.tags or () if tag.key}


def _console(scope: Scope, item: Item[FileSystemRow]) -> str:
    return _around.console(scope, "efs/home", f"/file-systems/{_id(item)}")


RESOURCE: Resource[FileSystemRow] = Resource(
    name="efs",
    noun="file system",
    platform=Platform.BOTH,
    model=FileSystemRow,
    lister=efs,
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
        Column("STATE", lambda row: row.file_system.life_cycle_state, priority=5),
        Column("SIZE", _size, kind="bytes", priority=3),
        Column(
            "MOUNT TARGETS",
            lambda row: row.file_system.number_of_mount_targets,
            kind="number",
            priority=3,
        ),
        Column(
            "ACCESS POINTS",
            lambda row: None if row.access_points is None else len(row.access_points),
            kind="number",
            priority=4,
        ),
        Column("MOUNTED", lambda row: ", ".join(row.mounts) or None, priority=4, width=40),
        Column("ENCRYPTED", lambda row: row.file_system.encrypted, kind="flag", priority=5),
        Column("THROUGHPUT", lambda row: row.file_system.throughput_mode, wide=True),
        Column("AGE", lambda row: row.file_system.creation_time, kind="age", priority=4),
    ),
    read=read,
    health=_health,
    details=(Detail("Overview", overview),),
    used_by=_id,
    console=_console,
    permissions=(
        "elasticfilesystem:DescribeFileSystems",
        "elasticfilesystem:DescribeAccessPoints",
        "elasticfilesystem:DescribeMountTargets",
        "elasticfilesystem:DescribeMountTargetSecurityGroups",
        "elasticfilesystem:DescribeFileSystemPolicy",
        "elasticfilesystem:DescribeBackupPolicy",
        "ec2:DescribeSecurityGroups",
        "ecs:DescribeServices",
        "ecs:DescribeTaskDefinition",
    ),
    interval=3.0,
    empty="No EFS file systems in {scope}.",
    tags=_tags,
    arn=lambda row: row.file_system.file_system_arn,
)
