"""A log stream: its events follow from its seed and the time, so that none is ever kept.

Time goes in buckets of ten seconds; at the beginning of each it is settled how many records fall
into it and when. An event's position orders it in its stream and stays the same for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from containerscope.demo.load import noise

BUCKET = 10
_PLACES = 100_000
"""More than the records of a bucket."""
_LINES = 100
"""More than the lines of a record."""
_REGULAR, _LAST = 1_000, 90_000
"""Where the numbers of regular records begin, and of the last ones of a stream."""


class Event(NamedTuple):
    """A line in a stream."""

    at: int
    """Milliseconds since 1970."""
    position: int
    text: str


@dataclass(frozen=True)
class Stream:
    """What one container, or one part of AWS, writes."""

    group: str
    name: str
    seed: int
    begin: float
    end: float
    """Epoch seconds; infinity while it goes on."""
    rate: Callable[[float], float]
    """Records a second in the bucket that begins then."""
    lines: Callable[[int, float], list[str]]
    """The lines of a record by its seed and time."""
    first: Callable[[], list[str]] = list
    last: Callable[[], list[str]] = list
    """What it says when it begins and ends."""

    def after(self, position: int, until: int, since: int = 0) -> Iterator[Event]:
        """The events behind this position from one millisecond to another, oldest first."""
        bucket = max(position // (_PLACES * _LINES), int(self.begin) // BUCKET)
        stop = int(min(until / 1000, self.end + 1)) // BUCKET
        while bucket <= stop:
            for event in self._bucket(bucket, position, since, until):
                if event.position > position:
                    yield event
            bucket += 1

    def before(self, position: int, since: int, now: int) -> Iterator[Event]:
        """The events before this position down to this millisecond, newest first."""
        newest = int(min(now / 1000, self.end + 1)) // BUCKET
        bucket = min(position // (_PLACES * _LINES), newest)
        oldest = max(int(self.begin), since // 1000) // BUCKET
        while bucket >= oldest:
            for event in reversed(list(self._bucket(bucket, 0, since, now))):
                if event.position < position:
                    yield event
            bucket -= 1

    def _bucket(self, bucket: int, position: int, since: int, until: int) -> Iterator[Event]:
        """The events of a bucket within these bounds; of others no text is made."""
        start, size = bucket * BUCKET, BUCKET * 1000
        begin, end = self.begin * 1000, self.end * 1000
        where = bucket * _PLACES
        if start <= self.begin < start + BUCKET and since <= int(begin) + 1 <= until:
            yield from _record(int(begin) + 1, where * _LINES, self.first())
        count = self._count(bucket)
        for index in range(count):
            seed = where + index
            at = int(start * 1000 + (index + noise(self.seed, seed)) * size / count)
            if at > until:
                return
            place = (where + _REGULAR + index) * _LINES
            if begin + 50 < at < end and at >= since and place + _LINES > position:
                texts = self.lines(int(noise(self.seed + 1, seed) * (1 << 40)), at / 1000)
                yield from _record(at, place, texts)
        if start <= self.end < start + BUCKET and since <= int(end) + 1 <= until:
            yield from _record(int(end) + 1, (where + _LAST) * _LINES, self.last())

    def _count(self, bucket: int) -> int:
        """How many records fall into a bucket: the fraction is left to chance."""
        wanted = self.rate(bucket * BUCKET) * BUCKET
        whole = int(wanted)
        return min(whole + (noise(self.seed + 2, bucket) < wanted - whole), _LAST - _REGULAR - 1)


def _record(at: int, position: int, texts: list[str]) -> Iterator[Event]:
    for index, text in enumerate(texts[:_LINES]):
        yield Event(at, position + index, text)


def position_at(at: int) -> int:
    """A position before every event of this millisecond's bucket."""
    return at // 1000 // BUCKET * _PLACES * _LINES - 1
