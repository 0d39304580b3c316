"""What scaling a service takes or gives back: vCPUs, memory, and room on instances."""

from __future__ import annotations

import msgspec

from containerscope.insight.capacity import Room
from containerscope.model.ecs_taskdef import TaskDefinition
from containerscope.model.health import Level
from containerscope.plan import Note

_UNITS = 1024
"""CPU units of a vCPU, and MiB of a GiB."""


class Size(msgspec.Struct, frozen=True):
    """What one task reserves; 0 where that is not known."""

    cpu: int = 0
    """CPU units."""
    memory: int = 0
    """MiB."""


class Capacity(msgspec.Struct, frozen=True):
    """What the tasks of a service are made of, and where there is room for more."""

    size: Size = Size()
    room: Room | None = None
    """Of the instances that it runs on; None where none are waited for, as on Fargate."""
    hosts: int = 0
    more_hosts: bool = False
    """Whether not every instance was looked at."""
    growing: tuple[str, ...] = ()
    """The capacity providers that start instances when tasks wait for room."""
    unknown: str = ""
    """Why it is not known what room there is."""


def size_of(definition: TaskDefinition) -> Size:
    """What a task of it reserves: as the task says, else all of its containers together."""
    containers = definition.container_definitions or ()
    cpu, memory = _whole(definition.cpu), _whole(definition.memory)
    return Size(
        cpu or sum(each.cpu or 0 for each in containers),
        memory or sum(each.memory_reservation or each.memory or 0 for each in containers),
    )


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def capacity_notes(capacity: Capacity, desired: int, there: int, count: int) -> tuple[Note, ...]:
    """What going from `desired` tasks, of which `there` have their place, to `count` means."""
    notes: list[Note] = []
    more = count - desired
    amount = amount_words(capacity.size, abs(more))
    if amount and more > 0:
        notes.append(
            Note(f"takes {amount} more, {amount_words(capacity.size, count)} in all", Level.NONE)
        )
    elif amount and more < 0:
        left = f", {amount_words(capacity.size, count)} remain" if count else ""
        notes.append(Note(f"gives back {amount}{left}", Level.NONE))
    if count > there and more > 0:
        notes += room_notes(capacity, count - there)
    return tuple(notes)


def amount_words(size: Size, tasks: int) -> str:
    """What so many tasks reserve: `1.5 vCPU and 3 GiB`; empty where no size is known."""
    parts = ((size.cpu, "vCPU"), (size.memory, "GiB"))
    return " and ".join(f"{tasks * each / _UNITS:g} {unit}" for each, unit in parts if each)


def room_notes(capacity: Capacity, needed: int) -> tuple[Note, ...]:
    """Whether so many more tasks find room; nothing where no instances are waited for."""
    if capacity.unknown:
        return (Note(f"whether there is room is not known: {capacity.unknown}"),)
    room = capacity.room
    if room is None or room.tasks is None:
        return ()
    hosts = f"{capacity.hosts} instance" + ("" if capacity.hosts == 1 else "s")
    if room.tasks >= needed:
        least = "at least " if capacity.more_hosts else ""
        words = f"there is room for {least}{room.tasks} more on {hosts}, by CPU and memory"
        return (Note(words, Level.NONE),)
    words = f"there is room for {room.tasks} of {needed} more on {hosts}, by CPU and memory"
    if capacity.growing:
        return (Note(f"{words}: {', '.join(capacity.growing)} has to start instances"),)
    return (Note(f"{words}: the others stay pending"),)
