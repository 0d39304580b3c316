"""How a task ends: its targets drain, its containers get SIGTERM, its interface goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from containerscope.demo.ecs_state import Cluster, Exit, Task
from containerscope.demo.ids import number
from containerscope.demo.world import World

SEEN_FOR = 3600.0
"""Seconds for which a stopped task can still be seen."""
NOTICE = 120.0
"""Seconds between the notice that a Spot task is interrupted and the end of its containers."""
SPOT_REASON = "Your Spot Task was interrupted."


def stop(
    world: World,
    cluster: Cluster,
    task: Task,
    code: str,
    reason: str,
    exits: Mapping[str, Exit] | None = None,
    *,
    drain: float | None = None,
) -> None:
    """Begin to stop a task, unless that has begun.

    `exits` says how its containers end, where not by SIGTERM; `drain` for how many seconds they
    still run, where not for as long as their targets take to be deregistered.
    """
    if not task.alive:
        return
    now = world.now()
    began, task.desired = task.status, "STOPPED"
    task.stop_code, task.stopped_reason, task.stopping_at = code, reason, now
    if task.step is not None:
        task.step.cancel()
    if began in ("PROVISIONING", "PENDING"):
        task.exits = dict(exits or {})
        task.status = "DEPROVISIONING"
        _then(world, cluster, task, 1 + number(4, "gone", task.id), _gone)
    elif exits is not None and drain is None:
        task.exits = dict(exits)
        task.execution_stopped_at = now
        task.status = "DEACTIVATING"
        _then(world, cluster, task, 2, _detach)
    else:
        if exits is not None:
            task.exits = dict(exits)
        wait = drain if drain is not None else max(world.drain_seconds(cluster, task), 1.0)
        task.status = "DEACTIVATING"
        _then(world, cluster, task, wait, _terminate)
    world.task_changed(cluster, task)


def interrupt(world: World, cluster: Cluster, task: Task) -> None:
    """Take a Spot task's capacity away, two minutes from now."""
    stop(world, cluster, task, "SpotInterruption", SPOT_REASON, drain=NOTICE - 20)


def lose(world: World, cluster: Cluster, task: Task, reason: str) -> None:
    """End a task whose host is gone, with nobody left to say how its containers ended."""
    if task.stopped_at:
        return
    stop(world, cluster, task, "TerminationNotice", reason, {})
    if task.step is not None:
        task.step.cancel()
    task.execution_stopped_at = task.execution_stopped_at or world.now()
    _gone(world, cluster, task)


def forget_later(world: World, cluster: Cluster, task: Task) -> None:
    """Let a stopped task be seen for an hour, and then no more."""
    task.step = world.agenda.at(task.stopped_at + SEEN_FOR, partial(_forget, cluster, task))


def _then(
    world: World,
    cluster: Cluster,
    task: Task,
    wait: float,
    step: Callable[[World, Cluster, Task], None],
) -> None:
    task.step = world.agenda.after(wait, partial(step, world, cluster, task))


def _move(world: World, cluster: Cluster, task: Task, status: str) -> None:
    task.status = status
    world.task_changed(cluster, task)


def _terminate(world: World, cluster: Cluster, task: Task) -> None:
    """The containers get SIGTERM, and SIGKILL if they do not heed it."""
    _then(world, cluster, task, 2 + number(7, "term", task.id), _detach)
    _move(world, cluster, task, "STOPPING")


def _detach(world: World, cluster: Cluster, task: Task) -> None:
    if not task.exits and task.started_at:
        task.exits = {each["name"]: Exit(143) for each in task.definition.containers}
    if not task.execution_stopped_at:
        task.execution_stopped_at = world.now()
    _then(world, cluster, task, 3 + number(5, "gone", task.id), _gone)
    _move(world, cluster, task, "DEPROVISIONING")


def _gone(world: World, cluster: Cluster, task: Task) -> None:
    task.stopped_at = world.now()
    forget_later(world, cluster, task)
    _move(world, cluster, task, "STOPPED")


def _forget(cluster: Cluster, task: Task) -> None:
    cluster.tasks.pop(task.id, None)
    service = cluster.services.get(task.service)
    if service is not None:
        service.tasks.pop(task.id, None)
