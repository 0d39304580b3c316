"""The capacity providers of ECS clusters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from containerscope.insight.group_scaling import group_name_of
from containerscope.insight.instance_health import (
    capacity_provider_health,
    capacity_provider_kind,
)
from containerscope.insight.verdict import Verdict
from containerscope.model import arn
from containerscope.model.ecs import CapacityProvider, tag_map
from containerscope.model.listing import ApiError, Item, Listing, Missing, Page, Phase, Problem
from containerscope.resource import (
    Block,
    Clients,
    Column,
    Demand,
    Detail,
    PairsBlock,
    Platform,
    Resource,
    Scope,
)
from containerscope.resources import _blocks, _ecs
from containerscope.resources._group_levels import group_blocks


async def capacity_providers(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[CapacityProvider]]:
    """Those of the cluster in scope, or the account's and then those of every cluster."""
    rows: dict[str, Item[CapacityProvider]] = {}
    problems: list[Problem] = []
    date = None
    wheres = _wheres(clients, scope)
    while True:
        where = ""
        try:
            where = await anext(wheres)
            async for page in _pages(clients, where):
                date = page.date or date
                problems += page.odd
                for provider in page.items:
                    row = _row(provider, where)
                    rows.setdefault(row.key, row)
                yield Listing(tuple(rows.values()), Phase.NAMES, None, tuple(problems), date)
        except StopAsyncIteration:
            break
        except ApiError as error:
            problems.append(_at(error.problem, where))
    yield Listing(tuple(rows.values()), Phase.DONE, len(rows), tuple(problems), date)


async def _wheres(clients: Clients, scope: Scope) -> AsyncIterator[str]:
    """The account as a whole, then each cluster: some providers are known to one cluster only."""
    if not scope.cluster:
        yield ""
    async for cluster in _ecs.clusters(clients, scope):
        yield cluster


async def _pages(clients: Clients, cluster: str) -> AsyncIterator[Page[CapacityProvider]]:
    token: str | None = None
    where = {"cluster": cluster} if cluster else {}
    while True:
        more = {} if token is None else {"nextToken": token}
        page = await clients.read(
            "ecs",
            "DescribeCapacityProviders",
            "capacityProviders",
            CapacityProvider,
            include=["TAGS"],
            maxResults=10,
            **where,
            **more,
        )
        yield page
        token = page.token
        if not token:
            return


def _row(provider: CapacityProvider, where: str) -> Item[CapacityProvider]:
    name = provider.name or arn.name_of(provider.capacity_provider_arn or "")
    cluster = arn.name_of(provider.cluster) if provider.cluster else where
    return Item(provider.capacity_provider_arn or name, name, provider, cluster=cluster)


def _at(problem: Problem, where: str) -> Problem:
    return msgspec.structs.replace(problem, where=problem.where or where, cut_short=True)


async def read(clients: Clients, scope: Scope, item: Item[CapacityProvider]) -> Mapping[str, Any]:
    """The provider whole, as DescribeCapacityProviders answers."""
    known = item.value
    own = {} if isinstance(known, Missing) or not known.cluster else {"cluster": known.cluster}
    return await _ecs.read_one(
        clients,
        "DescribeCapacityProviders",
        "capacityProviders",
        capacityProviders=[item.name],
        include=["TAGS"],
        **own,
    )


async def overview(
    clients: Clients, scope: Scope, item: Item[CapacityProvider]
) -> AsyncIterator[tuple[Block, ...]]:
    """What the provider is made of and how ECS scales it."""
    provider = item.value
    if isinstance(provider, Missing):
        yield (_blocks.missing_block(provider),)
        return
    health = capacity_provider_health(provider)
    said = provider.update_status_reason or ""
    first: tuple[Block, ...] = (
        *_blocks.verdict_block(Verdict(health.level, health.words, said=said)),
        _blocks.pairs(
            "Capacity provider",
            ("Kind", capacity_provider_kind(provider)),
            ("Status", provider.status),
            ("Update", provider.update_status),
            ("Update reason", provider.update_status_reason),
            ("Cluster", arn.name_of(provider.cluster) if provider.cluster else None),
        ),
        *_group(provider),
        *_managed(provider),
        *_blocks.tags_block(provider.tags),
    )
    yield first
    if group_name_of(provider):
        yield (*first, *await group_blocks(clients, (provider,)))


