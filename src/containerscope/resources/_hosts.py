"""What EC2 knows of container instances, beside their rows: bought as what, with which profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from containerscope.model import arn
from containerscope.model.ec2 import Instance, Reservation
from containerscope.model.ecs import ContainerInstance
from containerscope.model.listing import Item, Missing, joined
from containerscope.resource import Clients, Column, Join, Scope

HOST = "host"
_BATCH = 100


async def hosts(
    clients: Clients, scope: Scope, items: Sequence[Item[ContainerInstance]]
) -> Mapping[str, Any]:
    """The EC2 instance of each row, a hundred a call; one that is gone has none."""
    ids = {
        item.value.ec2_instance_id: item.key
        for item in items
        if not isinstance(item.value, Missing) and (item.value.ec2_instance_id or "")[:2] == "i-"
    }
    if not ids:
        return {}
    # A filter, since an id that is gone fails a call that names it.
    page = await clients.read(
        "ec2",
        "DescribeInstances",
        "Reservations",
        Reservation,
        Filters=[{"Name": "instance-id", "Values": list(ids)}],
        MaxResults=1000,
    )
    found = [each for reservation in page.items for each in reservation.instances or ()]
    return {ids[each.instance_id]: each for each in found if each.instance_id in ids}


def _bought(instance: Instance) -> str:
    return instance.instance_lifecycle or "on demand"


def _profile(instance: Instance) -> str | None:
    profile = instance.iam_instance_profile
    return arn.name_of(profile.arn) if profile and profile.arn else None


def _told(item: Item[ContainerInstance], tell: Any) -> Any:
    found = joined(item, HOST)
    return found if isinstance(found, Missing) else tell(found)


def told(item: Item[ContainerInstance]) -> tuple[tuple[str, Any], ...]:
    """What is known of its EC2 instance beside the row, for a pane."""
    found = joined(item, HOST)
    if isinstance(found, Missing):
        return ()
    return (("Bought", _bought(found)), ("Instance profile", _profile(found)))


JOIN: Join[ContainerInstance] = Join(HOST, hosts, batch=_BATCH, seconds=300.0)
COLUMNS: tuple[Column[ContainerInstance], ...] = (
    Column("BOUGHT", of_item=lambda item: _told(item, _bought), needs=HOST, priority=6),
    Column("PROFILE", of_item=lambda item: _told(item, _profile), needs=HOST, priority=7),
)
