"""What happens again and again, and is not made up for when a world was left alone for long."""

from __future__ import annotations

import math
from collections.abc import Callable

from containerscope.demo.agenda import Entry
from containerscope.demo.world import World

_MADE_UP = 12 * 3600.0
"""Seconds of a long absence that are lived through; of what lies before, nobody could see much."""


def every(
    world: World, seconds: float, happening: Callable[[], None], first: float | None = None
) -> Entry:
    """Let something happen each so many seconds; cancelling the entry ends it for good.

    Unlike on the agenda itself, months without a look cost no more than the last half day of them.
    """
    ticking = Entry(world.now(), 0, happening)

    def tick() -> None:
        if ticking.happening is None:
            return
        ticking.happening()
        late = world.clock.now().timestamp() - _MADE_UP - world.now()
        steps = max(1, math.ceil(late / seconds))
        world.agenda.at(world.now() + seconds * steps, tick)

    world.agenda.at(world.now() + seconds if first is None else first, tick)
    return ticking
