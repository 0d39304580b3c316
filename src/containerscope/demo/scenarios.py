"""The stories that the demo account can tell: each is started and stopped by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


SCENARIOS: Mapping[str, Scenario] = {}
