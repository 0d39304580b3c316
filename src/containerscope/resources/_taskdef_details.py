"""The detail pane of a task definition."""

from __future__ import annotations

from collections.abc import AsyncIterator

from containerscope.insight.volumes import VolumeUse, volume_uses
from containerscope.model import arn
from containerscope.model.ecs import Tag
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.redact import masked
from containerscope.resource import Block, Clients, Detail, PairsBlock, Scope, TableBlock, TextBlock
from containerscope.resources import _blocks
from containerscope.resources._container_blocks import container_blocks
from containerscope.resources._definition import latest
from containerscope.resources._listed import listed_blocks

_RUN_BY = ("cluster", "name", "as", "health", "tasks")


async def overview(
    clients: Clients, scope: Scope, item: Item[TaskDefinition]
) -> AsyncIterator[tuple[Block, ...]]:
    """What it is, needs and may do, its volumes, and its tags once they are read."""
    found = await _of(clients, item)
    if isinstance(found, TextBlock):
        yield (found,)
        return
    blocks = definition_blocks(found)
    yield blocks
    try:
        page = await clients.read(
            "ecs",
            "DescribeTaskDefinition",
            "tags",
            Tag,
            taskDefinition=found.task_definition_arn or item.key,
            include=["TAGS"],
        )
    except ApiError as error:
        yield (*blocks, TextBlock(error.problem.message, "Tags", Level.WARNING))
        return
    if page.items:
        yield (*blocks, *_blocks.tags_block(page.items))


async def containers(
    clients: Clients, scope: Scope, item: Item[TaskDefinition]
) -> AsyncIterator[tuple[Block, ...]]:
    """Each container definition in full; values of environment variables are masked."""
    found = await _of(clients, item)
    if isinstance(found, TextBlock):
        yield (found,)
        return
    shown = tuple(
        block for each in found.container_definitions or () for block in container_blocks(each)
    )
    yield shown or (TextBlock("The task definition has no containers."),)


async def services(
    clients: Clients, scope: Scope, item: Item[TaskDefinition]
) -> AsyncIterator[tuple[Block, ...]]:
    """Which services run which of its revisions, in the calls that listing services takes."""
    # Imported here: services lead to their definitions, too.
    from containerscope.resources import used_by

    sought = f":task-definition/{arn.name_of(item.key)}"
    here = Scope(scope.account, scope.region, parent=sought)
    rows = listed_blocks("Services", used_by.RESOURCE, _RUN_BY, clients, here, "any cluster")
    async for blocks in rows:
        yield blocks


async def _of(clients: Clients, item: Item[TaskDefinition]) -> TaskDefinition | TextBlock:
    """The details, read now where the list did not need them."""
    if not isinstance(item.value, Missing):
        return item.value
    try:
        return await latest(clients, item.key)
    except ApiError as error:
        return TextBlock(error.problem.message, level=Level.WARNING)


def definition_blocks(found: TaskDefinition) -> tuple[Block, ...]:
    """What a revision is, needs and may do, and its containers and volumes."""
    platform, disk = found.runtime_platform, found.ephemeral_storage
    faults = True if found.enable_fault_injection else None
    return (
        _blocks.pairs(
            "Task definition",
            ("Family", found.family),
            ("Revision", found.revision),
            ("Status", found.status),
            ("Registered", found.registered_at),
            ("Registered by", arn.name_of(found.registered_by) if found.registered_by else None),
            ("Deregistered", found.deregistered_at),
        ),
        _blocks.pairs(
            "Needs",
            ("CPU units", found.cpu),
            ("Memory MiB", found.memory),
            ("Ephemeral storage", f"{disk.size_in_gib} GiB" if disk and disk.size_in_gib else None),
            ("Network mode", found.network_mode),
            ("Requires", found.requires_compatibilities),
            ("Compatible with", found.compatibilities),
            ("Operating system", platform.operating_system_family if platform else None),
            ("Architecture", platform.cpu_architecture if platform else None),
            ("Process namespace", found.pid_mode),
            ("IPC namespace", found.ipc_mode),
            ("Fault injection", faults),
            (
                "Placement",
                tuple(
                    f"{each.type or '?'} {each.expression or ''}".strip()
                    for each in found.placement_constraints or ()
                ),
            ),
        ),
        _blocks.pairs(
            "Roles",
            ("Task role", arn.name_of(found.task_role_arn) if found.task_role_arn else "none"),
            (
                "Execution role",
                arn.name_of(found.execution_role_arn) if found.execution_role_arn else "none",
            ),
        ),
        _containers(found),
        *_volumes(found),
        *_proxy(found),
    )


def _containers(found: TaskDefinition) -> TableBlock:
    return TableBlock(
        "Containers",
        ("NAME", "IMAGE", "ESSENTIAL", "CPU", "MEM MiB"),
        tuple(
            (
                each.name,
                each.image,
                each.essential,
                each.cpu or None,
                each.memory or each.memory_reservation,
            )
            for each in found.container_definitions or ()
        ),
        empty="The task definition has no containers.",
    )


def _volumes(found: TaskDefinition) -> tuple[TableBlock, ...]:
    rows = tuple(_volume(use) for use in volume_uses(found))
    header = ("NAME", "KIND", "FROM", "HOW", "MOUNTED")
    return (TableBlock("Volumes", header, rows),) if rows else ()


def _volume(use: VolumeUse) -> tuple[object, ...]:
    """Its name and kind, what is mounted, how, and where."""
    docker = use.volume.docker_volume_configuration
    options = [
        f"{name}={masked(name, value or '')}"
        for name, value in ((docker.driver_opts if docker else None) or {}).items()
    ]
    how = ", ".join(filter(None, (use.how, *options)))
    mounts = tuple(mount.words for mount in use.mounts)
    return use.name, use.kind, use.source or None, how or None, mounts or None


def _proxy(found: TaskDefinition) -> tuple[PairsBlock, ...]:
    proxy = found.proxy_configuration
    if proxy is None:
        return ()
    properties = tuple(
        (each.name or "?", masked(each.name or "", each.value or ""))
        for each in proxy.properties or ()
    )
    return (
        _blocks.pairs(
            "Proxy", ("Type", proxy.type), ("Container", proxy.container_name), *properties
        ),
    )


DETAILS: tuple[Detail[TaskDefinition], ...] = (
    Detail("Overview", overview),
    Detail("Containers", containers),
    Detail("Services", services),
)
