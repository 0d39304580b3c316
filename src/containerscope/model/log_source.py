"""Where the lines of a container are, or where they went instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from containerscope.model.listing import Problem

MOST_STREAMS = 100
"""Streams that one FilterLogEvents call takes."""


@dataclass(frozen=True)
class LogSource:
    """A stream of CloudWatch Logs, and what it is called on screen."""

    group: str
    """Name of the log group."""
    stream: str
    label: str
    """`1f0c9a2b/web`: the task's short id and the container."""
    region: str = ""
    """Where the group is; empty for the region at hand."""
    ended: float = 0.0
    """Epoch seconds at which the container stopped writing; 0 while it may go on."""


@dataclass(frozen=True)
class Elsewhere:
    """A container whose lines are not in CloudWatch Logs, and where they are."""

    label: str
    words: str


@dataclass(frozen=True)
class Sources:
    """All there is to read of something."""

    title: str
    """`service payments`."""
    found: tuple[LogSource, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    problems: tuple[Problem, ...] = ()
    ended: float = 0.0
    """Epoch seconds at which the last of them stopped writing; 0 while one may go on."""
    kubernetes: bool = False
    """They are read from the API of their cluster, which stands in the place of the group."""


def by_group(sources: Sequence[LogSource]) -> dict[str, list[LogSource]]:
    """The sources of each log group."""
    groups: dict[str, list[LogSource]] = {}
    for source in sources:
        groups.setdefault(source.group, []).append(source)
    return groups


def batches(sources: Sequence[LogSource]) -> list[tuple[str, tuple[LogSource, ...]]]:
    """Groups with as many streams as one call takes."""
    return [
        (group, tuple(part))
        for group, members in by_group(sources).items()
        for part in _parts(members)
    ]


def _parts(members: Sequence[LogSource]) -> Iterator[list[LogSource]]:
    left = iter(members)
    while part := list(islice(left, MOST_STREAMS)):
        yield part
