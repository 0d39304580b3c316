"""How well a thing is, in a word for the eye and a rank for the sort."""

from __future__ import annotations

import enum

import msgspec


class Level(enum.IntEnum):
    """How much a row wants the eye; a higher level sorts nearer the top."""

    NONE = 0
    """Nothing to say: empty, inactive, not known yet."""
    FINE = 1
    PROGRESS = 2
    """Something is on its way and nothing is wrong with it."""
    WARNING = 3
    FAILED = 4


class Health(msgspec.Struct, frozen=True, gc=False):
    """The level of a thing and the few words that say why."""

    level: Level
    words: str = ""


FINE = Health(Level.FINE)
UNKNOWN = Health(Level.NONE)
