"""Why tasks of a service stopped in the last hour, for the pane of a service in trouble."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from containerscope.insight.stop_reasons import explain
from containerscope.insight.verdict import Verdict
from containerscope.model import arn
from containerscope.model.ecs_task import Task
from containerscope.model.listing import ApiError
from containerscope.resource import Clients, TableBlock, TextBlock
from containerscope.resources._blocks import verdict_block
from containerscope.resources._listed import problem_block


async def recent_deaths(
    clients: Clients, cluster: str, service: str
) -> tuple[TextBlock | TableBlock, ...]:
    """The newest bad reason in words, then each reason with how often it was; two calls."""
    try:
        listed = await clients.read(
            "ecs",
            "ListTasks",
            "taskArns",
            str,
            cluster=cluster,
            serviceName=service,
            desiredStatus="STOPPED",
            maxResults=100,
        )
        if not listed.items:
            return ()
        page = await clients.read(
            "ecs", "DescribeTasks", "tasks", Task, cluster=cluster, tasks=list(listed.items)
        )
    except ApiError as error:
        return (problem_block(error.problem, "Stopped tasks"),)
    return _told(page.items)


def _told(tasks: Iterable[Task]) -> tuple[TextBlock | TableBlock, ...]:
    deaths: dict[str, list[tuple[Task, Verdict]]] = {}
    dated = ((task.stopped_at, task) for task in tasks if task.stopped_at is not None)
    for _, task in sorted(dated, key=lambda pair: pair[0], reverse=True):
        verdict = explain(task)
        if verdict.bad:
            deaths.setdefault(verdict.words, []).append((task, verdict))
    if not deaths:
        return ()
    newest = next(iter(deaths.values()))[0][1]
    rows = tuple(
        (words, len(found), found[0][0].stopped_at, arn.name_of(found[0][0].task_arn or ""))
        for words, found in deaths.items()
    )
    levels = tuple(found[0][1].level for found in deaths.values())
    shown = msgspec.structs.replace(newest, words=f"Newest stopped task: {newest.words}")
    header = ("REASON", "TASKS", "NEWEST", "TASK")
    return (*verdict_block(shown), TableBlock("Stopped tasks", header, rows, levels))
