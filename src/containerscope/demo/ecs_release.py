"""Releases as a pipeline makes them: one more revision with a newer image, deployed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from containerscope.demo import ecs_control, ecs_life
from containerscope.demo.ecs_state import Cluster, Deployment, Service, TaskDefinition
from containerscope.demo.fate import Fate
from containerscope.demo.world import World


def release(
    world: World,
    cluster: Cluster,
    service: Service,
    fate: Fate | None = None,
    *,
    host_port: int = 0,
) -> Deployment:
    """Register the next revision of a service's task definition and deploy it.

    A fate is that of the new revision's tasks alone.
    """
    definition = next_revision(world, service.definition)
    if host_port:
        definition.containers[0]["portMappings"][0]["hostPort"] = host_port
    if fate is not None:
        world.fates[definition.arn] = fate
    return ecs_control.deploy(world, cluster, service, definition)


def next_revision(world: World, before: TaskDefinition) -> TaskDefinition:
    """One more revision of the family, which differs in the tag of its main image."""
    number = 1 + max(each.revision for each in world.families[before.family])
    body: dict[str, Any] = copy.deepcopy(before.body)
    body |= {
        "taskDefinitionArn": world.arn("ecs", f"task-definition/{before.family}:{number}"),
        "revision": number,
        "status": "ACTIVE",
        "registeredAt": world.now(),
    }
    body.pop("deregisteredAt", None)
    main = body["containerDefinitions"][0]
    repository, _, tag = main["image"].rpartition(":")
    newer = next_tag(tag)
    main["image"] = f"{repository}:{newer}"
    for each in main.get("environment", ()):
        if each["name"] == "APP_VERSION":
            each["value"] = newer
    return world.add_definition(TaskDefinition(before.family, number, body, dict(before.tags)))


def next_tag(tag: str) -> str:
    """The tag of the next release: its last number and one more."""
    head, dot, last = tag.rpartition(".")
    return f"{head}{dot}{int(last) + 1}" if last.isdecimal() else f"{tag}.1"


def doom(world: World, cluster: Cluster, service: Service, fate: Fate) -> None:
    """Let this become of all tasks of a service, those that run too."""
    world.fates[f"{cluster.name}/{service.name}"] = fate
    follow(world, cluster, service)


def spare(world: World, cluster: Cluster, service: Service) -> None:
    """Let nothing become of a service's tasks but what becomes of healthy ones."""
    for key in fates_of(cluster, service):
        world.fates.pop(key, None)
    follow(world, cluster, service)


def fates_of(cluster: Cluster, service: Service) -> Iterator[str]:
    """The keys under which the fate of a service's tasks may stand."""
    yield f"{cluster.name}/{service.name}"
    for each in service.revisions:
        yield each.definition.arn


def follow(world: World, cluster: Cluster, service: Service) -> None:
    """Let a change of fate reach the tasks that run."""
    for task in list(service.tasks.values()):
        ecs_life.follow(world, cluster, task)
