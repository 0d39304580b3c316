"""The wall time of the server, learned from the `Date` of its answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from containerscope.model.clock import Clock

_RESOLUTION = timedelta(seconds=1)
"""A `Date` header has whole seconds, cut off."""


def parse_date(header: str | None) -> datetime | None:
    """The time of a `Date` header, in UTC."""
    if not header:
        return None
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


class ServerClock:
    """A clock whose `now` is the server's, so that a skewed machine shows true ages."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self.offset = timedelta()
        """How far the server's clock is ahead of ours."""
        self.known = False
        """Whether any answer has told the time yet."""

    def now(self) -> datetime:
        """The server's wall time in UTC, as well as we know it."""
        return self._base.now() + self.offset

    def monotonic(self) -> float:
        """The machine's monotonic time in seconds."""
        return self._base.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Sleep by the clock underneath."""
        await self._base.sleep(seconds)

    def learn(self, date: datetime, round_trip: float = 0.0) -> None:
        """Take in the date of an answer that has just arrived.

        The offset moves no further than the answer proves it wrong, so that it does not jitter.
        """
        arrived = self._base.now()
        least = date - arrived
        most = date + _RESOLUTION - (arrived - timedelta(seconds=round_trip))
        self.offset = min(max(self.offset, least), most)
        self.known = True
