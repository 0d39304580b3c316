"""What services say in their events."""

from __future__ import annotations

from collections.abc import Sequence

from containerscope.demo.ecs_state import Cluster, Event, Service, Task
from containerscope.demo.ids import uuid
from containerscope.demo.world import World

_KEPT = 100
"""How many events of a service AWS keeps."""
_ELSEWHERE = "For more information, see the Troubleshooting section"


def say(world: World, cluster: Cluster, service: Service, message: str) -> None:
    """One more event of a service, from now."""
    at, text = world.now(), f"(service {service.name}) {message}"
    service.events.insert(0, Event(uuid("event", cluster.name, at, text), at, text))
    del service.events[_KEPT:]


def complain(
    world: World, cluster: Cluster, service: Service, kind: str, message: str, every: float
) -> None:
    """Say it, unless trouble of this kind was told of within so many seconds."""
    last = service.complaints.get(kind)
    if last is None or world.now() - last >= every:
        service.complaints[kind] = world.now()
        say(world, cluster, service, message)


def named(tasks: Sequence[Task]) -> str:
    """The tasks as events name them."""
    return " ".join(f"(task {each.id})" for each in tasks)


def started(tasks: Sequence[Task]) -> str:
    """That tasks have been started."""
    return f"has started {len(tasks)} tasks: {named(tasks)}."


def stopped(tasks: Sequence[Task]) -> str:
    """That tasks have been stopped."""
    return f"has stopped {len(tasks)} running tasks: {named(tasks)}."


def registered(count: int, group: str) -> str:
    """That tasks have become targets."""
    return f"registered {count} targets in (target-group {group})"


def deregistered(count: int, group: str) -> str:
    """That tasks are targets no more."""
    return f"deregistered {count} targets in (target-group {group})"


def draining(count: int) -> str:
    """That tasks which are to stop finish the requests they have."""
    return f"has begun draining connections on {count} tasks."


def inconsistent() -> str:
    """That so many tasks failed that ECS now waits between its attempts."""
    return f"is unable to consistently start tasks successfully. {_ELSEWHERE}."


def unplaced(detail: str) -> str:
    """That no instance will have a task."""
    text = "was unable to place a task because no container instance met all of its requirements."
    return f"{text} {detail} {_ELSEWHERE} of the Amazon ECS Developer Guide."


def blocked() -> str:
    """That neither the least nor the most of healthy tasks leaves room for a deployment."""
    return (
        "was unable to stop or start tasks during a deployment because of the service deployment "
        "configuration. Update the minimumHealthyPercent or maximumPercent value and try again."
    )


def protected(deployment: str) -> str:
    """That scale-in has to wait for tasks that are protected."""
    return (
        f"was unable to reach steady state because task set (taskSet {deployment}) was unable to "
        "scale in. Reason: The number of protected tasks are more than the desired count."
    )
