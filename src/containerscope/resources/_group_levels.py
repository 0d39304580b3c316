"""The second level of scaling: the Auto Scaling groups behind a service's capacity providers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from containerscope.insight.group_scaling import (
    group_name_of,
    group_step,
    group_verdict,
    in_service,
)
from containerscope.listers import tried
from containerscope.model.asg import AutoScalingGroup, GroupActivity
from containerscope.model.ecs import CapacityProvider
from containerscope.model.ecs_service import Service
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Problem
from containerscope.resource import Block, Clients, TableBlock, TextBlock
from containerscope.resources._listed import problem_block, problem_blocks

_TITLE = "EC2 Auto Scaling (instances)"
_ASKED = 4
"""Groups whose activities are asked for; there is a call for each."""
_SHOWN = 10
"""Activities of each group."""


async def instances(clients: Clients, cluster: str, service: Service) -> tuple[Block, ...]:
    """The second level: the Auto Scaling groups behind the service's capacity providers."""
    names = [each.capacity_provider or "" for each in service.capacity_provider_strategy or ()]
    own = [name for name in names if name and not name.startswith("FARGATE")]
    if not own:
        return (TextBlock(_none(names, service.launch_type or ""), _TITLE),)
    try:
        page = await clients.read(
            "ecs",
            "DescribeCapacityProviders",
            "capacityProviders",
            CapacityProvider,
            capacityProviders=own,
            cluster=cluster,
        )
    except ApiError as error:
        return (problem_block(error.problem, _TITLE),)
    return await group_blocks(clients, page.items)


async def group_blocks(
    clients: Clients, providers: Sequence[CapacityProvider]
) -> tuple[Block, ...]:
    """The groups behind these providers and what they did; a call, and one for each group."""
    try:
        groups = await _groups(clients, providers)
    except ApiError as error:
        return (problem_block(error.problem, _TITLE),)
    problems: list[Problem] = []
    histories = await asyncio.gather(
        *(tried(_history(clients, group), problems) for _, group in groups[:_ASKED])
    )
    told = [*histories, *[None] * (len(groups) - len(histories))]
    verdicts = [
        group_verdict(group, history) for (_, group), history in zip(groups, told, strict=True)
    ]
    rows = tuple(
        (
            provider,
            group.auto_scaling_group_name,
            f"{in_service(group)}/{group.desired_capacity or 0}",
            group.min_size,
            group.max_size,
            verdict.words or None,
        )
        for (provider, group), verdict in zip(groups, verdicts, strict=True)
    )
    header = ("PROVIDER", "GROUP", "IN SERVICE", "MIN", "MAX", "STATE")
    levels = tuple(each.level if each.level > Level.FINE else Level.NONE for each in verdicts)
    table = TableBlock(_TITLE, header, rows, levels, empty="No group stands behind them.")
    return (table, *_happened(groups, told), *problem_blocks(problems))


def _none(names: Sequence[str], launch_type: str) -> str:
    """Why no Auto Scaling group stands behind a service."""
    if launch_type == "EC2":
        return (
            "No capacity provider: its tasks start on whatever instances the cluster has, and no "
            "instances are added for them."
        )
    where = ", ".join(names) or launch_type or "no capacity provider"
    return f"None: its tasks run on {where}."


def _happened(
    groups: Sequence[tuple[str, AutoScalingGroup]],
    told: Sequence[tuple[GroupActivity, ...] | None],
) -> tuple[TableBlock, ...]:
    """What the groups did, newest first."""
    steps = [
        (group.auto_scaling_group_name, group_step(each))
        for (_, group), history in zip(groups, told, strict=True)
        for each in history or ()
    ]
    if not steps:
        return ()
    rows = tuple(
        (
            step.activity.start_time,
            name,
            step.change or None,
            step.activity.description,
            step.cause or None,
            step.result,
        )
        for name, step in steps
    )
    levels = tuple(step.level if step.level is not Level.FINE else Level.NONE for _, step in steps)
    header = ("WHEN", "GROUP", "CHANGE", "WHAT", "CAUSE", "RESULT")
    return (TableBlock("Activities of the groups", header, rows, levels),)


async def _history(clients: Clients, group: AutoScalingGroup) -> tuple[GroupActivity, ...]:
    page = await clients.read(
        "autoscaling",
        "DescribeScalingActivities",
        "Activities",
        GroupActivity,
        AutoScalingGroupName=group.auto_scaling_group_name or "",
        MaxRecords=_SHOWN,
    )
    return page.items


async def _groups(
    clients: Clients, providers: Sequence[CapacityProvider]
) -> list[tuple[str, AutoScalingGroup]]:
    names = {group_name_of(each): each.name or "?" for each in providers if group_name_of(each)}
    if not names:
        return []
    found = await clients.read(
        "autoscaling",
        "DescribeAutoScalingGroups",
        "AutoScalingGroups",
        AutoScalingGroup,
        AutoScalingGroupNames=list(names)[:50],
    )
    return [(names.get(each.auto_scaling_group_name or "", "?"), each) for each in found.items]
