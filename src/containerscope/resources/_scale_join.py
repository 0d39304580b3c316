"""Between which counts services are scaled, beside their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from containerscope.insight.scaling import resource_id
from containerscope.model.ecs_service import Service
from containerscope.model.health import Level
from containerscope.model.listing import NOT_APPLICABLE, Item, Missing, joined
from containerscope.model.scaling import ScalableTarget
from containerscope.resource import Clients, Column, Join, Scope
from containerscope.resources import _ecs

SCALE = "scale"
_IDS = 50
DIMENSION = "ecs:service:DesiredCount"


async def bounds(
    clients: Clients, scope: Scope, items: Sequence[Item[Service]]
) -> Mapping[str, Any]:
    """The scalable target of each service that is scaled, fifty a call."""
    ids = {resource_id(_ecs.cluster_of(scope, item), item.name): item.key for item in items}
    page = await clients.read(
        "application-autoscaling",
        "DescribeScalableTargets",
        "ScalableTargets",
        ScalableTarget,
        ServiceNamespace="ecs",
        ResourceIds=list(ids),
        ScalableDimension=DIMENSION,
        MaxResults=_IDS,
    )
    found: dict[str, Any] = dict.fromkeys(ids.values(), NOT_APPLICABLE)
    return found | {ids[each.resource_id]: each for each in page.items if each.resource_id in ids}


def _at_maximum(item: Item[Service], target: ScalableTarget) -> bool:
    if isinstance(item.value, Missing):
        return False
    low, high = target.min_capacity or 0, target.max_capacity or 0
    return low < high <= (item.value.desired_count or 0)


def _words(item: Item[Service]) -> Any:
    found = joined(item, SCALE)
    if isinstance(found, Missing):
        return found
    low, high = found.min_capacity or 0, found.max_capacity or 0
    return f"{low}–{high}" + (" at maximum" if _at_maximum(item, found) else "")


def _level(item: Item[Service]) -> Level:
    found = joined(item, SCALE)
    if isinstance(found, Missing):
        return Level.NONE
    return Level.WARNING if _at_maximum(item, found) else Level.NONE


JOIN: Join[Service] = Join(SCALE, bounds, batch=_IDS, seconds=60.0)
COLUMN: Column[Service] = Column(
    "SCALE", of_item=_words, needs=SCALE, priority=5, tone_of_item=_level
)
