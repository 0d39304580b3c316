"""The targets tab of a service: each group, what leads to it, and each target with its task."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from containerscope.insight.target_health import (
    DRAIN_SECONDS,
    Group,
    JoinedTarget,
    ServiceGroup,
    group_verdict,
    groups_of,
    joined,
    stranger_verdict,
    strangers,
    target_state,
    target_verdict,
)
from containerscope.listers import tried
from containerscope.model import arn
from containerscope.model.ecs import ContainerInstance
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_task import TaskWhole
from containerscope.model.elb import TargetGroup, TargetHealthDescription
from containerscope.model.health import Level
from containerscope.model.listing import Item, Missing, Problem
from containerscope.resource import Block, Clients, Scope, TableBlock, TextBlock
from containerscope.resources import _around, _blocks, _ecs, _routes, _target_join
from containerscope.resources._listed import problem_blocks


async def targets(
    clients: Clients, scope: Scope, item: Item[Service]
) -> AsyncIterator[tuple[Block, ...]]:
    """The health of every target first; then their tasks, then rules and settings."""
    service = item.value
    if isinstance(service, Missing):
        yield (_blocks.missing_block(service),)
        return
    own = groups_of(service)
    if not own:
        yield (TextBlock("No load balancer sends traffic to this service."),)
        return
    problems: list[Problem] = []
    arns = [each.arn for each in own]
    described, healths = await asyncio.gather(
        tried(_target_join.described_groups(clients, arns), problems),
        asyncio.gather(*(tried(_target_join.health_of(clients, each), problems) for each in arns)),
    )
    by_arn = {each.target_group_arn: each for each in described or ()}
    known = dict(zip(arns, healths, strict=True))
    groups = {
        name: Group(by_arn.get(name) or TargetGroup(target_group_arn=name), known[name] or ())
        for name in arns
    }
    cluster = _ecs.cluster_of(scope, item)
    yield _shown(own, groups, known, None, {}, problems)
    tasks = await _joined(clients, cluster, item.name, groups, problems)
    yield _shown(own, groups, known, tasks, {}, problems)
    ways = dict(
        zip(
            arns, await asyncio.gather(*(_way(clients, groups[a].group) for a in arns)), strict=True
        )
    )
    yield _shown(own, groups, known, tasks, ways, problems)


async def _joined(
    clients: Clients, cluster: str, name: str, groups: dict[str, Group], problems: list[Problem]
) -> dict[str, tuple[JoinedTarget, ...]] | None:
    """By group: its targets with their tasks; None where the tasks could not be read."""
    tasks: list[TaskWhole] | None
    tasks = await tried(_around.running_tasks(clients, cluster, name), problems)
    if tasks is None:
        return None
    hosts: tuple[ContainerInstance, ...] = ()
    if any(each.group.target_type == "instance" for each in groups.values()):
        found = await tried(_target_join.hosts_of(clients, cluster, tasks), problems)
        if found is None:
            return None
        hosts = found
    return {key: joined((group,), tasks, hosts) for key, group in groups.items()}


async def _way(clients: Clients, group: TargetGroup) -> tuple[Block, ...]:
    """What leads to a group, and its settings."""
    problems: list[Problem] = []
    way, attributes = await asyncio.gather(
        _routes.way_to(clients, group),
        tried(_routes.attributes_of(clients, group.target_group_arn or ""), problems),
    )
    drain = (attributes or {}).get("deregistration_delay.timeout_seconds")
    settings = _blocks.pairs(
        "Target group",
        ("Type", group.target_type),
        ("Protocol", f"{group.protocol or '?'} {group.protocol_version or ''}".strip()),
        ("Port", group.port),
        ("Draining s", drain or DRAIN_SECONDS),
    )
    return (
        *_routes.way_blocks(way),
        *((settings, _routes.check_block(group)) if group.target_type else ()),
        *problem_blocks(problems),
    )


def _shown(
    own: tuple[ServiceGroup, ...],
    groups: dict[str, Group],
    known: dict[str, tuple[TargetHealthDescription, ...] | None],
    tasks: dict[str, tuple[JoinedTarget, ...]] | None,
    ways: dict[str, tuple[Block, ...]],
    problems: list[Problem],
) -> tuple[Block, ...]:
    out: list[Block] = []
    for each in own:
        group = groups[each.arn]
        joined_here = (tasks or {}).get(each.arn)
        targets = joined_here or tuple(JoinedTarget(group, found) for found in group.targets)
        verdict = group_verdict(group)
        if known[each.arn] is not None and verdict.level > Level.FINE:
            out += _blocks.verdict_block(verdict)
        name = f"{group.name} ({each.role}, {each.container}:{each.port})"
        unread = known[each.arn] is None
        out.append(_table(name, targets, whose=joined_here is not None, unread=unread))
        out += ways.get(each.arn, ())
    return (*out, *problem_blocks(problems))


def _table(
    title: str, targets: tuple[JoinedTarget, ...], *, whose: bool, unread: bool
) -> TableBlock:
    """The targets, the worst first."""
    lost = set(strangers(targets)) if whose else set()
    found: list[tuple[Level, tuple[object, ...]]] = []
    for each in targets:
        verdict = target_verdict(each.group, each.target)
        if each in lost and verdict.level < Level.FAILED:
            verdict = stranger_verdict(each)
        words = verdict.words or None
        if each.task is not None and verdict.level >= Level.WARNING:
            words = f"running, but not receiving traffic: {verdict.words}"
        target = each.target.target
        level = verdict.level if verdict.level > Level.FINE else Level.NONE
        cells = (
            each.address,
            target_state(each.target),
            arn.name_of(each.task.task_arn or "") if each.task else None,
            words,
            target.availability_zone if target else None,
        )
        found.append((level, cells))
    found.sort(key=lambda row: -row[0])
    levels, rows = tuple(level for level, _ in found), tuple(cells for _, cells in found)
    empty = "They could not be read." if unread else "The group has no targets."
    header = ("TARGET", "STATE", "TASK", "WHY", "ZONE")
    return TableBlock(title, header, rows, levels, empty=empty)
