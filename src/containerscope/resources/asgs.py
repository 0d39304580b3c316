"""EC2 Auto Scaling groups: the instances behind capacity providers and node groups."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from containerscope.insight.group_scaling import (
    group_name_of,
    group_verdict,
    in_service,
)
from containerscope.listers import read_pages, tried
from containerscope.model.asg import AutoScalingGroup, GroupActivity, group_tags
from containerscope.model.ecs import CapacityProvider
from containerscope.model.health import Health, Level
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
    TextBlock,
)
from containerscope.resources import _around, _blocks, _ecs, _group_blocks

_EKS_TAGS = ("eks:cluster-name", "kubernetes.io/cluster/")
_NOBODY = "ClusterNotFoundException"


async def asgs(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[AutoScalingGroup]]:
    """The groups of the region, or those behind the cluster or service in scope."""
    problems: list[Problem] = []
    rows: dict[str, Item[AutoScalingGroup]] = {}
    date: datetime | None = None
    providers = await _providers(clients, scope, problems) if scope.cluster else {}
    found = _pages(clients)
    while (page := await tried(anext(found, None), problems)) is not None:
        date = page.date or date
        problems += page.odd
        for group in page.items:
            if not scope.cluster or _behind(group, scope, providers):
                item = _row(group, scope)
                rows.setdefault(item.key, item)
        yield Listing(tuple(rows.values()), Phase.NAMES, None, tuple(problems), date)
    yield _around.done(tuple(rows.values()), problems, date)


def _pages(clients: Clients) -> AsyncIterator[Page[AutoScalingGroup]]:
    return read_pages(
        clients,
        "autoscaling",
        "DescribeAutoScalingGroups",
        "AutoScalingGroups",
        AutoScalingGroup,
        "NextToken",
        MaxRecords=100,
    )


async def _providers(clients: Clients, scope: Scope, problems: list[Problem]) -> Mapping[str, str]:
    """Name of a group -> the capacity provider it stands behind."""
    trouble: list[Problem] = []
    wanted: frozenset[str] | None = None
    if scope.service:
        service = await tried(_around.service_of(clients, scope.cluster, scope.service), trouble)
        strategy = (service.capacity_provider_strategy if service else None) or ()
        wanted = frozenset(each.capacity_provider or "" for each in strategy)
    found: dict[str, str] = {}
    pages = read_pages(
        clients,
        "ecs",
        "DescribeCapacityProviders",
        "capacityProviders",
        CapacityProvider,
        "nextToken",
        cluster=scope.cluster,
        maxResults=10,
    )
    while (page := await tried(anext(pages, None), trouble)) is not None:
        for each in page.items:
            name = group_name_of(each)
            if name and (wanted is None or each.name in wanted):
                found[name] = each.name or "?"
    # A cluster of EKS is none that ECS knows; its groups are known by their tags.
    problems += [each for each in trouble if _NOBODY not in each.message]
    return found


def _behind(group: AutoScalingGroup, scope: Scope, providers: Mapping[str, str]) -> bool:
    if (group.auto_scaling_group_name or "") in providers:
        return True
    return not scope.service and scope.cluster == eks_cluster_of(group)


def eks_cluster_of(group: AutoScalingGroup) -> str:
    """The EKS cluster that a group's tags name; empty for another group."""
    tags = group_tags(group.tags)
    named = tags.get(_EKS_TAGS[0])
    if named:
        return named
    owned = (key for key in tags if key.startswith(_EKS_TAGS[1]))
    return next((key.removeprefix(_EKS_TAGS[1]) for key in owned), "")


def _row(group: AutoScalingGroup, scope: Scope) -> Item[AutoScalingGroup]:
    name = group.auto_scaling_group_name or "?"
    key = group.auto_scaling_group_arn or name
    return Item(key, name, group, cluster=eks_cluster_of(group) or scope.cluster)


async def read(clients: Clients, scope: Scope, item: Item[AutoScalingGroup]) -> Mapping[str, Any]:
    """The group whole."""
    answer = await clients.call(
        "autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[item.name]
    )
    found = answer.get("AutoScalingGroups") or [{}]
    first: Mapping[str, Any] = found[0]
    return first


async def overview(
    clients: Clients, scope: Scope, item: Item[AutoScalingGroup]
) -> AsyncIterator[tuple[Block, ...]]:
    """The group and its instances; then what it did and why."""
    group = item.value
    if isinstance(group, Missing):
        yield (_blocks.missing_block(group),)
        return
    yield _overview(group, None)
    try:
        page = await clients.read(
            "autoscaling",
            "DescribeScalingActivities",
            "Activities",
            GroupActivity,
            AutoScalingGroupName=item.name,
            MaxRecords=100,
        )
    except ApiError as error:
        problem = TextBlock(error.problem.message, "Activities", Level.WARNING)
        yield (*_overview(group, None), problem)
        return
    yield (*_overview(group, page.items), _group_blocks.activities(page.items))


