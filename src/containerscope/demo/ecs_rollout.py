"""How many tasks a deployment may start and stop now: the arithmetic of a rolling update."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

BATCH = 10
"""The most tasks that are started at once."""


@dataclass(frozen=True)
class Counts:
    """The tasks of a service as its scheduler sees them; those that stop are none of them."""

    desired: int
    new: int
    """Tasks of the primary deployment."""
    old: int
    """Tasks of the others."""
    ready: int
    """Of both, those that serve."""
    old_unready: int = 0


@dataclass(frozen=True)
class Moves:
    """What to do now."""

    start: int = 0
    stop_new: int = 0
    stop_old: int = 0
    stuck: bool = False
    """Whether the percentages allow neither a start nor a stop that is needed."""


def bounds(desired: int, minimum: int, maximum: int) -> tuple[int, int]:
    """The fewest healthy tasks, rounded up, and the most tasks, rounded down."""
    return ceil(desired * minimum / 100), floor(desired * maximum / 100)


def moves(counts: Counts, minimum: int, maximum: int) -> Moves:
    """Stop what is not needed to stay above the minimum; start what stays below the maximum."""
    least, most = bounds(counts.desired, minimum, maximum)
    surplus = max(counts.new - counts.desired, 0)
    spare = max(counts.ready - least, 0)
    stop_old = min(counts.old, counts.old_unready + spare)
    if not counts.desired:
        stop_old = counts.old
    wanted = max(counts.desired - counts.new, 0)
    room = most - (counts.new + counts.old - stop_old - surplus)
    start = max(min(wanted, room, BATCH), 0)
    all_ready = counts.ready == counts.new + counts.old
    stuck = bool(wanted and not start and not stop_old and all_ready)
    return Moves(start, surplus, stop_old, stuck)
