"""The subnets of something: how they are spread over zones, and how many addresses are left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from containerscope.model.ec2 import Subnet
from containerscope.model.health import Level
from containerscope.model.listing import ApiError
from containerscope.resource import Block, Clients, TableBlock
from containerscope.resources import _listed

PERMISSIONS = ("ec2:DescribeSubnets",)
_FRESH = 60.0
_MOST = 100
"""Subnets of one call."""
_SCARCE = 5
"""Free addresses that EKS needs in a subnet to upgrade a control plane."""
_TITLE = "Subnets and zones"


async def spread(clients: Clients, ids: Sequence[str] | None) -> tuple[Block, ...]:
    """A table of these subnets, one call; a refusal in its place."""
    wanted = tuple(ids or ())[:_MOST]
    if not wanted:
        return ()

    async def fetch() -> tuple[Subnet, ...]:
        page = await clients.read(
            "ec2", "DescribeSubnets", "Subnets", Subnet, SubnetIds=list(wanted)
        )
        return page.items

    try:
        found = await clients.cached(("subnets", clients.region, wanted), _FRESH, fetch)
    except ApiError as error:
        return (_listed.problem_block(error.problem, _TITLE),)
    return (_table(found),)


def _table(found: Sequence[Subnet]) -> TableBlock:
    ordered = sorted(found, key=lambda each: (each.availability_zone or "", each.subnet_id or ""))
    zones = Counter(each.availability_zone for each in ordered)
    rows = tuple(
        (
            each.availability_zone,
            each.subnet_id,
            each.cidr_block,
            each.available_ip_address_count,
            each.map_public_ip_on_launch,
        )
        for each in ordered
    )
    count = f"{len(zones)} zone{'' if len(zones) == 1 else 's'}"
    return TableBlock(
        f"{_TITLE}: {len(ordered)} in {count}",
        ("ZONE", "SUBNET", "ADDRESSES", "FREE", "PUBLIC IPS"),
        rows,
        tuple(_level(each) for each in ordered),
    )


def _level(subnet: Subnet) -> Level:
    free = subnet.available_ip_address_count
    return Level.WARNING if free is not None and free < _SCARCE else Level.NONE
