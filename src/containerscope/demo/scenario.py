"""What a story of the demo account is: it has a name, and it can be started and stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from containerscope.demo.world import World


@dataclass(frozen=True)
class Scenario:
    """Something that goes wrong, or on, in the world."""

    name: str
    summary: str
    """One line for a person: what will be seen, and where."""
    start: Callable[[World], None]
    stop: Callable[[World], None]
    """Mends it, as an operator would, over the world's own time."""
