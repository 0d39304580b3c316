"""Events."""

from __future__ import annotations

from datetime import datetime

import msgspec

from containerscope.model.kube import Meta, Reference


class Source(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Who reported an event."""

    component: str | None = None
    host: str | None = None


class Series(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """How often an event recurred."""

    count: int | None = None
    last_observed_time: datetime | None = None


class Event(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """An event of core/v1, which newer reporters fill in otherwise than older ones."""

    metadata: Meta | None = None
    involved_object: Reference | None = None
    type: str | None = None
    """`Normal` or `Warning`."""
    reason: str | None = None
    message: str | None = None
    count: int | None = None
    first_timestamp: datetime | None = None
    last_timestamp: datetime | None = None
    event_time: datetime | None = None
    series: Series | None = None
    source: Source | None = None
    reporting_component: str | None = None

    @property
    def last(self) -> datetime | None:
        """When it was seen last."""
        recurred = self.series.last_observed_time if self.series else None
        made = self.metadata.creation_timestamp if self.metadata else None
        return recurred or self.last_timestamp or self.event_time or self.first_timestamp or made

    @property
    def times(self) -> int:
        """How often it was seen."""
        return (self.series.count if self.series else None) or self.count or 1
