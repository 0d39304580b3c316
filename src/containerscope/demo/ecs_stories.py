"""What happens in the account day in, day out: releases, some that fail, and a hand on a task."""

from __future__ import annotations

from functools import partial

from containerscope.demo.ecs_death import interrupt, stop
from containerscope.demo.ecs_release import release
from containerscope.demo.ecs_scenario_scenes import Scene
from containerscope.demo.fate import Fate
from containerscope.demo.ids import number
from containerscope.demo.world import World

_FIRST, _EVERY = 400.0, 540.0
"""Seconds until the first story, when the opening scene has come to its end, and between two."""
_REPAIRED = 1500.0
"""Seconds until a revision that failed would do no more."""
_CLUSTERS = ("checkout", "data", "edge")
_REASONS = (
    "heap dump taken before restart",
    "stuck consumer, see runbook",
    "connection pool exhausted",
)


def attach(world: World) -> None:
    """Let something happen every few minutes from now on."""
    world.agenda.every(_EVERY, partial(happen, world), first=world.now() + _FIRST)


def happen(world: World) -> None:
    """Let something happen to one of the services that are as they should be."""
    moment = int(world.now())
    scenes = [
        Scene(world.clusters[name], service)
        for name in _CLUSTERS
        if name in world.clusters
        for service in world.clusters[name].services.values()
        if service.steady and service.status == "ACTIVE" and service.desired > 1
    ]
    if not scenes:
        return
    chosen = scenes[number(len(scenes), world.seed, "where", moment)]
    kind = number(8, world.seed, "what", moment)
    if kind == 0 and chosen.service.breaker:
        _fail(world, chosen)
    elif kind == 1:
        _stop_one(world, chosen, moment)
    elif kind == 2:
        _interrupt_one(world, scenes)
    else:
        release(world, *chosen)


def _fail(world: World, chosen: Scene) -> None:
    """A release that its circuit breaker rolls back: it crashes, or its image is not there."""
    deployment = release(world, *chosen)
    definition = deployment.revision.definition
    main = definition.containers[0]
    if "healthCheck" in main:
        fate = Fate(exits_after=8, exit_code=1)
    else:
        image = main["image"]
        fate = Fate(
            pull_error="CannotPullContainerError: pull image manifest has been retried 1 time(s): "
            f"failed to resolve ref {image}: {image}: not found"
        )
    world.fates[definition.arn] = fate

    def repair() -> None:
        world.fates.pop(definition.arn, None)

    world.agenda.after(_REPAIRED, repair)


def _stop_one(world: World, chosen: Scene, moment: int) -> None:
    """Somebody stops a task by hand."""
    running = [each for each in chosen.service.tasks.values() if each.status == "RUNNING"]
    if running:
        task = running[number(len(running), world.seed, "which", moment)]
        why = _REASONS[number(len(_REASONS), world.seed, "why", moment)]
        reason = f"Task stopped by user: {why}"
        stop(world, chosen.cluster, task, "UserInitiated", reason)


def _interrupt_one(world: World, scenes: list[Scene]) -> None:
    """Fargate Spot takes a task back."""
    for each in scenes:
        for task in each.service.tasks.values():
            if task.capacity_provider == "FARGATE_SPOT" and task.status == "RUNNING":
                interrupt(world, each.cluster, task)
                return
