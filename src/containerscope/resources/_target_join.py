"""How many targets of a service are healthy, and whether a task gets traffic, beside the rows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from containerscope.insight.target_health import (
    Group,
    ServiceGroup,
    groups_of,
    healthy_count,
    target_state,
    traffic_verdict,
)
from containerscope.insight.target_health import (
    joined as with_tasks,
)
from containerscope.insight.verdict import Verdict
from containerscope.model.ecs import ContainerInstance
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_task import Task
from containerscope.model.elb import TargetGroup, TargetHealthDescription
from containerscope.model.health import Level
from containerscope.model.listing import NOT_APPLICABLE, Item, Missing, joined
from containerscope.resource import Clients, Column, Join, Scope
from containerscope.resources import _around, _ecs
from containerscope.resources._task_whole import describe_whole

TARGETS, TRAFFIC = "targets", "traffic"
"""The joins: healthy and all targets of a service; whether a task gets traffic."""
_FRESH = 10.0
"""Seconds for which the health of a group is good: columns and tabs share it."""
_GROUPS_FRESH = 60.0
_ARNS = 20


async def health_of(clients: Clients, group: str) -> tuple[TargetHealthDescription, ...]:
    """The targets of a group with their health."""

    async def fetch() -> tuple[TargetHealthDescription, ...]:
        page = await clients.read(
            "elbv2",
            "DescribeTargetHealth",
            "TargetHealthDescriptions",
            TargetHealthDescription,
            TargetGroupArn=group,
        )
        return page.items

    return await clients.cached(("elb-target-health", group), _FRESH, fetch)


async def described_groups(clients: Clients, arns: Sequence[str]) -> tuple[TargetGroup, ...]:
    """Target groups by ARN, twenty a call."""

    found: list[TargetGroup] = []
    for batch in _around.batches(arns, _ARNS):
        found += await _described(clients, tuple(batch))
    return tuple(found)


async def _described(clients: Clients, arns: tuple[str, ...]) -> tuple[TargetGroup, ...]:
    async def fetch() -> tuple[TargetGroup, ...]:
        page = await clients.read(
            "elbv2",
            "DescribeTargetGroups",
            "TargetGroups",
            TargetGroup,
            TargetGroupArns=list(arns),
        )
        return page.items

    return await clients.cached(("elb-target-groups", arns), _GROUPS_FRESH, fetch)


async def counted(
    clients: Clients, scope: Scope, items: Sequence[Item[Service]]
) -> Mapping[str, Any]:
    """Healthy targets of all targets of each service: a call for each of its groups."""
    counts = await asyncio.gather(*(_count(clients, item) for item in items))
    return {
        item.key: NOT_APPLICABLE if count is None else count
        for item, count in zip(items, counts, strict=True)
    }


async def _count(clients: Clients, item: Item[Service]) -> tuple[int, int] | None:
    if isinstance(item.value, Missing):
        return None
    groups = groups_of(item.value)
    if not groups:
        return None
    found = await asyncio.gather(*(health_of(clients, each.arn) for each in groups))
    # The idle side of a blue/green service holds targets that no rule leads to.
    used = [each for targets in found for each in targets if target_state(each) != "unused"]
    return healthy_count(used)


def _ratio(item: Item[Service]) -> Any:
    return joined(item, TARGETS)


def _ratio_level(item: Item[Service]) -> Level:
    found = joined(item, TARGETS)
    if isinstance(found, Missing) or found is None or found[0] >= found[1]:
        return Level.NONE
    return Level.FAILED if not found[0] else Level.WARNING


JOIN: Join[Service] = Join(TARGETS, counted, batch=1, seconds=15.0)
COLUMN: Column[Service] = Column(
    "TARGETS",
    of_item=_ratio,
    kind="ratio",
    needs=TARGETS,
    priority=3,
    tone_of_item=_ratio_level,
)


async def traffic(clients: Clients, scope: Scope, items: Sequence[Item[Task]]) -> Mapping[str, Any]:
    """Whether each task of one service gets traffic; tasks of no service have no targets."""
    tasks = [item.value for item in items if not isinstance(item.value, Missing)]
    name = tasks[0].service if tasks else ""
    if not name:
        return {}
    cluster = _ecs.cluster_of(scope, items[0])
    service = await _around.service_of(clients, cluster, name)
    own = groups_of(service)
    if not own:
        return {}
    verdicts = await traffic_of(clients, cluster, own, tasks)
    return {item.key: verdicts.get(item.key, NOT_APPLICABLE) for item in items}


async def traffic_of(
    clients: Clients, cluster: str, own: Sequence[ServiceGroup], tasks: Sequence[Task]
) -> dict[str, Verdict]:
    """By the ARN of each task that is in the groups or should be: whether it gets traffic."""
    arns = [each.arn for each in own]
    described, healths = await asyncio.gather(
        described_groups(clients, arns),
        asyncio.gather(*(health_of(clients, each) for each in arns)),
    )
    by_arn = dict(zip(arns, healths, strict=True))
    groups = [Group(each, by_arn.get(each.target_group_arn or "", ())) for each in described]
    whole: Sequence[Task] = tasks
    instances: tuple[ContainerInstance, ...] = ()
    if any(each.group.target_type == "instance" for each in groups):
        whole, instances = await _with_ports(clients, cluster, tasks)
    targets = with_tasks(groups, whole, instances)
    # The idle side of a blue/green service says nothing of whether its tasks get traffic.
    used = [each for each in groups if any(target_state(t) != "unused" for t in each.targets)]
    found: dict[str, Verdict] = {}
    for task in whole:
        mine = [
            each
            for each in targets
            if each.task is not None
            and each.task.task_arn == task.task_arn
            and target_state(each.target) != "unused"
        ]
        if task.last_status == "RUNNING":
            found[task.task_arn or ""] = traffic_verdict(task, mine, used or groups)
    return found


async def _with_ports(
    clients: Clients, cluster: str, tasks: Sequence[Task]
) -> tuple[Sequence[Task], tuple[ContainerInstance, ...]]:
    """The running tasks with their ports and where they run: what targets on hosts need."""
    running = [task for task in tasks if task.last_status == "RUNNING"]
    names = [task.task_arn or "" for task in running]
    whole: list[Task] = []
    for batch in _around.batches(names, 100):
        whole += (await describe_whole(clients, cluster, batch)).items
    return whole, await hosts_of(clients, cluster, whole)


async def hosts_of(
    clients: Clients, cluster: str, tasks: Sequence[Task]
) -> tuple[ContainerInstance, ...]:
    """The container instances that these tasks run on."""
    hosts = tuple(
        dict.fromkeys(t.container_instance_arn for t in tasks if t.container_instance_arn)
    )
    found: list[ContainerInstance] = []
    for batch in _around.batches(hosts, 100):
        page = await clients.read(
            "ecs",
            "DescribeContainerInstances",
            "containerInstances",
            ContainerInstance,
            cluster=cluster,
            containerInstances=list(batch),
        )
        found += page.items
    return tuple(found)


def _words(item: Item[Task]) -> Any:
    found = joined(item, TRAFFIC)
    if isinstance(found, Missing):
        return found
    if found.level is Level.FINE:
        return "healthy"
    return found.words or None


def _level(item: Item[Task]) -> Level:
    found = joined(item, TRAFFIC)
    if isinstance(found, Missing) or found.level is Level.FINE:
        return Level.NONE
    level: Level = found.level
    return level


def _service(item: Item[Task]) -> tuple[str, str]:
    """Tasks of one service are asked about together."""
    return item.cluster, "" if isinstance(item.value, Missing) else item.value.service


TASK_JOIN: Join[Task] = Join(TRAFFIC, traffic, batch=100, seconds=15.0, calls=2, alike=_service)
TASK_COLUMN: Column[Task] = Column(
    "TARGET",
    of_item=_words,
    needs=TRAFFIC,
    priority=3,
    width=44,
    tone_of_item=_level,
)
