"""What a search came upon, and who uses what."""

from __future__ import annotations

import msgspec

from containerscope.model.ecs_service import Service
from containerscope.model.health import Health, Level


class Use(msgspec.Struct, frozen=True, gc=False):
    """A service that uses something, and as what."""

    service: Service
    ways: tuple[str, ...]
    """`task role`, `volume data at app /data rw`, `target group (production)`."""


class Found(msgspec.Struct, frozen=True, gc=False):
    """A row that a search came upon, or how far the search has come."""

    kind: str
    """The noun of its resource: `task`."""
    words: str = ""
    """What it belongs to, or how it matches."""
    resource: str = ""
    """The resource to look at it in; empty for a line about the search."""
    key: str = ""
    cluster: str = ""
    service: str = ""
    parent: str = ""
    """The scope it is listed in there."""
    health: Health = Health(Level.NONE)
