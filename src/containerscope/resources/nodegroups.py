"""Managed node groups of EKS clusters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from containerscope.insight.eks_health import changing, issues_of, nodegroup_verdict
from containerscope.insight.eks_issues import NODEGROUP
from containerscope.insight.eks_release import ami_verdict, release_verdict
from containerscope.insight.skew import skew, skew_verdict, skew_words
from containerscope.kube.selection import by_labels
from containerscope.listers import tried
from containerscope.model.eks import Nodegroup
from containerscope.model.health import Health, Level
from containerscope.model.listing import Item, Missing, Problem, joined
from containerscope.resource import (
    Block,
    Child,
    Clients,
    Column,
    Detail,
    PairsBlock,
    Platform,
    Resource,
    Scope,
    TableBlock,
)
from containerscope.resources import (
    _blocks,
    _ecs,
    _eks,
    _eks_versions,
    _listed,
    _nodegroup_nodes,
    _subnets,
)
from containerscope.resources._nodegroup_actions import ACTIONS

NODEGROUPS: _eks.Kind[Nodegroup] = _eks.Kind(
    model=Nodegroup,
    list_operation="ListNodegroups",
    list_member="nodegroups",
    describe_operation="DescribeNodegroup",
    name_parameter="nodegroupName",
    member="nodegroup",
    name_of=lambda group: group.nodegroup_name,
)


async def overview(
    clients: Clients, scope: Scope, item: Item[Nodegroup]
) -> AsyncIterator[tuple[Block, ...]]:
    """What is wrong and the fix, then capacity, software, network and rules."""
    group = item.value
    if isinstance(group, Missing):
        yield (_blocks.missing_block(group),)
        return
    issues = issues_of(group.health)
    head: tuple[Block, ...] = (
        *_blocks.verdict_block(nodegroup_verdict(group)),
        *_eks.issue_table(issues, NODEGROUP),
    )
    first = (_capacity(group), _software(group))
    rest: tuple[Block, ...] = (
        _network(group),
        _upkeep(group),
        *_taints(group),
        *_eks.map_block("Labels", group.labels),
        *_eks.map_block("Tags", group.tags),
    )
    yield (*head, *first, *rest)
    versions = await _newer_blocks(clients, scope, item, group)
    yield (*head, *versions, *first, *rest)
    yield (*head, *versions, *first, *await _subnets.spread(clients, group.subnets), *rest)


async def _newer_blocks(
    clients: Clients, scope: Scope, item: Item[Nodegroup], group: Nodegroup
) -> tuple[Block, ...]:
    """A newer AMI release, and the distance from the control plane; one may be told alone."""
    problems: list[Problem] = []
    versions = await tried(_eks_versions.planes(clients, scope, [item]), problems)
    releases = await tried(_eks_versions.newest(clients, scope, [item]), problems)
    behind = skew(group.version, (versions or {}).get(item.key))
    newest = (releases or {}).get(item.key)
    return (
        *_blocks.verdict_block(ami_verdict(group)),
        *_blocks.verdict_block(skew_verdict(behind, "node group")),
        *_blocks.verdict_block(release_verdict(group, newest if isinstance(newest, str) else "")),
        *_listed.problem_blocks(problems),
    )


async def scaling(
    clients: Clients, scope: Scope, item: Item[Nodegroup]
) -> AsyncIterator[tuple[Block, ...]]:
    """Its Auto Scaling group."""
    # Imported here: the list of clusters looks into node groups before anybody describes one.
    from containerscope.resources import _nodegroup_tabs

    async for blocks in _nodegroup_tabs.scaling(clients, scope, item):
        yield blocks


async def changes(
    clients: Clients, scope: Scope, item: Item[Nodegroup]
) -> AsyncIterator[tuple[Block, ...]]:
    """Its updates."""
    from containerscope.resources import _nodegroup_tabs

    async for blocks in _nodegroup_tabs.changes(clients, scope, item):
        yield blocks


def _to_nodes(scope: Scope, item: Item[Nodegroup]) -> Scope:
    return _within(scope, item, by_labels(f"eks.amazonaws.com/nodegroup={item.name}"))


def _to_updates(scope: Scope, item: Item[Nodegroup]) -> Scope:
    return _within(scope, item, f"nodegroup:{item.name}")


def _within(scope: Scope, item: Item[Nodegroup], parent: str) -> Scope:
    cluster = item.cluster or scope.cluster
    return scope.within(cluster=cluster, service="", namespace="", parent=parent)


def _health(group: Nodegroup) -> Health:
    return nodegroup_verdict(group).health


def _size(group: Nodegroup, name: str) -> int | None:
    size: int | None = getattr(group.scaling_config, name, None)
    return size


def _capacity_words(group: Nodegroup) -> str | None:
    return _eks.words(group.capacity_type)


def _capacity(group: Nodegroup) -> PairsBlock:
    groups = (group.resources.auto_scaling_groups if group.resources else None) or ()
    pool = group.warm_pool_config
    return _blocks.pairs(
        "Capacity",
        ("Status", group.status),
        ("Capacity type", _capacity_words(group)),
        ("Desired nodes", _size(group, "desired_size")),
        ("Minimum", _size(group, "min_size")),
        ("Maximum", _size(group, "max_size")),
        ("Instance types", group.instance_types),
        ("Disk", f"{group.disk_size} GiB" if group.disk_size else None),
        ("Auto Scaling groups", tuple(each.name or "?" for each in groups)),
        ("Warm pool", _eks.words(pool.pool_state) or "on" if pool and pool.enabled else None),
        ("Warm pool minimum", pool.min_size if pool and pool.enabled else None),
        ("Created", group.created_at),
        ("Modified", group.modified_at),
    )


def _software(group: Nodegroup) -> PairsBlock:
    template = group.launch_template
    name = (template.name or template.id) if template else None
    return _blocks.pairs(
        "Software",
        ("Kubernetes", group.version),
        ("AMI type", group.ami_type),
        ("AMI release", group.release_version),
        ("Launch template", f"{name} version {template.version}" if template and name else None),
        ("Node role", _eks.role(group.node_role)),
    )


def _network(group: Nodegroup) -> PairsBlock:
    access = group.remote_access
    anybody = "any address" if access and not access.source_security_groups else None
    made = group.resources.remote_access_security_group if group.resources else None
    return _blocks.pairs(
        "Network",
        ("Subnets", group.subnets),
        ("SSH key", access.ec2_ssh_key if access else None),
        ("SSH from", (access.source_security_groups or anybody) if access else None),
        ("SSH security group", made),
    )


def _upkeep(group: Nodegroup) -> PairsBlock:
    update, repair = group.update_config, group.node_repair_config
    most: Any = None
    if update is not None:
        percent = update.max_unavailable_percentage
        most = update.max_unavailable if percent is None else f"{percent} %"
    on = "on" if repair and repair.enabled else "off"
    return _blocks.pairs(
        "Upkeep",
        ("Unavailable in updates", most),
        ("Update strategy", _eks.words(update.update_strategy) if update else None),
        ("Node repair", on),
    )


def _taints(group: Nodegroup) -> tuple[TableBlock, ...]:
    taints = group.taints or ()
    rows = tuple((taint.key, taint.value, _eks.words(taint.effect)) for taint in taints)
    return (TableBlock("Taints", ("KEY", "VALUE", "EFFECT"), rows),) if rows else ()


def _plane(item: Item[Nodegroup]) -> str | None:
    found = joined(item, _eks_versions.PLANE)
    return None if isinstance(found, Missing) else found


def _behind(item: Item[Nodegroup]) -> int | None:
    return None if isinstance(item.value, Missing) else skew(item.value.version, _plane(item))


def _version(item: Item[Nodegroup]) -> Any:
    """The version, marked where the control plane has another."""
    group = item.value
    return group if isinstance(group, Missing) else skew_words(group.version, _behind(item))


def _version_level(item: Item[Nodegroup]) -> Level:
    return skew_verdict(_behind(item), "node group").level


def _newer(item: Item[Nodegroup]) -> Any:
    """The recommended AMI release where the group has an older one."""
    group, newest = item.value, joined(item, _eks_versions.NEWEST)
    if isinstance(group, Missing) or isinstance(newest, Missing):
        return newest
    return newest if release_verdict(group, newest or "").bad else None


def _newer_level(item: Item[Nodegroup]) -> Level:
    found = _newer(item)
    return Level.WARNING if found and not isinstance(found, Missing) else Level.NONE


def _size_column(title: str, name: str, priority: int) -> Column[Nodegroup]:
    return Column(title, lambda group: _size(group, name), kind="number", priority=priority)


RESOURCE: Resource[Nodegroup] = Resource(
    name="nodegroups",
    noun="node group",
    platform=Platform.EKS,
    model=Nodegroup,
    lister=NODEGROUPS.listings,
    aliases=("ng", "nodegroup"),
    columns=(
        _ecs.CLUSTER,
        _ecs.name_column(),
        Column(
            "HEALTH",
            lambda group: _health(group).words,
            tone=lambda group: _health(group).level,
            priority=1,
            width=34,
        ),
        _nodegroup_nodes.COLUMN,
        _size_column("MIN", "min_size", 4),
        _size_column("DESIRED", "desired_size", 3),
        _size_column("MAX", "max_size", 4),
        Column("CAPACITY", _capacity_words, priority=3),
        Column("TYPES", lambda group: group.instance_types, priority=5, width=30),
        Column(
            "VERSION",
            of_item=_version,
            tone_of_item=_version_level,
            needs=_eks_versions.PLANE,
            priority=2,
        ),
        Column(
            "AMI",
            lambda group: group.ami_type,
            tone=lambda group: ami_verdict(group).level,
            priority=6,
            width=24,
        ),
        Column("RELEASE", lambda group: group.release_version, wide=True, priority=6),
        Column(
            "NEWER AMI",
            of_item=_newer,
            tone_of_item=_newer_level,
            needs=_eks_versions.NEWEST,
            priority=4,
            width=20,
            name="newer",
        ),
        Column("STATUS", lambda group: group.status, wide=True, priority=7),
        Column("ROLE", lambda group: _eks.role(group.node_role), wide=True, priority=8),
        Column("AGE", lambda group: group.created_at, kind="age", priority=4),
    ),
    read=NODEGROUPS.read,
    health=_health,
    changing=lambda group: changing(group.status),
    by_name=lambda scope, _: bool(scope.cluster),
    actions=ACTIONS,
    children=(Child("nodes", _to_nodes), Child("updates", _to_updates)),
    details=(
        Detail("Overview", overview),
        Detail("Scaling", scaling),
        Detail("Updates", changes),
    ),
    console=lambda scope, item: _eks.console(
        scope, item.cluster or scope.cluster, "nodegroups", item.name
    ),
    joins=(_nodegroup_nodes.JOIN, _eks_versions.RELEASE_JOIN, _eks_versions.PLANE_JOIN),
    permissions=(
        "eks:ListClusters",
        "eks:ListNodegroups",
        "eks:DescribeNodegroup",
        "eks:DescribeCluster",
        "eks:ListUpdates",
        "eks:DescribeUpdate",
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeScalingActivities",
        "ec2:DescribeSubnets",
        "ssm:GetParameters",
    ),
    interval=3.0,
    empty="No managed node groups in {scope}.",
    tags=lambda group: group.tags or {},
    arn=lambda group: group.nodegroup_arn,
)
