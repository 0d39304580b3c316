"""What holds the data of persistent volumes in AWS, joined to them by driver and handle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from containerscope.insight.ebs import ebs_verdict, live_words
from containerscope.insight.kube_storage import ebs_volume
from containerscope.listers import has_account
from containerscope.model.ebs import VolumeRow
from containerscope.model.health import Level
from containerscope.model.kube_storage import PersistentVolume
from containerscope.model.listing import ApiError, Item, Missing, joined
from containerscope.resource import Block, Clients, Column, Join, Scope
from containerscope.resources import _volumes
from containerscope.resources._listed import problem_block

LIVE = "live"
BATCH = _volumes.BATCH
"""Rows of one join: as many as one call to EC2 takes ids."""
PERMISSIONS = (_volumes.PERMISSION,)


async def live(
    clients: Clients, volumes: Mapping[str, PersistentVolume]
) -> Mapping[str, VolumeRow | Missing]:
    """What holds the data of each volume, by key; one that AWS does not hold has none.

    A refusal stands in the place of the values that it took.
    """
    if not await has_account(clients):
        return {}
    disks = {key: name for key, each in volumes.items() if (name := ebs_volume(each))}
    found: dict[str, VolumeRow | Missing] = {}
    if disks:
        rows = await _volumes.volumes_of(clients, disks.values())
        found |= {key: rows[name] for key, name in disks.items()}
    return found


async def _live_of_rows(
    clients: Clients, scope: Scope, items: Sequence[Item[PersistentVolume]]
) -> Mapping[str, Any]:
    values = {each.key: each.value for each in items if not isinstance(each.value, Missing)}
    return await live(clients, values)


def _words(item: Item[Any]) -> Any:
    found = joined(item, LIVE)
    return live_words(found) if isinstance(found, VolumeRow) else found


def _level(item: Item[Any]) -> Level:
    found = item.joined.get(LIVE)
    return ebs_verdict(found).level if isinstance(found, VolumeRow) else Level.NONE


JOIN: Join[PersistentVolume] = Join(LIVE, _live_of_rows, batch=BATCH)
COLUMN: Column[Any] = Column(
    "LIVE IN AWS",
    of_item=_words,
    needs=LIVE,
    wide=True,
    priority=3,
    width=44,
    tone_of_item=_level,
    name="live",
)


async def blocks(clients: Clients, volume: PersistentVolume) -> tuple[Block, ...]:
    """What holds the data of a volume, and what is wrong with it; why that is not known."""
    try:
        found = (await live(clients, {"": volume})).get("")
    except ApiError as error:
        return (problem_block(error.problem, "In AWS"),)
    return _volumes.volume_blocks(found) if isinstance(found, VolumeRow) else ()
