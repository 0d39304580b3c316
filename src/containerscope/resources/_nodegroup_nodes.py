"""How many nodes of a node group are in service, beside what its Auto Scaling group wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from containerscope.insight.group_scaling import in_service
from containerscope.model.asg import AutoScalingGroup
from containerscope.model.eks import Nodegroup
from containerscope.model.health import Level
from containerscope.model.listing import Item, Missing, joined
from containerscope.resource import Clients, Column, Join, Scope

NODES = "nodes"
_AT_ONCE = 50
"""Groups that DescribeAutoScalingGroups takes."""


def _names(item: Item[Nodegroup]) -> tuple[str, ...]:
    group = item.value
    resources = None if isinstance(group, Missing) else group.resources
    found = (resources.auto_scaling_groups if resources else None) or ()
    return tuple(each.name for each in found if each.name)


async def _nodes(
    clients: Clients, scope: Scope, items: Sequence[Item[Nodegroup]]
) -> Mapping[str, tuple[int, int]]:
    """Nodes in service and wanted, of fifty groups a call."""
    names = list(dict.fromkeys(name for item in items for name in _names(item)))
    known: dict[str | None, AutoScalingGroup] = {}
    for start in range(0, len(names), _AT_ONCE):
        page = await clients.read(
            "autoscaling",
            "DescribeAutoScalingGroups",
            "AutoScalingGroups",
            AutoScalingGroup,
            AutoScalingGroupNames=names[start : start + _AT_ONCE],
        )
        known |= {each.auto_scaling_group_name: each for each in page.items}
    found: dict[str, tuple[int, int]] = {}
    for item in items:
        groups = [known[name] for name in _names(item) if name in known]
        if groups:
            wanted = sum(each.desired_capacity or 0 for each in groups)
            found[item.key] = (sum(map(in_service, groups)), wanted)
    return found


def _value(item: Item[Nodegroup]) -> Any:
    return joined(item, NODES)


def _level(item: Item[Nodegroup]) -> Level:
    found = joined(item, NODES)
    short = isinstance(found, tuple) and found[0] < found[1]
    return Level.PROGRESS if short else Level.NONE


JOIN: Join[Nodegroup] = Join(NODES, _nodes, batch=_AT_ONCE)
COLUMN: Column[Nodegroup] = Column(
    "NODES", of_item=_value, tone_of_item=_level, kind="ratio", needs=NODES, priority=2
)
