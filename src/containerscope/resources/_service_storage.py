"""The storage tab of a service: what each volume needs, with a mark on what is broken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence

from containerscope.block import TreeBlock, TreeNode
from containerscope.insight.efs_chain import Link, Storage, Where, chain_verdict, efs_chain
from containerscope.insight.volumes import VolumeUse, volume_uses
from containerscope.listers import tried
from containerscope.model import arn
from containerscope.model.ecs_service import ManagedEbsVolume, Service
from containerscope.model.ecs_task import Task, TaskWhole
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.model.health import Level
from containerscope.model.listing import Item, Missing, Problem
from containerscope.resource import Block, Clients, Scope, TableBlock, TextBlock
from containerscope.resources import _around, _blocks, _ecs, _storage
from containerscope.resources._listed import problem_blocks
from containerscope.resources._sharing import sharers
from containerscope.resources._task_list import BATCH, listed
from containerscope.resources._task_whole import describe_whole

_DISK = "AmazonElasticBlockStorage"
_PLACES = 6
"""Places of tasks for which a chain is drawn."""


async def storage(
    clients: Clients, scope: Scope, item: Item[Service]
) -> AsyncIterator[tuple[Block, ...]]:
    """The volumes and mounts at once; then whether what they need is there for the tasks."""
    service = item.value
    if isinstance(service, Missing):
        yield (_blocks.missing_block(service),)
        return
    problems: list[Problem] = []
    definition = await tried(_around.definition_of(clients, service), problems)
    cluster = _ecs.cluster_of(scope, item)

    async def places() -> list[Where]:
        # Those too that just stopped: where a mount fails, no task stays.
        tasks = await tried(
            _tasks(clients, scope.within(cluster=cluster, service=item.name)), problems
        )
        vpc = service.network_configuration
        groups = (
            vpc.awsvpc_configuration.security_groups if vpc and vpc.awsvpc_configuration else ()
        )
        found = where_of(tasks or (), frozenset(groups or ()))
        return found or [Where(security_groups=frozenset(groups or ()))]

    shown: tuple[Block, ...] = ()
    async for shown in chains(clients, definition, places, problems, service.disks):
        yield shown
    if service.disks:
        own = scope.within(cluster=cluster, service=item.name)
        tasks = await tried(_tasks(clients, own), problems)
        shown = (*shown, disk_table(tasks or ()), *problem_blocks(problems))
        yield shown
    systems = _systems(volume_uses(definition)) if definition else []
    if systems:
        shared = await sharers(clients, cluster, item.name, systems)
        yield (*shown, *shared)


def disk_table(tasks: Iterable[TaskWhole]) -> TableBlock:
    """The EBS volumes that were made for these tasks."""
    found = [
        (each.detail("volumeId") or None, (each.status or "").lower() or None, task)
        for task in tasks
        for each in task.attachments or ()
        if each.type == _DISK
    ]
    return TableBlock(
        "Disks made for tasks",
        ("VOLUME", "STATUS", "TASK", "ZONE"),
        tuple(
            (volume, status, arn.name_of(task.task_arn or "?"), task.availability_zone)
            for volume, status, task in found
        ),
        empty="None of its tasks has one.",
    )


async def _tasks(clients: Clients, scope: Scope) -> list[TaskWhole]:
    names = [name async for page in listed(clients, scope.cluster, scope) for name in page.items]
    found: list[TaskWhole] = []
    for batch in _around.batches(names, BATCH):
        found += (await describe_whole(clients, scope.cluster, batch)).items
    return found


async def chains(
    clients: Clients,
    definition: TaskDefinition | None,
    places: Callable[[], Awaitable[list[Where]]],
    problems: list[Problem],
    disks: Mapping[str, ManagedEbsVolume] | None = None,
) -> AsyncIterator[tuple[Block, ...]]:
    """The trees of a definition's volumes; `places` tells where its tasks are, once needed."""
    if definition is None:
        yield problem_blocks(problems)
        return
    uses = volume_uses(definition, disks)
    if not uses:
        yield (TextBlock("The task definition has no volumes."),)
        return
    yield (_tree(uses, (), None),)
    systems = _systems(uses)
    if not systems:
        return
    found = await places()
    groups = {name for where in found for name in where.security_groups}
    read, refused = await _storage.storage_of(clients, systems, groups)
    tree = _tree(uses, found, read)
    yield (*_worst(uses, found, read), tree, *problem_blocks((*problems, *refused)))


def _systems(uses: Sequence[VolumeUse]) -> list[str]:
    """The EFS file systems of these volumes, each once."""
    found = (use.volume.efs_volume_configuration for use in uses)
    return list(dict.fromkeys(efs.file_system_id or "" for efs in found if efs is not None))


def where_of(tasks: Sequence[TaskWhole | Task], groups: frozenset[str]) -> list[Where]:
    """The different places that tasks are at: zone and subnet, one task's address for each."""
    found: dict[tuple[str, str], Where] = {}
    for task in tasks:
        zone, subnet = task.availability_zone or "", task.interface("subnetId")
        address = task.interface("privateIPv4Address")
        found.setdefault((zone, subnet), Where(zone, subnet, "", address, groups))
    return list(found.values())[:_PLACES]


def _worst(
    uses: Sequence[VolumeUse], places: Sequence[Where], read: Storage
) -> tuple[TextBlock, ...]:
    verdicts = [
        chain_verdict(efs_chain(use, where, read))
        for use in uses
        if use.kind == "EFS"
        for where in places
    ]
    bad = [each for each in verdicts if each.level >= Level.WARNING]
    if not bad:
        return ()
    return _blocks.verdict_block(max(bad, key=lambda each: each.level))


def _tree(uses: Sequence[VolumeUse], places: Sequence[Where], read: Storage | None) -> TreeBlock:
    return TreeBlock("Volumes", tuple(_volume(use, places, read) for use in uses))


def _volume(use: VolumeUse, places: Sequence[Where], read: Storage | None) -> TreeNode:
    mounts = tuple(TreeNode(f"mounted by {mount.words}") for mount in use.mounts)
    text = f"{use.name}  {use.kind} {use.source}".rstrip()
    if read is None or use.kind != "EFS":
        return TreeNode(text, note=use.how, children=mounts)
    links = [efs_chain(use, where, read) for where in places]
    first = links[0] if links else ()
    shared = tuple(
        _link(link) for link in first[1:] if link.kind in ("file system", "access point")
    )
    ways = tuple(
        _way(where, [link for link in chain if link.kind in ("mount target", "security group")])
        for where, chain in zip(places, links, strict=True)
    )
    own = first[0] if first else None
    level = own.level if own else Level.NONE
    note = own.why if own and own.why else use.how
    return TreeNode(text, level, note, (*mounts, *shared, *ways))


def _link(link: Link) -> TreeNode:
    return TreeNode(f"{link.kind} {link.name}".rstrip(), link.level, link.why)


def _way(where: Where, links: Sequence[Link]) -> TreeNode:
    """How tasks of one place reach the file system."""
    place = " ".join(filter(None, (where.zone, where.subnet))) or "wherever a task starts"
    level = max((link.level for link in links), default=Level.NONE)
    return TreeNode(f"from {place}", level, "", tuple(_link(link) for link in links))
