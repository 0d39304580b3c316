"""What people, pipelines and scaling do to services: one door for all of them."""

from __future__ import annotations

from typing import Any

from containerscope.demo import ecs_shift, ecs_tell
from containerscope.demo.ecs_breaker import fail, threshold
from containerscope.demo.ecs_state import (
    VERSIONED,
    Cluster,
    Deployment,
    Revision,
    Service,
    TaskDefinition,
)
from containerscope.demo.ecs_steady import note
from containerscope.demo.ecs_wake import poke
from containerscope.demo.ids import digits, token
from containerscope.demo.world import World


def set_desired(world: World, cluster: Cluster, service: Service, count: int) -> None:
    """Let a service want so many tasks from now."""
    if count == service.desired:
        return
    service.desired = count
    primary = service.primary
    primary.desired, primary.updated_at = count, world.now()
    if primary.rollout == "IN_PROGRESS":
        primary.threshold = threshold(service)
    service.steady = False
    note(world, service)
    poke(world, cluster, service)


def delete(world: World, cluster: Cluster, service: Service) -> None:
    """Let a service stop its tasks, protected ones too, and be gone."""
    service.status, service.desired = "DRAINING", 0
    for each in service.live:
        each.desired = 0
    for task in service.tasks.values():
        task.protected_until = 0.0
    note(world, service)
    poke(world, cluster, service, 0)


def settings_of(service: Service) -> dict[str, Any]:
    """The settings of a service, as they are now, that belong to a revision."""
    return {name: getattr(service, name) for name in VERSIONED}


def revise(
    world: World, cluster: Cluster, service: Service, definition: TaskDefinition
) -> Revision:
    """A new revision of a service, from its configuration as it is now."""
    number = len(service.revisions)
    made = Revision(
        digits(19, cluster.name, service.name, "revision", number),
        definition,
        world.now(),
        settings_of(service),
    )
    service.revisions.append(made)
    return made


def deploy(
    world: World, cluster: Cluster, service: Service, definition: TaskDefinition | None = None
) -> Deployment:
    """Begin a deployment of a task definition; of the present one if none is given.

    One that is still under way is stopped, and its tasks are replaced like all others.
    """
    revision = revise(world, cluster, service, definition or service.definition)
    before = [each.revision for each in service.live]
    for each in service.live:
        supersede(world, each)
    made = begin(world, cluster, service, revision, before)
    poke(world, cluster, service)
    return made


def begin(
    world: World, cluster: Cluster, service: Service, revision: Revision, sources: list[Revision]
) -> Deployment:
    """A new primary deployment, of which no task has been started."""
    now = world.now()
    seed = (world.seed, cluster.name, service.name, revision.id, now)
    made = Deployment(
        f"ecs-svc/{digits(19, *seed)}",
        token(21, *seed),
        revision,
        sources,
        now,
        now,
        rollout="IN_PROGRESS",
        status="PENDING",
        desired=service.desired,
        threshold=threshold(service),
        stage="SCALE_UP",
    )
    made.reason = f"ECS deployment {made.id} in progress."
    service.deployments.insert(0, made)
    service.steady, service.streak, service.retry_at = False, 0, 0.0
    ecs_tell.say(world, cluster, service, f"(deployment {made.id}) deployment in progress.")
    ecs_shift.enter(world, cluster, service, made)
    return made


def supersede(world: World, each: Deployment) -> None:
    """Let a deployment give way to one that is newer."""
    each.role, each.updated_at = "ACTIVE", world.now()
    if each.due is not None:
        each.due.cancel()
    if each.status in ("IN_PROGRESS", "PENDING"):
        each.status = "STOPPED"
        each.stopped_at = each.finished_at = world.now()
        each.status_reason = "Service deployment was stopped because a newer one was started."
        each.stage = ""
    elif each.status == "ROLLBACK_IN_PROGRESS":
        each.status, each.finished_at = "ROLLBACK_FAILED", world.now()


def alarm(world: World, name: str) -> None:
    """Let an alarm that has gone off end the deployments that it watches."""
    for cluster in world.clusters.values():
        for service in cluster.services.values():
            watched = service.alarms.get("enable") and name in service.alarms["alarmNames"]
            primary = service.primary if watched else None
            if primary is not None and primary.status == "IN_PROGRESS":
                primary.alarmed = [name]
                back = bool(service.alarms["rollback"])
                who = "ECS deployment alarm"
                fail(world, cluster, service, primary, who, "alarm detected.", back=back)
                poke(world, cluster, service)
