"""The live state of a service, which whatever changes it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from containerscope.insight.live_service import LiveService
from containerscope.model.ecs_service import Service
from containerscope.model.listing import ApiError, Item
from containerscope.resource import Clients, Scope
from containerscope.resources import _around, _ecs

_SERVICES = 10
"""What one DescribeServices takes."""


async def service_now(clients: Clients, cluster: str, name: str) -> Service:
    """The service as it is now."""
    page = await clients.read(
        "ecs", "DescribeServices", "services", Service, cluster=cluster, services=[name]
    )
    if page.items:
        return page.items[0]
    reasons = [{"reason": failure.reason} for failure in page.failures]
    raise ApiError(_ecs.gone("DescribeServices", reasons))


async def live_service(clients: Clients, scope: Scope, item: Item[Service]) -> LiveService:
    """The service of a row as it is now."""
    cluster = _ecs.cluster_of(scope, item)
    return LiveService(await service_now(clients, cluster, item.key), cluster)


async def services_now(clients: Clients, cluster: str, names: Sequence[str]) -> dict[str, Service]:
    """Services of one cluster as they are now, each by its ARN and its name."""
    found: dict[str, Service] = {}
    for batch in _around.batches(tuple(dict.fromkeys(names)), _SERVICES):
        page = await clients.read(
            "ecs", "DescribeServices", "services", Service, cluster=cluster, services=list(batch)
        )
        for each in page.items:
            found[each.service_arn or ""] = found[each.service_name or ""] = each
    return found


async def live_services(
    clients: Clients, scope: Scope, items: Sequence[Item[Service]]
) -> Mapping[str, Any]:
    """The services of several rows as they are now, ten a call."""
    live: dict[str, Any] = {}
    for cluster in dict.fromkeys(_ecs.cluster_of(scope, item) for item in items):
        keys = [item.key for item in items if _ecs.cluster_of(scope, item) == cluster]
        found = await services_now(clients, cluster, keys)
        live |= {key: LiveService(found[key], cluster) for key in keys if key in found}
    return live