def _group(provider: CapacityProvider) -> tuple[PairsBlock, ...]:
    group = provider.auto_scaling_group_provider
    if group is None:
        return ()
    scaling = group.managed_scaling
    return (
        _blocks.pairs(
            "Auto Scaling group",
            ("Name", group_name(provider)),
            ("Termination protection", group.managed_termination_protection),
            ("Draining", group.managed_draining),
            ("Managed scaling", scaling.status if scaling else None),
            ("Target %", scaling.target_capacity if scaling else None),
            ("Smallest step", scaling.minimum_scaling_step_size if scaling else None),
            ("Largest step", scaling.maximum_scaling_step_size if scaling else None),
            ("Warm-up s", scaling.instance_warmup_period if scaling else None),
        ),
    )


def _managed(provider: CapacityProvider) -> tuple[PairsBlock, ...]:
    managed = provider.managed_instances_provider
    if managed is None:
        return ()
    template = managed.instance_launch_template
    network = template.network_configuration if template else None
    profile = template.ec2_instance_profile_arn if template else None
    role = managed.infrastructure_role_arn
    return (
        _blocks.pairs(
            "Managed instances",
            ("Infrastructure role", arn.name_of(role) if role else None),
            ("Instance profile", arn.name_of(profile) if profile else None),
            ("Capacity option", template.capacity_option_type if template else None),
            ("Monitoring", template.monitoring if template else None),
            ("Subnets", network.subnets if network else None),
            ("Security groups", network.security_groups if network else None),
            ("Propagates tags", managed.propagate_tags),
        ),
    )


def group_name(provider: CapacityProvider) -> str | None:
    """The name of the Auto Scaling group; None where there is none."""
    group = provider.auto_scaling_group_provider
    return (
        arn.name_of(group.auto_scaling_group_arn)
        if group and group.auto_scaling_group_arn
        else None
    )


def _scaling(provider: CapacityProvider) -> str | None:
    group = provider.auto_scaling_group_provider
    scaling = group.managed_scaling if group else None
    return scaling.status.lower() if scaling and scaling.status else None


def _target(provider: CapacityProvider) -> int | None:
    group = provider.auto_scaling_group_provider
    return group.managed_scaling.target_capacity if group and group.managed_scaling else None


def _protection(provider: CapacityProvider) -> str | None:
    group = provider.auto_scaling_group_provider
    return (group.managed_termination_protection or "").lower() or None if group else None


def _console(scope: Scope, item: Item[CapacityProvider]) -> str:
    cluster = item.cluster or scope.cluster
    region = _ecs.region_of(scope, item)
    if not cluster:
        return _ecs.console(region, "clusters")
    return _ecs.console(region, "clusters", cluster, "infrastructure")


RESOURCE: Resource[CapacityProvider] = Resource(
    name="capacity-providers",
    noun="capacity provider",
    platform=Platform.ECS,
    model=CapacityProvider,
    lister=capacity_providers,
    aliases=("cp",),
    columns=(
        _ecs.CLUSTER,
        _ecs.name_column(),
        Column(
            "HEALTH",
            lambda provider: capacity_provider_health(provider).words,
            tone=lambda provider: capacity_provider_health(provider).level,
            priority=1,
            width=30,
        ),
        Column("KIND", lambda p: capacity_provider_kind(p) or None, priority=2),
        Column("STATUS", lambda provider: provider.status, priority=3),
        Column("SCALING", _scaling, priority=4),
        Column("TARGET %", _target, kind="percent", priority=4, name="target"),
        Column("PROTECTION", _protection, priority=6),
        Column("ASG", group_name, priority=5),
        Column("UPDATE", lambda provider: provider.update_status, wide=True),
    ),
    read=read,
    health=capacity_provider_health,
    changing=lambda provider: (provider.update_status or "").endswith("_IN_PROGRESS"),
    details=(Detail("Overview", overview),),
    used_by=lambda item: f":capacity-provider/{item.name}",
    console=_console,
    permissions=(
        "ecs:ListClusters",
        "ecs:DescribeCapacityProviders",
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeScalingActivities",
    ),
    interval=4.0,
    empty="No capacity providers in {scope}.",
    tags=lambda provider: tag_map(provider.tags),
)
