"""What holds the data of persistent volumes in AWS, joined to them by driver and handle."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from containerscope.insight import ebs, fsx
from containerscope.insight.kube_storage import ebs_volume, fsx_handle
from containerscope.listers import has_account
from containerscope.model.ebs import VolumeRow
from containerscope.model.fsx import FsxRow
from containerscope.model.health import Level
from containerscope.model.kube_storage import PersistentVolume
from containerscope.model.listing import ApiError, Item, Missing, joined
from containerscope.resource import Block, Clients, Column, Join, Scope
from containerscope.resources import _fsx, _volumes
from containerscope.resources._listed import problem_block

LIVE = "live"
BATCH = _volumes.BATCH
"""Rows of one join: as many as one call to EC2 takes ids."""
PERMISSIONS = (_volumes.PERMISSION, *_fsx.PERMISSIONS)
Live = VolumeRow | FsxRow


async def live(
    clients: Clients, volumes: Mapping[str, PersistentVolume]
) -> Mapping[str, Live | Missing]:
    """What holds the data of each volume, by key; one that AWS does not hold has none.

    A refusal stands in the place of the values that it took, those of one service.
    """
    if not await has_account(clients):
        return {}
    disks, systems = await asyncio.gather(
        _asked(clients, volumes, ebs_volume, _volumes.volumes_of),
        _asked(clients, volumes, fsx_handle, _fsx.rows_of),
    )
    return {**disks, **systems}


async def _asked(
    clients: Clients,
    volumes: Mapping[str, PersistentVolume],
    handle: Callable[[PersistentVolume], str | None],
    read: Callable[[Clients, Iterable[str]], Awaitable[Mapping[str, Live]]],
) -> Mapping[str, Live | Missing]:
    """Those of one service; nothing is asked for where none is of it."""
    handles = {key: name for key, each in volumes.items() if (name := handle(each))}
    if not handles:
        return {}
    try:
        rows = await read(clients, handles.values())
    except ApiError as error:
        if len(handles) == len(volumes):
            raise
        return dict.fromkeys(handles, error.problem.as_missing())
    return {key: rows[name] for key, name in handles.items()}


async def _live_of_rows(
    clients: Clients, scope: Scope, items: Sequence[Item[PersistentVolume]]
) -> Mapping[str, Any]:
    values = {each.key: each.value for each in items if not isinstance(each.value, Missing)}
    return await live(clients, values)


def _words(item: Item[Any]) -> Any:
    found = joined(item, LIVE)
    if isinstance(found, VolumeRow):
        return ebs.live_words(found)
    return fsx.live_words(found) if isinstance(found, FsxRow) else found


def _level(item: Item[Any]) -> Level:
    found = item.joined.get(LIVE)
    if isinstance(found, VolumeRow):
        return ebs.ebs_verdict(found).level
    return fsx.fsx_verdict(found).level if isinstance(found, FsxRow) else Level.NONE


JOIN: Join[PersistentVolume] = Join(LIVE, _live_of_rows, batch=BATCH)
COLUMN: Column[Any] = Column(
    "LIVE IN AWS",
    of_item=_words,
    needs=LIVE,
    wide=True,
    priority=2,
    width=40,
    tone_of_item=_level,
    name="live",
)


async def blocks(clients: Clients, volume: PersistentVolume) -> tuple[Block, ...]:
    """What holds the data of a volume, and what is wrong with it; why that is not known."""
    try:
        found = (await live(clients, {"": volume})).get("")
    except ApiError as error:
        return (problem_block(error.problem, "In AWS"),)
    if isinstance(found, VolumeRow):
        return _volumes.volume_blocks(found)
    return _fsx.fsx_blocks(found) if isinstance(found, FsxRow) else ()
