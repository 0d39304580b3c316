"""The container instances of ECS clusters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from containerscope.insight.capacity import held_ports
from containerscope.insight.instance_health import (
    instance_changing,
    instance_health,
    instance_verdict,
    used_and_all,
)
from containerscope.listers import Part, names_then_details, pages, tried
from containerscope.model.ecs import ContainerInstance, tag_map
from containerscope.model.health import Health, Level
from containerscope.model.listing import Item, Listing, Missing, Page, Problem
from containerscope.resource import (
    Block,
    Child,
    Clients,
    Column,
    Demand,
    Detail,
    Platform,
    Resource,
    Scope,
    TableBlock,
    TextBlock,
)
from containerscope.resources import _blocks, _ecs, _hosts
from containerscope.resources._instance_actions import INSTANCE_ACTIONS
from containerscope.resources._instance_roles import roles_of_hosts
from containerscope.resources._listed import problem_blocks
from containerscope.resources._pod_sessions import host_actions
from containerscope.resources._service_roles import role_blocks

_INCLUDE = ["TAGS", "CONTAINER_INSTANCE_HEALTH"]
_ZONE, _TYPE, _AMI = "ecs.availability-zone", "ecs.instance-type", "ecs.ami-id"


def instances(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[ContainerInstance]]:
    """The container instances of the cluster in scope, or of all."""
    parts = _ecs.cluster_parts(clients, scope, lambda cluster: _part(clients, cluster))
    return names_then_details(demand, parts)


def _part(clients: Clients, cluster: str) -> Part[ContainerInstance]:
    async def describe(names: Sequence[str]) -> Page[ContainerInstance]:
        return await clients.read(
            "ecs",
            "DescribeContainerInstances",
            "containerInstances",
            ContainerInstance,
            cluster=cluster,
            containerInstances=list(names),
            include=_INCLUDE,
        )

    return Part(
        where=cluster,
        pages=lambda: pages(
            clients,
            "ecs",
            "ListContainerInstances",
            "containerInstanceArns",
            cluster=cluster,
            maxResults=100,
        ),
        describe=describe,
        batch=100,
        item=lambda key: _ecs.item_of(key, cluster),
        key=lambda instance: instance.container_instance_arn or "",
        operation="ecs:DescribeContainerInstances",
    )


async def read(clients: Clients, scope: Scope, item: Item[ContainerInstance]) -> Mapping[str, Any]:
    """The instance whole, as DescribeContainerInstances answers."""
    return await _ecs.read_one(
        clients,
        "DescribeContainerInstances",
        "containerInstances",
        cluster=_ecs.cluster_of(scope, item),
        containerInstances=[item.key],
        include=_INCLUDE,
    )


async def overview(
    clients: Clients, scope: Scope, item: Item[ContainerInstance]
) -> AsyncIterator[tuple[Block, ...]]:
    """What is wrong with the instance, what runs on it and what is left."""
    instance = item.value
    if isinstance(instance, Missing):
        yield (_blocks.missing_block(instance),)
        return
    version = instance.version_info
    docker = (version.docker_version or "") if version else ""
    checks = instance.health_status.details if instance.health_status else ()
    yield (
        *_blocks.verdict_block(instance_verdict(instance)),
        _blocks.pairs(
            "Instance",
            ("EC2 instance", instance.ec2_instance_id),
            ("Status", instance.status),
            ("Type", instance.attribute(_TYPE)),
            ("Zone", instance.attribute(_ZONE)),
            ("AMI", instance.attribute(_AMI)),
            ("Capacity provider", instance.capacity_provider_name),
            ("Tasks running", instance.running_tasks_count),
            ("Tasks pending", instance.pending_tasks_count),
            ("Agent connected", instance.agent_connected),
            ("Agent", version.agent_version if version else None),
            ("Agent update", instance.agent_update_status),
            ("Docker", docker.removeprefix("DockerVersion: ")),
            ("Registered", instance.registered_at),
            ("Host ports held", held_ports(instance) or "none"),
            *_hosts.told(item),
        ),
        TableBlock(
            "Resources",
            ("", "USED", "OF", "LEFT"),
            tuple(
                (name, *pair, pair[1] - pair[0])
                for name in ("CPU", "MEMORY", "GPU")
                if (pair := used_and_all(instance, name)) is not None and any(pair)
            ),
        ),
        TableBlock(
            "Health checks",
            ("CHECK", "STATUS", "SINCE"),
            tuple((check.type, check.status, check.last_status_change) for check in checks or ()),
            tuple(
                Level.FAILED if check.status == "IMPAIRED" else Level.NONE for check in checks or ()
            ),
            empty="ECS checks nothing on this instance.",
        ),
        *_blocks.tags_block(instance.tags),
    )


async def attributes(
    clients: Clients, scope: Scope, item: Item[ContainerInstance]
) -> AsyncIterator[tuple[Block, ...]]:
    """The attributes that placement constraints look at."""
    instance = item.value
    if isinstance(instance, Missing):
        yield (_blocks.missing_block(instance),)
        return
    found = sorted((each.name or "", each.value or "") for each in instance.attributes or ())
    yield (TableBlock("Attributes", ("NAME", "VALUE"), tuple(found), empty="It has none."),)


async def roles(
    clients: Clients, scope: Scope, item: Item[ContainerInstance]
) -> AsyncIterator[tuple[Block, ...]]:
    """What the instance may do, and with it each task on it that has no role of its own."""
    instance = item.value
    if isinstance(instance, Missing):
        yield (_blocks.missing_block(instance),)
        return
    name = instance.ec2_instance_id or ""
    problems: list[Problem] = []
    found = await tried(roles_of_hosts(clients, [name]), problems) if name[:2] == "i-" else ()
    if found == ():
        yield (TextBlock("It has no instance profile, and no role by it."),)
        return
    shown: tuple[Block, ...] = problem_blocks(problems)
    for role in found or ():
        shown = (*shown, *await role_blocks(clients, role, "instance"))
        yield shown
    if not found:
        yield shown


def _ratio(name: str) -> Any:
    return lambda instance: used_and_all(instance, name)


def _health(instance: ContainerInstance) -> Health:
    return instance_health(instance)


def _agent(instance: ContainerInstance) -> str | None:
    return instance.version_info.agent_version if instance.version_info else None


def _within(scope: Scope, item: Item[ContainerInstance]) -> Scope:
    return scope.within(cluster=_ecs.cluster_of(scope, item), service="", parent=item.key)


def _ec2(item: Item[ContainerInstance]) -> str:
    return "" if isinstance(item.value, Missing) else item.value.ec2_instance_id or ""


def _console(scope: Scope, item: Item[ContainerInstance]) -> str:
    cluster = _ecs.cluster_of(scope, item)
    region = _ecs.region_of(scope, item)
    parts = ("clusters", cluster, "infrastructure", "container-instances", item.name)
    return _ecs.console(region, *parts)


RESOURCE: Resource[ContainerInstance] = Resource(
    name="instances",
    noun="instance",
    platform=Platform.ECS,
    several=True,
    model=ContainerInstance,
    lister=instances,
    aliases=("container-instances", "ci"),
    columns=(
        _ecs.CLUSTER,
        _ecs.name_column("INSTANCE", width=34),
        Column("EC2 ID", lambda instance: instance.ec2_instance_id, priority=2),
        Column(
            "HEALTH",
            lambda instance: _health(instance).words,
            tone=lambda instance: _health(instance).level,
            priority=1,
            width=30,
        ),
        Column("STATUS", lambda instance: instance.status, priority=3),
        Column("RUN", lambda i: i.running_tasks_count, kind="number", priority=3, name="running"),
        Column("PEND", lambda i: i.pending_tasks_count, kind="number", priority=4, name="pending"),
        Column("CPU", _ratio("CPU"), kind="ratio", priority=4),
        Column("MEM MiB", _ratio("MEMORY"), kind="ratio", priority=4, name="memory"),
        Column("PORTS", lambda i: ", ".join(held_ports(i)) or None, priority=6, width=18),
        Column("TYPE", lambda instance: instance.attribute(_TYPE) or None, priority=5),
        Column("AZ", lambda instance: instance.attribute(_ZONE) or None, priority=5),
        Column("PROVIDER", lambda instance: instance.capacity_provider_name, priority=6),
        *_hosts.COLUMNS,
        Column("AGENT", _agent, priority=7),
        Column("AMI", lambda instance: instance.attribute(_AMI) or None, wide=True),
        Column("AGE", lambda instance: instance.registered_at, kind="age", priority=2),
    ),
    read=read,
    health=_health,
    changing=instance_changing,
    children=(Child("tasks", _within),),
    by_name=lambda scope, _: bool(scope.cluster),
    actions=(*host_actions(_ec2), *INSTANCE_ACTIONS),
    details=(
        Detail("Overview", overview),
        Detail("Attributes", attributes),
        Detail("Roles", roles),
    ),
    joins=(_hosts.JOIN,),
    console=_console,
    permissions=(
        "ec2:DescribeInstances",
        "ecs:ListClusters",
        "ecs:ListContainerInstances",
        "ecs:DescribeContainerInstances",
        "iam:GetInstanceProfile",
        "iam:GetRole",
    ),
    interval=2.0,
    empty="No container instances in {scope}: its tasks run on Fargate, or not at all.",
    tags=lambda instance: tag_map(instance.tags),
)
