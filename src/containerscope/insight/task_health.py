"""How a task does, in a few words."""

from __future__ import annotations

from containerscope.insight.stop_reasons import exit_words, explain, stop_rule
from containerscope.insight.verdict import shortened
from containerscope.model.ecs_task import ContainerState, Task
from containerscope.model.health import FINE, UNKNOWN, Health, Level

_STARTING = frozenset({"PROVISIONING", "PENDING", "ACTIVATING"})
_STOPPING = frozenset({"DEACTIVATING", "STOPPING", "DEPROVISIONING"})


def task_health(task: Task) -> Health:
    """The level of a task and what is wrong with it."""
    status = task.last_status or ""
    if task.stopped:
        return explain(task).health
    if status in _STOPPING or task.desired_status == "STOPPED":
        verdict = explain(task)
        return verdict.health if verdict.bad else Health(Level.PROGRESS, "stopping")
    if status in _STARTING:
        return Health(Level.PROGRESS, status.lower())
    if status == "RUNNING":
        return _running(task)
    return Health(Level.NONE, status.lower()) if status else UNKNOWN


def task_changing(task: Task) -> bool:
    """Whether the task is between two states."""
    return not task.stopped and task.last_status != task.desired_status


def container_health(container: ContainerState, *, told_to_stop: bool = False) -> Health:
    """The level of one container and what is wrong with it.

    One whose task was told to stop may have been killed in the end: nothing is wrong with it.
    """
    status = container.last_status or ""
    if status == "STOPPED":
        return _stopped(container, told_to_stop=told_to_stop)
    if container.health_status == "UNHEALTHY":
        return Health(Level.FAILED, "unhealthy")
    if status == "RUNNING":
        return FINE
    return Health(Level.PROGRESS, status.lower()) if status else UNKNOWN


def _stopped(container: ContainerState, *, told_to_stop: bool) -> Health:
    code, reason = container.exit_code, container.reason or ""
    known = stop_rule(reason)
    if known is not None:
        return known.health
    calm = code in (0, 143) or (told_to_stop and code in (None, 137))
    if code is None:
        level = Level.FAILED if reason else Level.WARNING
        return Health(Level.NONE if calm else level, shortened(reason, 40) or "never started")
    return Health(Level.NONE if calm else Level.FAILED, exit_words(code))


def _running(task: Task) -> Health:
    containers = task.containers or ()
    sick = [c.name or "?" for c in containers if c.health_status == "UNHEALTHY"]
    if sick or task.health_status == "UNHEALTHY":
        return Health(Level.FAILED, f"unhealthy: {', '.join(sick)}" if sick else "unhealthy")
    gone = next((c for c in containers if c.last_status == "STOPPED" and c.exit_code), None)
    if gone is not None:
        return Health(Level.WARNING, f"{gone.name or '?'} exited ({gone.exit_code})")
    if task.connectivity == "DISCONNECTED":
        return Health(Level.WARNING, "agent disconnected")
    return FINE
