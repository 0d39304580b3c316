"""What the demo account knows of its logs beside what its tasks write: plain objects.

Times are epoch seconds.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from containerscope.demo.ecs_state import Cluster, Task

_KEPT = 60
"""How many tasks that are gone still have their streams in a group."""


@dataclass(slots=True, eq=False)
class Query:
    """A query of Logs Insights."""

    id: str
    text: str
    groups: list[str]
    begin: float
    end: float
    limit: int
    started_at: float
    rows: list[list[dict[str, str]]] = field(default_factory=list)
    scanned: int = 0
    cancelled: bool = False


@dataclass
class Logs:
    """Floods of lines, tasks that are gone, and queries that were started."""

    floods: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """By log group: lines a second that are written beside the usual ones, since when."""
    ended: dict[str, deque[tuple[Cluster, Task]]] = field(default_factory=dict)
    """By family: the tasks that have stopped, also those that ECS no longer knows."""
    retention: dict[str, int] = field(default_factory=dict)
    """By log group: for how many days its events are kept, where not for ever."""
    queries: dict[str, Query] = field(default_factory=dict)
    index: dict[str, list[Any]] = field(default_factory=dict)
    """By log group: what writes to it; made anew when there are more task definitions."""
    indexed: int = -1

    def keep(self, cluster: Cluster, task: Task) -> None:
        """Remember a task that has stopped."""
        family = self.ended.setdefault(task.definition.family, deque(maxlen=_KEPT))
        family.append((cluster, task))
