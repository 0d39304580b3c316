"""What a shown table is made of: the head of a column, and a cell."""

from __future__ import annotations

from dataclasses import dataclass

from containerscope.model.health import Level


@dataclass(frozen=True)
class Heading:
    """The head of a shown column."""

    field: str
    title: str
    right: bool = False
    """Numbers align right."""
    priority: int = 5
    """The highest number gives way first; 0 never does."""
    width: int = 40
    """The most terminal cells it takes."""
    sorted: int = 0
    """1 ascending, -1 descending, 0 not sorted by."""
    quiet: bool = False
    """Its changes are no news: ages."""


@dataclass(frozen=True)
class Cell:
    """One formatted cell, free of control characters."""

    text: str
    level: Level = Level.NONE
    """NONE and FINE are quiet."""
    dim: bool = False
    why: str = ""
    """Why the value is missing or what the glyph in it means, for the status line."""
