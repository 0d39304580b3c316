"""What stopping or protecting a task, or draining the instance it runs on, would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from containerscope.model import arn
from containerscope.model.ecs_service import Service
from containerscope.model.ecs_task import Task
from containerscope.model.health import Level
from containerscope.plan import Change, Confirm, Note, Request, Stage, Step

REASON = "stopped from ContainerScope"
MINUTES, _LONGEST = 120, 2880
"""For how long a task is protected: AWS's own default, and the most that it takes."""


class LiveTask(msgspec.Struct, frozen=True):
    """A task as it is now, and the service that it belongs to."""

    task: Task
    cluster: str
    service: Service | None = None
    """None for a standalone task, and where the service may not be read."""
    targets: tuple[int, int] | None = None
    """Healthy targets of all those of its service; None without any, or where nobody may know."""
    healthy: bool = False
    """Whether it is one of the healthy ones."""
    protected_until: datetime | None = None
    """None where nobody asked, too."""


def why_not_stopped(task: Task) -> str:
    """Why there is nothing to stop; empty if there is."""
    if task.stopped:
        return "the task has stopped"
    return "the task is stopping already" if task.desired_status == "STOPPED" else ""


def plan_stop(live: LiveTask, answer: str) -> Step:
    """Stop a task; its service starts another one."""
    task, name = live.task, arn.name_of(live.task.task_arn or "")
    status = task.last_status or ""
    refused = why_not_stopped(task)
    return Step(
        name,
        task.task_arn or name,
        live.cluster,
        (Change(_label(task), status, "STOPPED"),),
        None
        if refused
        else Request(
            "ecs", "StopTask", {"cluster": live.cluster, "task": task.task_arn or name},
            {"reason": REASON},
        ),
        (),
        {"desired status": task.desired_status or ""},
        Confirm.TYPED,
        refused,
    )  # fmt: skip


def _label(task: Task) -> str:
    return f"task of {task.service}" if task.service else "standalone task"


def effects(states: Sequence[LiveTask], answer: str = "") -> tuple[Note, ...]:
    """What stopping these tasks does to the services that they are of."""
    by_service: dict[tuple[str, str], list[LiveTask]] = {}
    for each in states:
        by_service.setdefault((each.cluster, each.task.service), []).append(each)
    return tuple(
        note
        for (_, name), those in sorted(by_service.items())
        for note in (_to_service(name, those) if name else _standalone(len(those)))
    )


def _standalone(count: int) -> tuple[Note, ...]:
    if count == 1:
        return (Note("nothing starts it again: it belongs to no service"),)
    return (Note(f"nothing starts {count} of them again: they belong to no service"),)


def _to_service(name: str, stopped: Sequence[LiveTask]) -> tuple[Note, ...]:
    count, service = len(stopped), stopped[0].service
    others = "another one in its place" if count == 1 else "others in their place"
    if service is None:
        return (Note(f"service {name} starts {others}", Level.NONE),)
    if service.status == "DRAINING" or not service.desired_count:
        return (Note(f"service {name} wants none: nothing starts {others}"),)
    running = service.running_count or 0
    left = max(0, running - sum(each.task.last_status == "RUNNING" for each in stopped))
    words = f"{left} of {running} tasks of {name} remain until it has started {others}"
    notes = [Note(words, Level.NONE if left else Level.WARNING)]
    if stopped[0].targets is not None:
        healthy, _ = stopped[0].targets
        left = max(0, healthy - sum(each.healthy for each in stopped))
        notes.append(Note(f"{left} of {healthy} healthy targets of {name} remain",
                          Level.NONE if left else Level.WARNING))  # fmt: skip
    elif service.load_balancers:
        notes.append(Note(f"the targets of {name} drain first", Level.NONE))
    return tuple(notes)


def stopped(task: Task | None) -> Stage:
    """How far a task is on its way to be stopped."""
    if task is None:
        return Stage("stopped", True, Level.FINE)
    if task.stopped:
        reason = f": {task.stopped_reason}" if task.stopped_reason else ""
        return Stage(f"stopped{reason}", True, Level.FINE)
    return Stage((task.last_status or "stopping").lower())


def plan_protection(live: LiveTask, answer: str) -> Step:
    """Keep scale-in and deployments from stopping a task for so many minutes."""
    minutes = int(answer) if answer.isascii() and answer.isdigit() else 0
    refused = _why_not_protected(live)
    if not refused and not 1 <= minutes <= _LONGEST:
        refused = f"a number of minutes from 1 to {_LONGEST} is wanted"
    effect = f"scale-in and deployments leave it alone for {minutes} min"
    changes = {"protectionEnabled": True, "expiresInMinutes": minutes}
    return _protection(live, "on", changes, effect, refused)


def plan_unprotected(live: LiveTask, answer: str) -> Step:
    """Let scale-in and deployments stop a task again."""
    refused = _why_not_protected(live)
    if not refused and not live.protected_until:
        refused = "the task is not protected"
    effect = "scale-in and deployments may stop it"
    return _protection(live, "off", {"protectionEnabled": False}, effect, refused)


def _why_not_protected(live: LiveTask) -> str:
    refused = why_not_stopped(live.task)
    return refused or ("" if live.task.service else "only tasks of services can be protected")


def _protection(
    live: LiveTask, then: str, changes: Mapping[str, Any], effect: str, refused: str
) -> Step:
    task, name = live.task, arn.name_of(live.task.task_arn or "")
    until = live.protected_until
    now = f"on until {until:%H:%M} UTC" if until else "off"
    where = {"cluster": live.cluster, "tasks": [task.task_arn or name]}
    return Step(
        name,
        task.task_arn or name,
        live.cluster,
        (Change("protection", now, then),),
        None if refused else Request("ecs", "UpdateTaskProtection", where, changes),
        () if refused else (Note(effect, Level.NONE),),
        {"protection": now},
        refused=refused,
        undo="off" if then == "on" and not until else "",
        undone_by="unprotect" if then == "on" else "",
        mark=then,
    )


def protected(until: datetime | None, step: Step) -> Stage:
    """Whether a task is protected as it was asked to be."""
    words = f"protected until {until:%H:%M} UTC" if until else "not protected any more"
    if (step.mark == "on") is (until is not None):
        return Stage(words, True, Level.FINE)
    return Stage(f"{words}: something else changed it", True, Level.WARNING)
