"""The tasks tab of a service: running and recently stopped ones, and who of them gets traffic."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from containerscope.insight.target_health import groups_of
from containerscope.insight.task_health import task_health
from containerscope.insight.verdict import Verdict
from containerscope.model import arn
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_task import Task
from containerscope.model.health import Level
from containerscope.model.listing import ApiError, Missing, Problem
from containerscope.resource import Block, Clients, Scope, TableBlock
from containerscope.resources import _around, _target_join
from containerscope.resources._blocks import taskdef_name
from containerscope.resources._listed import problem_blocks
from containerscope.resources._strategy import strategy_blocks
from containerscope.resources._task_list import BATCH, listed
from containerscope.resources._task_whole import describe_whole


async def tasks_of(
    clients: Clients, scope: Scope, service: Service | Missing
) -> AsyncIterator[tuple[Block, ...]]:
    """The tasks, the worst first; then whether each gets traffic, in a call for each group."""
    problems: list[Problem] = []
    tasks: list[Task] = []
    try:
        names = [n async for page in listed(clients, scope.cluster, scope) for n in page.items]
        for batch in _around.batches(names, BATCH):
            tasks += (await describe_whole(clients, scope.cluster, batch)).items
    except ApiError as error:
        problems.append(error.problem)
    known = None if isinstance(service, Missing) else service
    strategy = known.capacity_provider_strategy if known else ()
    desired = known.desired_count if known else None
    runs_on = strategy_blocks(strategy, tasks, desired) if tasks else ()
    yield (_table(tasks, {}, problems), *runs_on, *problem_blocks(problems))
    groups = () if isinstance(service, Missing) else groups_of(service)
    if not groups or not tasks:
        return
    traffic: Mapping[str, Verdict] = {}
    try:
        traffic = await _target_join.traffic_of(clients, scope.cluster, groups, tasks)
    except ApiError as error:
        problems.append(error.problem)
    yield (_table(tasks, traffic, problems), *runs_on, *problem_blocks(problems))


def _table(
    tasks: list[Task], traffic: Mapping[str, Verdict], problems: list[Problem]
) -> TableBlock:
    rows = [_row(task, traffic.get(task.task_arn or "")) for task in tasks]
    rows.sort(key=lambda row: -row[0])
    header = ("TASK", "STATE", "HEALTH", "TARGET", "TASKDEF", "ZONE", "IP", "AGE")
    levels = tuple(level if level > Level.FINE else Level.NONE for level, _ in rows)
    empty = "They could not be read." if problems else "It has no tasks."
    return TableBlock("Tasks", header, tuple(cells for _, cells in rows), levels, empty=empty)


def _row(task: Task, traffic: Verdict | None) -> tuple[Level, tuple[object, ...]]:
    health = task_health(task)
    level, target = health.level, None
    if traffic is not None:
        level = max(level, traffic.level)
        target = "healthy" if traffic.level is Level.FINE else traffic.words or None
    return level, (
        arn.name_of(task.task_arn or "?"),
        (task.last_status or "").lower() or None,
        health.words or None,
        target,
        taskdef_name(task.task_definition_arn),
        task.availability_zone,
        task.interface("privateIPv4Address") or None,
        task.started_at or task.created_at,
    )
