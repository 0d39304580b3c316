"""What draining a container instance, or letting it have tasks again, would do."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from containerscope.insight.capacity import fitting
from containerscope.insight.live_service import counted
from containerscope.model import arn
from containerscope.model.ecs import ContainerInstance
from containerscope.model.ecs_task import Task
from containerscope.model.health import Level
from containerscope.plan import Change, Confirm, Note, Request, Stage, Step

_SHOWN = 3
"""Services that are named."""
_ACTIVATED = (Note("it takes new tasks again; none is moved back", Level.NONE),)


class LiveInstance(msgspec.Struct, frozen=True):
    """A container instance as it is now."""

    instance: ContainerInstance
    cluster: str
    tasks: tuple[Task, ...] | None = None
    """What runs on it; None where nobody asked, or may know."""
    others: tuple[ContainerInstance, ...] | None = None
    """The other instances of its cluster; None where they are not known, or too many."""


def why_not_set(instance: ContainerInstance, status: str) -> str:
    """Why an instance cannot be given this status; empty if it can."""
    if instance.status == status:
        return f"the instance is {status} already"
    if instance.status not in ("ACTIVE", "DRAINING"):
        return f"the instance is {instance.status}"
    return ""


def plan_instance(live: LiveInstance, status: str) -> Step:
    """Drain an instance, or let it have tasks again."""
    instance = live.instance
    key = instance.container_instance_arn or ""
    refused = why_not_set(instance, status)
    drains = status == "DRAINING"
    running = instance.running_tasks_count or 0
    return Step(
        instance.ec2_instance_id or arn.name_of(key),
        key,
        live.cluster,
        (Change("status", instance.status or "", status),),
        None
        if refused
        else Request(
            "ecs", "UpdateContainerInstancesState",
            {"cluster": live.cluster, "containerInstances": [key]}, {"status": status},
        ),
        () if refused else _drained(live, running) if drains else _ACTIVATED,
        {"status": instance.status or ""},
        Confirm.TYPED if drains and running else Confirm.YES,
        refused,
        undo=instance.status or "",
        undone_by="activate" if drains else "drain",
        mark=status,
    )  # fmt: skip


def _drained(live: LiveInstance, running: int) -> tuple[Note, ...]:
    """What becomes of the tasks on it."""
    if live.tasks is None:
        words = f"{counted(running)} on it stop once their services have started others elsewhere"
        return (Note(words), *((Note("standalone tasks on it go on"),) if running else ()))
    alone = sum(not each.service for each in live.tasks)
    moving = len(live.tasks) - alone
    notes: list[Note] = []
    if moving or not alone:
        words = f"{counted(moving)} on it stop once their services have started others elsewhere"
        notes.append(Note(words, Level.WARNING if moving else Level.NONE))
    if alone:
        notes.append(Note(f"{counted(alone)} of no service on it go on until they are stopped"))
    return tuple(notes)


def drain_effects(states: Sequence[LiveInstance], answer: str = "") -> tuple[Note, ...]:
    """Whether the tasks of the instances to be drained find room on those that stay."""
    notes: list[Note] = []
    for cluster in dict.fromkeys(each.cluster for each in states):
        mine = [each for each in states if each.cluster == cluster]
        going = {each.instance.container_instance_arn for each in mine}
        others = mine[0].others
        tasks = [task for each in mine for task in each.tasks or () if task.service]
        if others is None or not tasks:
            continue
        stay = [each for each in others if each.container_instance_arn not in going]
        fit = fitting([(_size(each.cpu), _size(each.memory)) for each in tasks], stay)
        where = f"on the {counted(len(stay), 'other instance')} of {cluster}, by CPU and memory"
        words = f"there is room for {fit} of {counted(len(tasks))} {where}"
        notes.append(Note(words, Level.NONE if fit == len(tasks) else Level.WARNING))
    return tuple(notes)


def _size(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def instance_reached(instance: ContainerInstance, step: Step, left: Sequence[Task] = ()) -> Stage:
    """How far an instance has come; `left` are the tasks that run on it still, where known."""
    running = instance.running_tasks_count or 0
    if instance.status != step.mark:
        words = f"status is {instance.status}: something else changed it"
        return Stage(words, True, Level.WARNING)
    if step.mark == "ACTIVE" or not running:
        words = "takes tasks again" if step.mark == "ACTIVE" else "drained: no task is left"
        return Stage(words, True, Level.FINE)
    words = f"{running} task" + (" is" if running == 1 else "s are") + " left"
    if not left:
        return Stage(words)
    services = sorted({each.service for each in left if each.service})
    alone = sum(not each.service for each in left)
    if not services:
        return Stage(f"{words}, of no service: they go on until they are stopped", True,
                     Level.WARNING)  # fmt: skip
    shown = ", ".join(services[:_SHOWN]) + (", …" if len(services) > _SHOWN else "")
    return Stage(f"{words}: of {shown}" + (f", and {alone} of no service" if alone else ""))
