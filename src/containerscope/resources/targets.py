"""The targets of load balancers, each with its state, the reason, and the task it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from containerscope.insight.target_health import (
    Group,
    JoinedTarget,
    groups_of,
    joined,
    target_state,
)
from containerscope.listers import read_pages, tried
from containerscope.model import arn
from containerscope.model.ecs import ContainerInstance
from containerscope.model.ecs_task import TaskWhole
from containerscope.model.elb import TargetGroup, TargetHealthDescription, TargetRow
from containerscope.model.health import Health
from containerscope.model.listing import (
    LOADING,
    ApiError,
    Item,
    Listing,
    Missing,
    Page,
    Phase,
    Problem,
    Why,
)
from containerscope.resource import (
    Child,
    Clients,
    Column,
    Demand,
    Platform,
    Resource,
    Scope,
)
from containerscope.resources import _around, _ecs
from containerscope.resources._target_details import DETAILS, verdict

_AT_ONCE = 8
"""Groups whose targets are asked for together; there is a call for each."""
_ARNS = 20


async def targets(
    clients: Clients, scope: Scope, demand: Demand
) -> AsyncIterator[Listing[TargetRow]]:
    """The targets of a group, service, cluster or region: groups first, then their health."""
    problems: list[Problem] = []
    groups: list[TargetGroup] = []
    date: datetime | None = None
    found = _groups(clients, scope, problems)
    while (page := await tried(anext(found, None), problems)) is not None:
        groups += page.items
        problems += page.odd
        date = page.date or date
    rows: dict[str, list[Item[TargetRow]]] = {
        _key(each): [_pending(each, scope)] for each in groups
    }
    yield Listing(_flat(rows), Phase.NAMES, None, tuple(problems), date)
    tasks, instances = await _tasks(clients, scope, groups, problems)
    denied: Problem | None = None
    for batch in _around.batches(groups, _AT_ONCE):
        if denied is None:
            answers = await asyncio.gather(*(_health_of(clients, each) for each in batch))
        else:
            answers = [denied] * len(batch)
        for group, answer in zip(batch, answers, strict=True):
            if isinstance(answer, Problem):
                problems.append(answer)
                denied = answer if answer.why is Why.DENIED else denied
                rows[_key(group)] = [_missing(group, scope, answer)]
            else:
                own = Group(group, answer)
                rows[_key(group)] = [
                    _row(each, scope, looked=tasks is not None)
                    for each in joined((own,), tasks or (), instances)
                ]
        yield Listing(_flat(rows), Phase.DETAILS, None, tuple(dict.fromkeys(problems)), date)
    yield _around.done(_flat(rows), problems, date)


def _key(group: TargetGroup) -> str:
    return group.target_group_arn or group.target_group_name or "?"


def _flat(rows: Mapping[str, list[Item[TargetRow]]]) -> tuple[Item[TargetRow], ...]:
    return tuple(item for found in rows.values() for item in found)


def _pending(group: TargetGroup, scope: Scope) -> Item[TargetRow]:
    name = group.target_group_name or "?"
    return Item(_key(group), name, LOADING, {"group": name}, scope.cluster)


def _missing(group: TargetGroup, scope: Scope, problem: Problem) -> Item[TargetRow]:
    return msgspec.structs.replace(_pending(group, scope), value=problem.as_missing())


def _row(target: JoinedTarget, scope: Scope, *, looked: bool) -> Item[TargetRow]:
    group = target.group.group
    task = target.task.task_arn or "" if target.task else ""
    value = TargetRow(group, target.target, task, target.container, looked)
    key = f"{_key(group)} {target.address}"
    return Item(key, target.address, value, {"group": group.target_group_name}, scope.cluster)


async def _groups(
    clients: Clients, scope: Scope, problems: list[Problem]
) -> AsyncIterator[Page[TargetGroup]]:
    """The target groups in scope, page by page."""
    if not (scope.cluster or scope.parent):
        everything = read_pages(
            clients,
            "elbv2",
            "DescribeTargetGroups",
            "TargetGroups",
            TargetGroup,
            "Marker",
            PageSize=400,
        )
        async for page in everything:
            yield page
        return
    names: dict[str, None] = {}
    if scope.parent.startswith("arn:") and ":targetgroup/" in scope.parent:
        names[scope.parent] = None
    elif scope.cluster:
        async for service in _around.services_in(clients, scope):
            names |= dict.fromkeys(each.arn for each in groups_of(service))
    for batch in _around.batches(tuple(names), _ARNS):
        described = clients.read(
            "elbv2",
            "DescribeTargetGroups",
            "TargetGroups",
            TargetGroup,
            TargetGroupArns=list(batch),
        )
        answer = await tried(described, problems)
        if answer is not None:
            yield answer


async def _health_of(
    clients: Clients, group: TargetGroup
) -> tuple[TargetHealthDescription, ...] | Problem:
    try:
        page = await clients.read(
            "elbv2",
            "DescribeTargetHealth",
            "TargetHealthDescriptions",
            TargetHealthDescription,
            TargetGroupArn=group.target_group_arn or "",
        )
    except ApiError as error:
        return error.problem
    return page.items


async def _tasks(
    clients: Clients, scope: Scope, groups: Sequence[TargetGroup], problems: list[Problem]
) -> tuple[list[TaskWhole] | None, tuple[ContainerInstance, ...]]:
    """The running tasks in scope and, for groups of instances, where they run."""
    if not scope.cluster or not groups:
        return None, ()
    tasks = await tried(_around.running_tasks(clients, scope.cluster, scope.service), problems)
    if tasks is None or all(each.target_type != "instance" for each in groups):
        return tasks, ()
    hosts = tuple(
        dict.fromkeys(t.container_instance_arn for t in tasks if t.container_instance_arn)
    )
    found: list[ContainerInstance] = []
    for batch in _around.batches(hosts, 100):
        described = clients.read(
            "ecs",
            "DescribeContainerInstances",
            "containerInstances",
            ContainerInstance,
            cluster=scope.cluster,
            containerInstances=list(batch),
        )
        page = await tried(described, problems)
        if page is None:
            # Without the hosts nothing can be said of whose a target is.
            return None, ()
        found += page.items
    return tasks, tuple(found)


async def read(clients: Clients, scope: Scope, item: Item[TargetRow]) -> Mapping[str, Any]:
    """The target with its health, as DescribeTargetHealth answers."""
    if isinstance(item.value, Missing):
        raise ApiError(Problem(item.value.why, "elbv2:DescribeTargetHealth", item.value.reason))
    target = item.value.health.target
    wanted: dict[str, Any] = {"Id": (target.id if target else None) or ""}
    if target is not None and target.port is not None:
        wanted["Port"] = target.port
    answer = await clients.call(
        "elbv2",
        "DescribeTargetHealth",
        TargetGroupArn=item.value.group.target_group_arn or "",
        Targets=[wanted],
    )
    found = answer.get("TargetHealthDescriptions") or [{}]
    first: Mapping[str, Any] = found[0]
    return first


def _health(row: TargetRow) -> Health:
    return verdict(row).health


def _check(row: TargetRow) -> str | None:
    group = row.group
    return f"{group.health_check_protocol or '?'} {group.health_check_path or ''}".strip()


def _reason(row: TargetRow) -> str | None:
    health = row.health.target_health
    return (health.description or health.reason) if health else None


def _task(scope: Scope, item: Item[TargetRow]) -> Scope:
    task = "" if isinstance(item.value, Missing) else item.value.task
    return scope.within(cluster=arn.cluster_of(task) or scope.cluster, parent=task)


def _has_task(item: Item[TargetRow]) -> bool:
    return not isinstance(item.value, Missing) and bool(item.value.task)


def _console(scope: Scope, item: Item[TargetRow]) -> str:
    group = item.key.partition(" ")[0]
    return _around.console(scope, "ec2/home", f"TargetGroup:targetGroupArn={group}")


RESOURCE: Resource[TargetRow] = Resource(
    name="targets",
    noun="target",
    platform=Platform.BOTH,
    model=TargetRow,
    lister=targets,
    aliases=("tg",),
    columns=(
        Column("GROUP", of_item=lambda item: item.joined.get("group"), priority=1, width=32),
        _ecs.name_column("TARGET"),
        Column(
            "HEALTH",
            lambda row: _health(row).words,
            tone=lambda row: _health(row).level,
            priority=1,
            width=32,
        ),
        Column("STATE", lambda row: target_state(row.health), priority=4),
        Column(
            "TASK", lambda row: arn.name_of(row.task) if row.task else None, priority=3, width=12
        ),
        Column("REASON", _reason, priority=5, width=50),
        Column(
            "ZONE",
            lambda row: row.health.target.availability_zone if row.health.target else None,
            priority=6,
        ),
        Column("CHECK", _check, priority=6, width=30),
        Column("CONTAINER", lambda row: row.container, wide=True),
        Column("TYPE", lambda row: row.group.target_type, wide=True),
        Column("PROTOCOL", lambda row: row.group.protocol, wide=True),
    ),
    read=read,
    health=_health,
    changing=lambda row: target_state(row.health) in ("initial", "draining"),
    children=(Child("containers", _task, when=_has_task),),
    details=DETAILS,
    used_by=lambda item: item.key.partition(" ")[0],
    console=_console,
    permissions=(
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeRules",
        "ecs:ListServices",
        "ecs:DescribeServices",
        "ecs:ListTasks",
        "ecs:DescribeTasks",
        "ecs:DescribeContainerInstances",
    ),
    interval=3.0,
    empty="No target groups in {scope} have targets.",
    arn=lambda row: row.group.target_group_arn,
)