def _overview(
    group: AutoScalingGroup, activities: tuple[GroupActivity, ...] | None
) -> tuple[Block, ...]:
    suspended = tuple(each.process_name or "?" for each in group.suspended_processes or ())
    pool = group.warm_pool_configuration
    return (
        *_blocks.verdict_block(group_verdict(group, activities)),
        _blocks.pairs(
            "EC2 Auto Scaling (instances)",
            ("Desired", group.desired_capacity),
            ("In service", in_service(group)),
            ("Minimum", group.min_size),
            ("Maximum", group.max_size),
            ("Predicted", group.predicted_capacity),
            ("Suspended", suspended),
            ("Status", group.status),
            ("EKS cluster", eks_cluster_of(group)),
            ("Created", group.created_time),
        ),
        _launch(group),
        *(
            (
                _blocks.pairs(
                    "Warm pool",
                    ("State", pool.pool_state),
                    ("Minimum", pool.min_size),
                    ("Prepared at most", pool.max_group_prepared_capacity),
                    ("Instances", group.warm_pool_size),
                ),
            )
            if pool
            else ()
        ),
        _group_blocks.instances(group),
        *_tags(group),
    )


def _launch(group: AutoScalingGroup) -> PairsBlock:
    mixed = group.mixed_instances_policy
    template = group.launch_template
    if template is None and mixed is not None and mixed.launch_template is not None:
        template = mixed.launch_template.launch_template_specification
    types = tuple(
        each.instance_type or "?"
        for each in (mixed.launch_template.overrides if mixed and mixed.launch_template else ())
        or ()
    )
    share = mixed.instances_distribution if mixed else None
    name = None
    if template is not None:
        name = f"{template.launch_template_name or template.launch_template_id} {template.version}"
    return _blocks.pairs(
        "Launches",
        ("Template", name or group.launch_configuration_name),
        ("Instance types", types),
        ("On-demand base", share.on_demand_base_capacity if share else None),
        ("On-demand %", share.on_demand_percentage_above_base_capacity if share else None),
        ("Subnets", tuple(filter(None, (group.vpc_zone_identifier or "").split(",")))),
        ("Zones", group.availability_zones),
        ("Health check", group.health_check_type),
        ("Grace period s", group.health_check_grace_period),
        ("Cooldown s", group.default_cooldown),
        ("Protected from scale-in", group.new_instances_protected_from_scale_in),
    )


def _tags(group: AutoScalingGroup) -> tuple[PairsBlock, ...]:
    tags = group_tags(group.tags)
    return (_blocks.pairs("Tags", *tags.items()),) if tags else ()


def _health(group: AutoScalingGroup) -> Health:
    return group_verdict(group).health


def _types(group: AutoScalingGroup) -> str | None:
    return ", ".join(sorted({each.instance_type or "?" for each in group.instances or ()})) or None


def _console(scope: Scope, item: Item[AutoScalingGroup]) -> str:
    return _around.console(scope, "ec2/home", f"AutoScalingGroupDetails:id={item.name}")


RESOURCE: Resource[AutoScalingGroup] = Resource(
    name="asgs",
    noun="Auto Scaling group",
    platform=Platform.BOTH,
    model=AutoScalingGroup,
    lister=asgs,
    aliases=("asg",),
    columns=(
        _ecs.CLUSTER,
        _ecs.name_column(width=50),
        Column(
            "HEALTH",
            lambda group: _health(group).words,
            tone=lambda group: _health(group).level,
            priority=1,
            width=30,
        ),
        Column(
            "INSTANCES",
            lambda group: (in_service(group), group.desired_capacity or 0),
            kind="ratio",
            priority=1,
        ),
        Column("MIN", lambda group: group.min_size, kind="number", priority=2),
        Column("MAX", lambda group: group.max_size, kind="number", priority=2),
        Column("TYPES", _types, priority=4, width=30),
        Column(
            "ZONES", lambda g: ", ".join(g.availability_zones or ()) or None, priority=6, wide=True
        ),
        Column(
            "SUSPENDED",
            lambda g: ", ".join(p.process_name or "?" for p in g.suspended_processes or ()) or None,
            priority=5,
        ),
        Column("AGE", lambda group: group.created_time, kind="age", priority=3),
    ),
    read=read,
    health=_health,
    changing=lambda group: _health(group).level is Level.PROGRESS,
    details=(Detail("Overview", overview),),
    console=_console,
    permissions=(
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeScalingActivities",
        "ecs:DescribeCapacityProviders",
        "ecs:DescribeServices",
    ),
    empty="No Auto Scaling groups in {scope}.",
    tags=lambda group: group_tags(group.tags),
    arn=lambda group: group.auto_scaling_group_arn,
)
