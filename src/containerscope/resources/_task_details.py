"""The tabs of a task's detail pane."""

from __future__ import annotations

from collections.abc import AsyncIterator

from containerscope.insight.stop_reasons import explain, told_to_stop
from containerscope.insight.task_health import container_health, task_health
from containerscope.insight.verdict import Verdict
from containerscope.model import arn
from containerscope.model.ecs_task import Container, ContainerState, Task, TaskWhole
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Item, Missing
from containerscope.resource import (
    Block,
    Clients,
    Detail,
    PairsBlock,
    Scope,
    TableBlock,
    TextBlock,
)
from containerscope.resources import _blocks, _ecs
from containerscope.resources._task_whole import whole


async def overview(
    clients: Clients, scope: Scope, item: Item[Task]
) -> AsyncIterator[tuple[Block, ...]]:
    """What the list knows at once, then the task whole."""
    known = item.value
    if isinstance(known, Missing):
        yield (_blocks.missing_block(known),)
    else:
        yield _known(known)
    try:
        task = await whole(clients, _ecs.cluster_of(scope, item), item.key)
    except ApiError as error:
        trouble = TextBlock(error.problem.message, level=Level.WARNING)
        yield (trouble, *(() if isinstance(known, Missing) else _known(known)))
        return
    yield _whole(task)


async def containers(
    clients: Clients, scope: Scope, item: Item[Task]
) -> AsyncIterator[tuple[Block, ...]]:
    """Each container with its image, addresses and agents."""
    try:
        task = await whole(clients, _ecs.cluster_of(scope, item), item.key)
    except ApiError as error:
        yield (TextBlock(error.problem.message, level=Level.WARNING),)
        return
    yield tuple(container_block(container) for container in task.containers or ())


def task_verdict(task: Task) -> Verdict:
    """What is wrong with a task, why, and what to do."""
    if task.stopped or task.desired_status == "STOPPED":
        return explain(task)
    health = task_health(task)
    return Verdict(health.level, health.words)


def _known(task: Task) -> tuple[Block, ...]:
    return (
        *_blocks.verdict_block(task_verdict(task)),
        _state(task),
        _container_table(task, task.containers or ()),
        *_network(task),
        *_blocks.tags_block(task.tags),
    )


def _whole(task: TaskWhole) -> tuple[Block, ...]:
    return (
        *_blocks.verdict_block(task_verdict(task)),
        _state(task),
        _times(task),
        _container_table(task, task.containers or ()),
        *_network(task),
        *_volumes(task),
        *_overrides(task),
        *_blocks.tags_block(task.tags),
    )


def _state(task: Task) -> PairsBlock:
    platform = None
    if isinstance(task, TaskWhole):
        platform = " ".join(filter(None, (task.platform_family, task.platform_version)))
    instance = task.container_instance_arn
    return _blocks.pairs(
        "Task",
        ("Status", _status(task)),
        ("Health check", task.health_status if task.health_status != "UNKNOWN" else None),
        ("Service", task.service),
        ("Group", None if task.service else task.group),
        ("Task definition", _blocks.taskdef_name(task.task_definition_arn)),
        ("Capacity", task.capacity_provider_name or task.launch_type),
        ("Platform", platform),
        ("Zone", task.availability_zone),
        ("Container instance", arn.name_of(instance) if instance else None),
        ("CPU units", task.cpu),
        ("Memory MiB", task.memory),
        ("Started by", task.started_by),
        ("Stop code", task.stop_code),
        ("Stop reason", task.stopped_reason),
    )


def _status(task: Task) -> str:
    last, desired = task.last_status or "?", task.desired_status
    return last if desired in (None, last) else f"{last}, to be {desired}"


def _times(task: TaskWhole) -> PairsBlock:
    return _blocks.pairs(
        "Times",
        ("Created", task.created_at),
        ("Scheduled in", _blocks.lasted(task.created_at, task.pull_started_at)),
        ("Image pulled in", _blocks.lasted(task.pull_started_at, task.pull_stopped_at)),
        ("Started in", _blocks.lasted(task.pull_stopped_at, task.started_at)),
        ("Started", task.started_at),
        ("Ran for", _blocks.lasted(task.started_at, task.stopping_at or task.stopped_at)),
        ("Drained in", _blocks.lasted(task.stopping_at, task.stopped_at)),
        ("Stopped", task.stopped_at),
    )


