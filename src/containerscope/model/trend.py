"""A value and how it came to be what it is: the course of a metric."""

from __future__ import annotations

import msgspec


class Trend(msgspec.Struct, frozen=True, gc=False):
    """A metric's newest value and those before it; sorted and filtered by the newest."""

    last: float
    points: tuple[float, ...] = ()
    """Evenly spaced, oldest first, the newest included."""
