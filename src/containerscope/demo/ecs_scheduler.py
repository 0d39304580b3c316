"""The scheduler of services: looks at a service when something of it has changed.

What it does for a rolling deployment follows from `ecs_rollout`; `ecs_shift` does it for those
that shift traffic. A steady service has nothing on the agenda but the next time it says so.
"""

from __future__ import annotations

from functools import partial

from containerscope.demo import ecs_daemon, ecs_rolling, ecs_shift, ecs_tell, elb_targets
from containerscope.demo.ecs_breaker import reckon, succeed
from containerscope.demo.ecs_death import stop
from containerscope.demo.ecs_life import checked
from containerscope.demo.ecs_state import Cluster, Service, Task
from containerscope.demo.ecs_steady import count, note, settle
from containerscope.demo.ecs_wake import capacity_changed, poke
from containerscope.demo.world import World

_INACTIVE_FOR = 3600.0
"""Seconds for which a deleted service can still be described."""
_TAKEN_UP = {"PENDING": "IN_PROGRESS", "ROLLBACK_REQUESTED": "ROLLBACK_IN_PROGRESS"}
UNHEALTHY = "Task failed container health checks"


class ServiceScheduler:
    """Keeps each service at its desired count, and takes its deployments on."""

    def task_changed(self, world: World, cluster: Cluster, task: Task) -> None:
        """Note the counts of the task's service, and look at it soon if that may be needed."""
        if task.status == "STOPPED" and task.instance:
            capacity_changed(world, cluster)
        service = cluster.services.get(task.service)
        if service is None:
            return
        count(service, task)
        note(world, service)
        if task.status not in ("PENDING", "STOPPING"):
            poke(world, cluster, service)

    def look(self, world: World, cluster: Cluster, service: Service) -> None:
        """Do what a service needs now."""
        if service.status != "ACTIVE":
            _wind_up(world, cluster, service)
            return
        _take_up(service)
        ended = reckon(world, cluster, service)
        failing = [each for each in ended if each.stop_code == "ServiceSchedulerInitiated"]
        ecs_rolling.tell_stopped(world, cluster, service, failing)
        _stop_sick(world, cluster, service)
        _register(world, cluster, service)
        fit = frozenset(each.id for each in service.tasks.values() if ready(world, cluster, each))
        if service.streak and any(
            _recovers(service, each) for each in service.tasks.values() if each.id in fit
        ):
            succeed(service)
        if service.scheduling == "DAEMON":
            ecs_daemon.roll(world, cluster, service, fit)
        elif ecs_shift.shifting(service):
            ecs_shift.roll(world, cluster, service, fit)
        else:
            ecs_rolling.roll(world, cluster, service, fit)
        settle(world, cluster, service, fit)


def _take_up(service: Service) -> None:
    """Begin with what has been asked for since the last look."""
    for each in service.live:
        each.status = _TAKEN_UP.get(each.status, each.status)


def _recovers(service: Service, task: Task) -> bool:
    """Whether a task that serves has started since the last attempt that failed."""
    return task.started_by == service.primary.id and task.started_at > service.failed_at


def ready(world: World, cluster: Cluster, task: Task) -> bool:
    """Whether a task serves: it runs, and no health check says otherwise."""
    if task.status != "RUNNING" or not task.alive:
        return False
    if checked(task) and task.health != "HEALTHY":
        return False
    return elb_targets.healthy(world, cluster, task)


def _wind_up(world: World, cluster: Cluster, service: Service) -> None:
    """Stop what a service that is being deleted has left."""
    left = [each for each in service.tasks.values() if each.alive]
    ecs_rolling.retire(world, cluster, service, left, len(left), frozenset())
    waits = any(each.status in ("RUNNING", "DEACTIVATING") for each in service.tasks.values())
    if service.status == "DRAINING" and not waits:
        service.status = "INACTIVE"
        for each in service.live:
            each.role, each.desired = "", 0
        world.agenda.after(_INACTIVE_FOR, partial(_purge, cluster, service))


def _purge(cluster: Cluster, service: Service) -> None:
    if cluster.services.get(service.name) is service:
        del cluster.services[service.name]


def _stop_sick(world: World, cluster: Cluster, service: Service) -> None:
    """Stop the tasks whose container health check fails; others take their place."""
    sick = [each for each in service.tasks.values() if each.alive and each.health == "UNHEALTHY"]
    for each in sick:
        ecs_tell.say(world, cluster, service, f"(task {each.id}) failed container health checks.")
        stop(world, cluster, each, "ServiceSchedulerInitiated", UNHEALTHY)
    if sick:
        ecs_rolling.tell_stopped(world, cluster, service, sick)
        reckon(world, cluster, service)


def _register(world: World, cluster: Cluster, service: Service) -> None:
    """Say of the tasks that began to run that they are targets now."""
    if not service.load_balancers:
        return
    fresh = [
        each for each in service.tasks.values() if each.status == "RUNNING" and not each.registered
    ]
    for each in fresh:
        each.registered = True
    for group, number in ecs_rolling.groups_of(world, cluster, fresh).items():
        ecs_tell.say(world, cluster, service, ecs_tell.registered(number, group))
