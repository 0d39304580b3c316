"""The blocks of a detail pane: text, pairs and tables; plots, logs, differences and trees."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from containerscope.model.health import Level

Value = Any
"""Text, a number, a datetime, a bool, None or a Missing."""


@dataclass(frozen=True)
class Pair:
    """A label and its value in a detail pane."""

    label: str
    value: Value
    level: Level = Level.NONE
    secret: str = ""
    """The value behind a masked one, which can be revealed on screen only; empty for none."""


@dataclass(frozen=True)
class PairsBlock:
    """A titled group of labels and values."""

    title: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class TableBlock:
    """A small titled table; `levels` colours rows."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    levels: tuple[Level, ...] = ()
    empty: str = ""
    """The sentence shown in place of no rows."""


@dataclass(frozen=True)
class TextBlock:
    """A titled paragraph, or a line that explains what is wrong."""

    text: str
    title: str = ""
    level: Level = Level.NONE


@dataclass(frozen=True)
class Series:
    """One line of a plot, by time."""

    label: str
    points: tuple[tuple[datetime, float], ...]
    """Oldest first; a gap in the data is a gap in time."""
    unit: str = ""
    """`%`, `tasks`; shown at the axis."""
    stepped: bool = False
    """A count, which stays as it is until it changes."""


@dataclass(frozen=True)
class SeriesBlock:
    """A titled plot; blocks of the same `start` and `end` stand below each other in time."""

    title: str
    series: tuple[Series, ...]
    start: datetime
    end: datetime
    targets: tuple[tuple[str, float], ...] = ()
    """Level lines, by what they say: `("target", 60.0)`."""
    empty: str = ""
    """The sentence shown in place of no points."""


@dataclass(frozen=True)
class LogLine:
    """A line of a log, from whichever source it came."""

    at: datetime | None
    source: str
    """What the colour goes by: a task's short id and its container."""
    text: str
    level: Level = Level.NONE
    fields: tuple[tuple[str, Value], ...] = ()
    """The members of a line that is JSON."""


@dataclass(frozen=True)
class LogBlock:
    """Lines of a log, oldest first."""

    title: str
    lines: tuple[LogLine, ...]
    empty: str = ""
    """The sentence shown in place of no lines."""


class ChangeKind(enum.Enum):
    """What became of a value between two documents."""

    ADDED = "+"
    REMOVED = "-"
    CHANGED = "~"


@dataclass(frozen=True)
class DiffLine:
    """A value that differs: `path` is where it stands in both documents."""

    path: str
    kind: ChangeKind
    old: Value = None
    new: Value = None


@dataclass(frozen=True)
class DiffBlock:
    """What differs between two documents, side by side where there is room."""

    title: str
    old_name: str
    new_name: str
    lines: tuple[DiffLine, ...]
    empty: str = ""
    """The sentence shown where nothing differs."""


@dataclass(frozen=True)
class TreeNode:
    """A link of a chain or a branch: what it is, how it does, and what hangs below it."""

    text: str
    level: Level = Level.NONE
    note: str = ""
    """Why its level is what it is."""
    children: tuple[TreeNode, ...] = ()


@dataclass(frozen=True)
class TreeBlock:
    """A titled tree: a volume down to the security group that lets it be reached."""

    title: str
    nodes: tuple[TreeNode, ...]
    empty: str = ""
    """The sentence shown in place of no nodes."""


Block = PairsBlock | TableBlock | TextBlock | SeriesBlock | LogBlock | DiffBlock | TreeBlock
