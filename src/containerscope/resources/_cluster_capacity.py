"""The capacity tab of a cluster: providers with their groups, room on instances, Fargate shares."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from containerscope.insight.capacity import held_ports, room_in_all, serving
from containerscope.insight.group_scaling import group_name_of, group_verdict, in_service
from containerscope.insight.instance_health import capacity_provider_kind
from containerscope.listers import pages, read_pages, tried
from containerscope.model.asg import AutoScalingGroup
from containerscope.model.ecs import (
    CapacityProvider,
    CapacityProviderStrategyItem,
    Cluster,
    ContainerInstance,
)
from containerscope.model.ecs_task import TaskWhole
from containerscope.model.fleet import ClusterRow
from containerscope.model.health import Level
from containerscope.model.listing import Item, Missing, Problem
from containerscope.resource import Block, Clients, PairsBlock, Scope, TableBlock, TextBlock
from containerscope.resources import _around, _blocks
from containerscope.resources._listed import problem_blocks
from containerscope.resources._strategy import strategy_blocks
from containerscope.resources._task_whole import describe_whole

_GROUPS, _BATCH = 50, 100
_MOST_TASKS = 500
"""Running tasks whose capacity is looked at: five lists and five describes."""


async def capacity(
    clients: Clients, scope: Scope, item: Item[ClusterRow]
) -> AsyncIterator[tuple[Block, ...]]:
    """Where tasks of an ECS cluster can run, how much room there is, and what they run on."""
    row = item.value
    if isinstance(row, Missing) or row.ecs is None:
        yield (_blocks.missing_block(row),) if isinstance(row, Missing) else ()
        return
    problems: list[Problem] = []
    providers = await tried(_providers(clients, item.name), problems)
    groups = await tried(_groups(clients, providers or ()), problems)
    first = (_table(row.ecs, providers, groups or ()), *problem_blocks(problems))
    yield first
    if row.ecs.registered_container_instances_count:
        instances = await tried(_instances(clients, item.name), problems)
        if instances is not None:
            first = (*first[:1], _room(instances), *problem_blocks(problems))
            yield first
    tasks = await tried(_tasks(clients, item.name), problems)
    notes = problem_blocks(problems)
    blocks = [block for block in first if block not in notes]
    if tasks is not None:
        strategy = row.ecs.default_capacity_provider_strategy
        blocks += strategy_blocks(strategy, tasks, title="What the running tasks run on")
        if len(tasks) >= _MOST_TASKS:
            blocks.append(TextBlock(f"Of the first {len(tasks)} running tasks."))
    yield (*blocks, *notes)


async def _providers(clients: Clients, cluster: str) -> tuple[CapacityProvider, ...]:
    found: list[CapacityProvider] = []
    async for page in read_pages(
        clients,
        "ecs",
        "DescribeCapacityProviders",
        "capacityProviders",
        CapacityProvider,
        "nextToken",
        cluster=cluster,
        maxResults=10,
    ):
        found += page.items
    return tuple(found)


async def _groups(
    clients: Clients, providers: Sequence[CapacityProvider]
) -> tuple[AutoScalingGroup, ...]:
    """The Auto Scaling groups behind these providers, fifty a call."""
    names = [name for each in providers if (name := group_name_of(each))]
    found = await asyncio.gather(
        *(
            clients.read(
                "autoscaling",
                "DescribeAutoScalingGroups",
                "AutoScalingGroups",
                AutoScalingGroup,
                AutoScalingGroupNames=list(batch),
            )
            for batch in _around.batches(names, _GROUPS)
        )
    )
    return tuple(each for page in found for each in page.items)


def _table(
    cluster: Cluster,
    providers: Sequence[CapacityProvider] | None,
    groups: Sequence[AutoScalingGroup],
) -> TableBlock:
    known = {each.auto_scaling_group_name or "": each for each in groups}
    strategy = {
        each.capacity_provider: each for each in cluster.default_capacity_provider_strategy or ()
    }
    rows: list[tuple[object, ...]] = []
    levels: list[Level] = []
    for each in providers or ():
        group = known.get(group_name_of(each))
        verdict = group_verdict(group) if group else None
        own, made = each.auto_scaling_group_provider, strategy.get(each.name)
        scaling = own.managed_scaling if own else None
        rows.append(
            (
                each.name,
                capacity_provider_kind(each) or None,
                _share(made) if made else None,
                group_name_of(each) or None,
                _size(group) if group else None,
                _scaling(scaling.status, scaling.target_capacity) if scaling else None,
                (own.managed_termination_protection or "").lower() or None if own else None,
                verdict.words or None if verdict else None,
            )
        )
        level = verdict.level if verdict else Level.NONE
        levels.append(level if level > Level.FINE else Level.NONE)
    return TableBlock(
        "Capacity providers",
        (
            "PROVIDER", "KIND", "STRATEGY", "GROUP", "IN SERVICE", "MANAGED SCALING",
            "PROTECTION", "STATE",
        ),
        tuple(rows),
        tuple(levels),
        empty="They could not be read." if providers is None else "The cluster has none.",
    )  # fmt: skip


def _share(item: CapacityProviderStrategyItem) -> str:
    """`base 1, weight 3`."""
    base = f"base {item.base}, " if item.base else ""
    return f"{base}weight {item.weight or 0}"


def _size(group: AutoScalingGroup) -> str:
    """`9/9 (3–9)`."""
    bounds = f"({group.min_size}–{group.max_size})"
    return f"{in_service(group)}/{group.desired_capacity or 0} {bounds}"


def _scaling(status: str | None, target: int | None) -> str:
    """`enabled, to 90 %`."""
    on = status == "ENABLED" and target is not None
    return (status or "?").lower() + (f", to {target} %" if on else "")


async def _instances(clients: Clients, cluster: str) -> tuple[ContainerInstance, ...]:
    found: list[ContainerInstance] = []
    listed = pages(
        clients,
        "ecs",
        "ListContainerInstances",
        "containerInstanceArns",
        cluster=cluster,
        maxResults=_BATCH,
    )
    async for page in listed:
        if page.items:
            described = await clients.read(
                "ecs",
                "DescribeContainerInstances",
                "containerInstances",
                ContainerInstance,
                cluster=cluster,
                containerInstances=list(page.items),
            )
            found += described.items
    return tuple(found)


def _room(instances: Sequence[ContainerInstance]) -> PairsBlock:
    """What is left on the instances that take tasks."""
    room = room_in_all(instances)
    taking = [each for each in instances if serving(each)]
    ports = dict.fromkeys(port for each in taking for port in held_ports(each))
    return _blocks.pairs(
        "Room on the instances",
        ("Instances", f"{len(taking)} of {len(instances)} take tasks"),
        ("CPU left", f"{room.cpu:,} units"),
        ("Memory left", f"{room.memory:,} MiB"),
        ("GPUs left", room.gpus or None),
        ("Host ports held", tuple(sorted(ports, key=lambda port: (len(port), port))) or None),
    )


async def _tasks(clients: Clients, cluster: str) -> list[TaskWhole]:
    """The running tasks, as far as they are looked at."""
    found: list[TaskWhole] = []
    async for page in pages(
        clients, "ecs", "ListTasks", "taskArns", cluster=cluster, maxResults=_BATCH
    ):
        if page.items:
            found += (await describe_whole(clients, cluster, page.items)).items
        if len(found) >= _MOST_TASKS:
            break
    return found
