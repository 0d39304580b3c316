"""When a service is steady, what that ends, and how often it says so."""

from __future__ import annotations

from functools import partial

from containerscope.demo import ecs_tell
from containerscope.demo.ecs_state import Cluster, Deployment, Service, Task
from containerscope.demo.ids import number
from containerscope.demo.world import World

_SAID_EVERY = 6 * 3600.0
_STEADY = "has reached a steady state."
_REMEMBERED = 5000
"""How many changes of a service's counts are kept."""


def count(service: Service, task: Task) -> None:
    """Count a task as running, or no more."""
    runs = task.status == "RUNNING"
    if runs != task.counted:
        task.counted = runs
        service.running += 1 if runs else -1


def note(world: World, service: Service) -> None:
    """Keep the service's counts if they differ from what they were."""
    if service.history and service.history[-1][1:] == (service.desired, service.running):
        return
    service.history.append((world.now(), service.desired, service.running))
    if len(service.history) > 2 * _REMEMBERED:
        del service.history[:_REMEMBERED]


def settle(world: World, cluster: Cluster, service: Service, fit: frozenset[str]) -> None:
    """Complete what a service that is as it should be has under way, and say so once."""
    note(world, service)
    if not _settled(service, fit):
        service.steady = False
        return
    primary = service.primary
    for each in service.live:
        if each is not primary:
            _retire(world, each)
    if primary.rollout == "IN_PROGRESS":
        _complete(world, cluster, service, primary)
    if not service.steady:
        service.steady = True
        ecs_tell.say(world, cluster, service, _STEADY)
        remind(world, cluster, service, world.now() + _SAID_EVERY)


def remind(world: World, cluster: Cluster, service: Service, at: float) -> None:
    """Let a service say again that it is steady, from this time on every six hours."""
    if service.reminder is not None:
        service.reminder.cancel()
    service.reminder = world.agenda.at(at, partial(_say_again, world, cluster, service))


def next_reminder(service: Service) -> float:
    """Six hours, or a little more, after a service last said that it is steady."""
    said = (each.at for each in service.events if each.message.endswith(_STEADY))
    wait = _SAID_EVERY + number(3600, "steady", service.name)
    return next(said, service.created_at) + wait


def _say_again(world: World, cluster: Cluster, service: Service) -> None:
    if service.steady and service.status == "ACTIVE":
        ecs_tell.say(world, cluster, service, _STEADY)
    remind(world, cluster, service, world.now() + _SAID_EVERY)


def _settled(service: Service, fit: frozenset[str]) -> bool:
    """Whether all tasks that are wanted serve and none is left that is not."""
    primary = service.primary
    under_way = primary.shift != "ROLLING" and primary.status == "IN_PROGRESS"
    if under_way and primary.stage != "CLEAN_UP":
        return False
    alive = [each for each in service.tasks.values() if each.alive]
    if any(each.started_by != primary.id or each.id not in fit for each in alive):
        return False
    return len(alive) == service.desired and primary.rollout != "FAILED"


def _retire(world: World, each: Deployment) -> None:
    """A deployment without tasks is history."""
    each.role, each.desired = "", 0
    each.weight = each.test_weight = 0.0
    if each.status == "ROLLBACK_IN_PROGRESS":
        each.status, each.finished_at = "ROLLBACK_SUCCESSFUL", world.now()
        each.updated_at, each.stage = world.now(), ""
    elif each.status in ("IN_PROGRESS", "PENDING"):
        each.status, each.finished_at = "STOPPED", each.finished_at or world.now()
        each.stopped_at = each.stopped_at or world.now()
        each.stage = ""


def _complete(world: World, cluster: Cluster, service: Service, primary: Deployment) -> None:
    primary.rollout, primary.updated_at = "COMPLETED", world.now()
    primary.reason = f"ECS deployment {primary.id} completed."
    if primary.status in ("IN_PROGRESS", "PENDING"):
        primary.status, primary.finished_at = "SUCCESSFUL", world.now()
    primary.stage = ""
    text = f"(deployment {primary.id}) deployment completed."
    ecs_tell.say(world, cluster, service, text)