def _container_table(task: Task, found: tuple[ContainerState, ...]) -> TableBlock:
    calm = told_to_stop(task)
    health = [container_health(container, told_to_stop=calm) for container in found]
    images = any(isinstance(container, Container) for container in found)
    header = ("NAME", "HEALTH", "STATUS", "EXIT", "REASON")
    return TableBlock(
        "Containers",
        (*header, "IMAGE") if images else header,
        tuple(
            (
                each.name,
                of.words or (each.health_status or "").lower(),
                each.last_status,
                each.exit_code,
                each.reason,
                *((each.image,) if isinstance(each, Container) else ()),
            )
            for each, of in zip(found, health, strict=True)
        ),
        tuple(of.level for of in health),
        empty="The task has no containers.",
    )


def _network(task: Task) -> tuple[PairsBlock, ...]:
    if not task.interface("networkInterfaceId"):
        return ()
    return (
        _blocks.pairs(
            "Network",
            ("IP", task.interface("privateIPv4Address")),
            ("IPv6", task.interface("ipv6Address")),
            ("Name", task.interface("privateDnsName")),
            ("Interface", task.interface("networkInterfaceId")),
            ("Subnet", task.interface("subnetId")),
            ("MAC", task.interface("macAddress")),
        ),
    )


def _volumes(task: TaskWhole) -> tuple[PairsBlock, ...]:
    disk = task.ephemeral_storage.size_in_gib if task.ephemeral_storage else None
    found = [a for a in task.attachments or () if a.type == "AmazonElasticBlockStorage"]
    if disk is None and not found:
        return ()
    return (
        _blocks.pairs(
            "Storage",
            ("Own disk", f"{disk} GiB" if disk is not None else None),
            *((a.detail("volumeName") or "Volume", a.detail("volumeId")) for a in found),
        ),
    )


def _overrides(task: TaskWhole) -> tuple[PairsBlock, ...]:
    found = task.overrides
    if found is None:
        return ()
    role, execution = found.task_role_arn, found.execution_role_arn
    block = _blocks.pairs(
        "Overrides",
        ("CPU units", found.cpu),
        ("Memory MiB", found.memory),
        ("Task role", arn.name_of(role) if role else None),
        ("Execution role", arn.name_of(execution) if execution else None),
        *(
            (f"{each.name or '?'} command", " ".join(each.command or ()))
            for each in found.container_overrides or ()
        ),
        *(
            (f"{each.name or '?'} sets", tuple(pair.name or "?" for pair in each.environment or ()))
            for each in found.container_overrides or ()
        ),
    )
    return (block,) if block.pairs else ()


def container_block(container: Container) -> PairsBlock:
    """All that is known of one container."""
    return _blocks.pairs(
        container.name or "?",
        ("Status", container.last_status),
        ("Health check", container.health_status),
        ("Exit code", container.exit_code),
        ("Reason", container.reason),
        ("Image", container.image),
        ("Digest", container.image_digest),
        ("Ports", ports(container)),
        ("Addresses", addresses(container)),
        ("CPU units", container.cpu),
        ("Memory MiB", container.memory),
        ("Memory reservation MiB", container.memory_reservation),
        ("GPUs", container.gpu_ids),
        ("Runtime id", container.runtime_id),
        *(
            (
                f"Agent {agent.name or '?'}",
                " ".join(filter(None, (agent.last_status, agent.reason))),
            )
            for agent in container.managed_agents or ()
        ),
    )


def ports(container: Container) -> tuple[str, ...]:
    """The ports of a container on its host: `80:32768/tcp`, or `80/tcp` where they are the same."""
    words: list[str] = []
    for binding in container.network_bindings or ():
        inside = binding.container_port_range or binding.container_port
        outside = binding.host_port_range or binding.host_port
        both = f"{inside}" if outside in (None, inside) else f"{inside}:{outside}"
        words.append(f"{both}/{binding.protocol or 'tcp'}")
    return tuple(dict.fromkeys(words))


def addresses(container: Container) -> tuple[str, ...]:
    """The addresses of a container that has a network interface."""
    found = container.network_interfaces or ()
    both = ((i.private_ipv4_address, i.ipv6_address) for i in found)
    return tuple(address for pair in both for address in pair if address)


DETAILS: tuple[Detail[Task], ...] = (
    Detail("Overview", overview),
    Detail("Containers", containers),
)
