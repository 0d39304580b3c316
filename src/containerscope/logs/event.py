"""One line of a log as it was written."""

from __future__ import annotations

import msgspec


class LogEvent(msgspec.Struct, frozen=True, gc=False):
    """A line and where it came from; ordered by time, then by its place in the answer."""

    at: int
    """Milliseconds since 1970, as its writer dated it."""
    group: str
    stream: str
    text: str
    ingested: int = 0
    """Milliseconds since 1970 at which CloudWatch took it in."""
    id: str = ""
    """What tells it from every other line; empty in a live tail."""

    @property
    def mark(self) -> tuple[str, int, int, str]:
        """What is the same however the line was read."""
        return (self.stream, self.at, self.ingested, self.text)
