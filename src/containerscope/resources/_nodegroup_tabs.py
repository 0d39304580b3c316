"""The tabs of a node group that look around it: its Auto Scaling group, and its updates."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from containerscope.insight.group_scaling import group_verdict, in_service
from containerscope.listers import tried
from containerscope.model.asg import AutoScalingGroup, GroupActivity
from containerscope.model.eks import Nodegroup
from containerscope.model.listing import Item, Missing, Problem
from containerscope.resource import Block, Clients, PairsBlock, Scope, TextBlock
from containerscope.resources import _blocks, _eks_updates, _group_blocks, _listed, updates

_TOLD = 50
"""Activities of each group."""


async def scaling(
    clients: Clients, scope: Scope, item: Item[Nodegroup]
) -> AsyncIterator[tuple[Block, ...]]:
    """What EKS asks for beside what the group has; its instances, and what it did or could not."""
    group = item.value
    if isinstance(group, Missing):
        yield (_blocks.missing_block(group),)
        return
    found = (group.resources.auto_scaling_groups if group.resources else None) or ()
    names = [each.name for each in found if each.name]
    if not names:
        yield (TextBlock("EKS names no Auto Scaling group of it yet."),)
        return
    problems: list[Problem] = []
    states, told = await asyncio.gather(
        tried(_groups(clients, names), problems),
        asyncio.gather(*(tried(_activities(clients, name), problems) for name in names)),
    )
    known = {each.auto_scaling_group_name: each for each in states or ()}
    blocks: list[Block] = []
    for name, activities in zip(names, told, strict=True):
        blocks += _about(group, name, known.get(name), activities)
    yield (*blocks, *_listed.problem_blocks(problems))


def _about(
    group: Nodegroup,
    name: str,
    state: AutoScalingGroup | None,
    activities: Sequence[GroupActivity] | None,
) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if state is not None:
        blocks += [
            *_blocks.verdict_block(group_verdict(state, activities)),
            _sizes(group, name, state),
        ]
    if activities is not None:
        blocks.append(_group_blocks.activities(activities))
    if state is not None:
        blocks.append(_group_blocks.instances(state))
    return tuple(blocks)


def _sizes(group: Nodegroup, name: str, state: AutoScalingGroup) -> PairsBlock:
    asked = group.scaling_config
    suspended = tuple(each.process_name or "?" for each in state.suspended_processes or ())
    desired, wanted = state.desired_capacity, asked.desired_size if asked else None
    # An autoscaler sets the group's count behind the back of EKS, whose own then lags.
    lags = f"{wanted} (an autoscaler or somebody set the group's own)"
    return _blocks.pairs(
        "EC2 Auto Scaling group",
        ("Group", name),
        ("Desired by EKS", wanted if wanted == desired else lags),
        ("Desired by the group", desired),
        ("In service", in_service(state)),
        ("Minimum", state.min_size),
        ("Maximum", state.max_size),
        ("Suspended", suspended),
        ("Status", state.status),
    )


async def _groups(clients: Clients, names: Sequence[str]) -> tuple[AutoScalingGroup, ...]:
    page = await clients.read(
        "autoscaling",
        "DescribeAutoScalingGroups",
        "AutoScalingGroups",
        AutoScalingGroup,
        AutoScalingGroupNames=list(names)[:50],
    )
    return page.items


async def _activities(clients: Clients, name: str) -> tuple[GroupActivity, ...]:
    page = await clients.read(
        "autoscaling",
        "DescribeScalingActivities",
        "Activities",
        GroupActivity,
        AutoScalingGroupName=name,
        MaxRecords=_TOLD,
    )
    return page.items


async def changes(
    clients: Clients, scope: Scope, item: Item[Nodegroup]
) -> AsyncIterator[tuple[Block, ...]]:
    """The updates of the node group."""
    target = updates.Target(item.cluster or scope.cluster, nodegroup=item.name)
    async for blocks in _eks_updates.newest(target.part(clients)):
        yield blocks
