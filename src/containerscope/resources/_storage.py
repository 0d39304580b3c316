"""What is read of EFS and its network, for a list of file systems and for the chains of a task."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from containerscope.insight.efs_chain import Storage
from containerscope.listers import read_pages, tried
from containerscope.model.ec2 import SecurityGroup
from containerscope.model.efs import AccessPoint, FileSystem, MountTarget
from containerscope.model.listing import ApiError, Problem
from containerscope.resource import Clients
from containerscope.resources import _around

_FRESH = 60.0
"""Seconds for which mount targets and their groups are good; they change by hand only."""


async def access_points(clients: Clients) -> tuple[AccessPoint, ...]:
    """All access points of the region in one sweep."""

    async def fetch() -> tuple[AccessPoint, ...]:
        return await _around.described(
            clients, "efs", "DescribeAccessPoints", "AccessPoints", AccessPoint, MaxResults=100
        )

    return await clients.cached(("efs-access-points",), _FRESH, fetch)


async def file_system(clients: Clients, name: str) -> FileSystem | None:
    """One file system by id; None where there is none of this id."""
    try:
        page = await clients.read(
            "efs", "DescribeFileSystems", "FileSystems", FileSystem, FileSystemId=name
        )
    except ApiError as error:
        if "FileSystemNotFound" in error.problem.message:
            return None
        raise
    return page.items[0] if page.items else None


async def mount_targets(clients: Clients, name: str) -> tuple[MountTarget, ...]:
    """The mount targets of a file system."""

    async def fetch() -> tuple[MountTarget, ...]:
        found: list[MountTarget] = []
        pages = read_pages(
            clients,
            "efs",
            "DescribeMountTargets",
            "MountTargets",
            MountTarget,
            "Marker",
            FileSystemId=name,
            MaxItems=100,
        )
        async for page in pages:
            found += page.items
        return tuple(found)

    return await clients.cached(("efs-mount-targets", name), _FRESH, fetch)


async def groups_of_target(clients: Clients, target: str) -> tuple[str, ...]:
    """The ids of a mount target's security groups."""

    async def fetch() -> tuple[str, ...]:
        page = await clients.read(
            "efs", "DescribeMountTargetSecurityGroups", "SecurityGroups", str, MountTargetId=target
        )
        return page.items

    return await clients.cached(("efs-mount-target-groups", target), _FRESH, fetch)


async def security_groups(clients: Clients, ids: Iterable[str]) -> tuple[SecurityGroup, ...]:
    """Security groups by id, with their rules."""
    wanted = tuple(sorted(set(ids) - {""}))
    if not wanted:
        return ()

    async def fetch() -> tuple[SecurityGroup, ...]:
        page = await clients.read(
            "ec2",
            "DescribeSecurityGroups",
            "SecurityGroups",
            SecurityGroup,
            GroupIds=list(wanted),
        )
        return page.items

    return await clients.cached(("ec2-security-groups", wanted), _FRESH, fetch)


async def storage_of(
    clients: Clients, names: Sequence[str], task_groups: Iterable[str] = ()
) -> tuple[Storage, tuple[Problem, ...]]:
    """All that the chains of these file systems need; what was refused is None in it."""
    problems: list[Problem] = []
    systems, points, targets = await asyncio.gather(
        asyncio.gather(*(tried(_named(clients, name), problems) for name in names)),
        tried(access_points(clients), problems),
        asyncio.gather(*(tried(mount_targets(clients, name), problems) for name in names)),
    )
    mounts = [each for found in targets for each in found or ()]
    ids = list(dict.fromkeys(each.mount_target_id or "" for each in mounts))
    groups = await asyncio.gather(*(tried(groups_of_target(clients, i), problems) for i in ids))
    known = {i: found for i, found in zip(ids, groups, strict=True) if found is not None}
    wanted = {*task_groups, *(name for found in known.values() for name in found)}
    rules = await tried(security_groups(clients, wanted), problems)
    storage = Storage(
        file_systems=None
        if None in systems
        else {found[0]: found[1] for found in systems if found and found[1] is not None},
        access_points=None
        if points is None
        else {each.access_point_id or "": each for each in points},
        mount_targets=None if None in targets else tuple(mounts),
        target_groups=known,
        groups=rules or (),
    )
    return storage, tuple(dict.fromkeys(problems))


async def _named(clients: Clients, name: str) -> tuple[str, FileSystem | None]:
    """A file system under the name it was asked by, so that a lost one differs from a refused."""
    return name, await file_system(clients, name)
