"""The detail pane of a task definition."""

from __future__ import annotations

from collections.abc import AsyncIterator

from containerscope.model import arn
from containerscope.model.ecs import Tag
from containerscope.model.ecs_taskdef import TaskDefinition, Volume
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.redact import masked
from containerscope.resource import Block, Clients, Detail, PairsBlock, Scope, TableBlock, TextBlock
from containerscope.resources import _blocks
from containerscope.resources._container_blocks import container_blocks
from containerscope.resources._definition import latest


async def overview(
    clients: Clients, scope: Scope, item: Item[TaskDefinition]
) -> AsyncIterator[tuple[Block, ...]]:
    """What it is, needs and may do, its volumes, and its tags once they are read."""
    found = await _of(clients, item)
    if isinstance(found, TextBlock):
        yield (found,)
        return
    blocks = _overview(found)
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


async def _of(clients: Clients, item: Item[TaskDefinition]) -> TaskDefinition | TextBlock:
    """The details, read now where the list did not need them."""
    if not isinstance(item.value, Missing):
        return item.value
    try:
        return await latest(clients, item.key)
    except ApiError as error:
        return TextBlock(error.problem.message, level=Level.WARNING)


def _overview(found: TaskDefinition) -> tuple[Block, ...]:
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
    volumes = found.volumes or ()
    rows = tuple((volume.name, *_volume(volume)) for volume in volumes)
    return (TableBlock("Volumes", ("NAME", "KIND", "FROM", "HOW"), rows),) if rows else ()


def _volume(volume: Volume) -> tuple[str, str | None, str | None]:
    """Its kind, what is mounted, and how."""
    efs, fsx = volume.efs_volume_configuration, volume.fsx_windows_file_server_volume_configuration
    docker, files = volume.docker_volume_configuration, volume.s3files_volume_configuration
    if efs is not None:
        login = efs.authorization_config
        point = f"access point {login.access_point_id}" if login and login.access_point_id else ""
        iam = "IAM" if login and login.iam == "ENABLED" else ""
        transit = "encrypted in transit" if efs.transit_encryption == "ENABLED" else "plain NFS"
        source = f"{efs.file_system_id or '?'}:{efs.root_directory or '/'}"
        return "EFS", source, ", ".join(filter(None, (transit, point, iam)))
    if fsx is not None:
        domain = fsx.authorization_config.domain if fsx.authorization_config else None
        source = f"{fsx.file_system_id or '?'}:{fsx.root_directory or ''}"
        return "FSx for Windows", source, f"domain {domain}" if domain else None
    if files is not None:
        source = f"{arn.name_of(files.file_system_arn or '?')}:{files.root_directory or '/'}"
        point = arn.name_of(files.access_point_arn) if files.access_point_arn else ""
        return "S3 Files", source, f"access point {point}" if point else None
    if docker is not None:
        options = [
            f"{name}={masked(name, value or '')}"
            for name, value in (docker.driver_opts or {}).items()
        ]
        scope = f"scope {docker.scope}" if docker.scope else ""
        return "Docker", docker.driver, ", ".join(filter(None, (scope, *options))) or None
    if volume.host is not None and volume.host.source_path:
        return "bind mount", volume.host.source_path, None
    kind = "configured at launch" if volume.configured_at_launch else "scratch"
    return kind, None, None


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
)
