"""What room instances have left, and which share of a service runs on what.

Source: Amazon ECS Developer Guide, "Capacity providers": the base goes to its provider first, the
rest is shared by weight.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from containerscope.model.ecs import (
    CapacityProviderStrategyItem,
    ContainerInstance,
    InstanceResource,
)
from containerscope.model.ecs_task import Task

_RESERVED_PORTS = frozenset({"22", "2375", "2376", "51678", "51679", "51680"})
"""Ports that every instance keeps for itself."""


class Room(msgspec.Struct, frozen=True):
    """What is left on an instance, or on all of them."""

    cpu: int = 0
    """CPU units; 1024 are one vCPU."""
    memory: int = 0
    """MiB."""
    gpus: int = 0
    ports: tuple[str, ...] = ()
    """Host ports that tasks hold."""
    tasks: int | None = None
    """How many more tasks of a size fit; None where no size was given."""


class Share(msgspec.Struct, frozen=True):
    """The part of a service's tasks that a capacity provider takes."""

    provider: str
    base: int
    weight: int
    percent: float
    """Of the tasks beyond all bases."""
    wanted: int | None = None
    """How many of the desired tasks that makes; None where it is not known how many there are."""
    running: int | None = None


def room_of(instance: ContainerInstance, cpu: int = 0, memory: int = 0) -> Room:
    """What is left on an instance; with a task's size, how many more of it fit."""
    left = {each.name or "": each for each in instance.remaining_resources or ()}
    units, mib = _number(left.get("CPU")), _number(left.get("MEMORY"))
    gpus = left.get("GPU")
    return Room(
        units,
        mib,
        len(gpus.string_set_value or ()) if gpus else 0,
        held_ports(instance),
        _fit(units, mib, cpu, memory) if serving(instance) else 0 if cpu or memory else None,
    )


def serving(instance: ContainerInstance) -> bool:
    """Whether new tasks can be placed on it."""
    return instance.status == "ACTIVE" and instance.agent_connected is not False


def held_ports(instance: ContainerInstance) -> tuple[str, ...]:
    """The host ports that tasks hold, without those the instance keeps for itself."""
    for each in instance.remaining_resources or ():
        if each.name == "PORTS":
            ports = set(each.string_set_value or ()) - _RESERVED_PORTS
            return tuple(sorted(ports, key=lambda port: (len(port), port)))
    return ()


def room_in_all(instances: Sequence[ContainerInstance], cpu: int = 0, memory: int = 0) -> Room:
    """What is left on all instances that take tasks; tasks are counted instance by instance."""
    rooms = [room_of(each, cpu, memory) for each in instances if serving(each)]
    counted = [room.tasks for room in rooms if room.tasks is not None]
    return Room(
        sum(room.cpu for room in rooms),
        sum(room.memory for room in rooms),
        sum(room.gpus for room in rooms),
        tasks=sum(counted) if cpu or memory else None,
    )


def fitting(sizes: Sequence[tuple[int, int]], instances: Sequence[ContainerInstance]) -> int:
    """How many of these tasks, each of CPU units and MiB, find room: the largest ones first."""
    rooms = [[room.cpu, room.memory] for room in map(room_of, filter(serving, instances))]
    placed = 0
    for cpu, memory in sorted(sizes, reverse=True):
        room = next((each for each in rooms if each[0] >= cpu and each[1] >= memory), None)
        if room is not None:
            room[0] -= cpu
            room[1] -= memory
            placed += 1
    return placed


def _number(resource: InstanceResource | None) -> int:
    if resource is None:
        return 0
    values = (resource.integer_value, resource.long_value, resource.double_value)
    return next((int(value) for value in values if value), 0)


def _fit(units: int, mib: int, cpu: int, memory: int) -> int | None:
    bounds = [left // size for left, size in ((units, cpu), (mib, memory)) if size > 0]
    return max(0, min(bounds)) if bounds else None


def shares(
    strategy: Iterable[CapacityProviderStrategyItem] | None,
    desired: int | None = None,
    tasks: Iterable[Task] | None = None,
) -> tuple[Share, ...]:
    """The share of each provider of a strategy, and how many of the tasks run on it."""
    items = tuple(strategy or ())
    weights = sum(each.weight or 0 for each in items)
    bases = sum(each.base or 0 for each in items)
    wanted = _wanted(items, desired) if desired is not None else {}
    running = None if tasks is None else running_on(tasks)
    return tuple(
        Share(
            each.capacity_provider or "?",
            each.base or 0,
            each.weight or 0,
            _percent(each, weights, bases),
            wanted.get(place),
            None if running is None else running[each.capacity_provider or "?"],
        )
        for place, each in enumerate(items)
    )


def _percent(item: CapacityProviderStrategyItem, weights: int, bases: int) -> float:
    if weights:
        return 100 * (item.weight or 0) / weights
    return 100.0 if bases and item.base else 0.0


def _wanted(items: Sequence[CapacityProviderStrategyItem], desired: int) -> dict[int, int]:
    """The desired tasks by place in the strategy: bases first, then by largest remainder."""
    made = dict.fromkeys(range(len(items)), 0)
    left = desired
    for place, each in enumerate(items):
        made[place] = min(each.base or 0, left)
        left -= made[place]
    weights = sum(each.weight or 0 for each in items)
    if not weights or not left:
        return made
    exact = {place: left * (each.weight or 0) / weights for place, each in enumerate(items)}
    rest = left
    for place, part in exact.items():
        made[place] += int(part)
        rest -= int(part)
    by_remainder = sorted(exact, key=lambda place: (int(exact[place]) - exact[place], place))
    for place in by_remainder[:rest]:
        made[place] += 1
    return made


def running_on(tasks: Iterable[Task]) -> Counter[str]:
    """How many running tasks each provider, or launch type, has."""
    return Counter(
        task.capacity_provider_name or task.launch_type or "?"
        for task in tasks
        if task.last_status == "RUNNING"
    )


def fargate_words(tasks: Iterable[Task]) -> str:
    """`6 Fargate, 14 Fargate Spot (70 %)`; empty where nothing runs on Fargate."""
    counts = running_on(tasks)
    plain, spot = counts["FARGATE"], counts["FARGATE_SPOT"]
    if not plain and not spot:
        return ""
    if not spot:
        return f"{plain} Fargate"
    share = f"{spot} Fargate Spot ({100 * spot / (plain + spot):.0f} %)"
    return f"{plain} Fargate, {share}" if plain else share
