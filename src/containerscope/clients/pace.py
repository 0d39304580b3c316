"""A rate budget per bucket that AWS keeps, so that we never starve the account's own callers."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from containerscope.clients.pace_buckets import rate_of
from containerscope.model.clock import Clock

_FLOOR = 1 / 16
"""The smallest part of the allowed rate that throttling cuts it to."""
_CUT_EVERY = 1.0
"""Seconds within which several throttled answers count as one: they were sent at the same rate."""
_RECOVERY = 1 / 20
"""Part of the allowed rate that comes back each second."""
_WINDOW = 5.0
"""Seconds over which the calls for the header are counted."""
_BADGE = 10.0
"""Seconds for which a bucket counts as throttled at least."""


class Bucket:
    """A token bucket that halves its rate when throttled and recovers by steady steps. Pure."""

    def __init__(self, burst: float, per_second: float, now: float) -> None:
        self.allowed = per_second
        self.rate = per_second
        self._burst = max(1.0, burst)
        self._tokens = self._burst
        self._at = now
        self._cut_at: float | None = None

    def _advance(self, now: float) -> None:
        passed = max(0.0, now - self._at)
        self._at = max(self._at, now)
        self.rate = min(self.allowed, self.rate + passed * self.allowed * _RECOVERY)
        self._tokens = min(self._burst, self._tokens + passed * self.rate)

    def wait(self, now: float) -> float:
        """Seconds until there is a token; 0 when there is one."""
        self._advance(now)
        # Sums of many small refills fall short of a whole token by an ulp, and a clock that
        # cannot resolve that little would be asked to sleep for it for ever.
        missing = 1.0 - self._tokens
        return 0.0 if missing <= 1e-9 else missing / self.rate

    def take(self, now: float) -> None:
        """Use up a token."""
        self._advance(now)
        self._tokens -= 1.0

    def throttled(self, now: float) -> None:
        """AWS said that we are too fast."""
        self._advance(now)
        if self._cut_at is not None and now - self._cut_at < _CUT_EVERY:
            return
        self._cut_at = now
        self.rate = max(self.rate / 2, self.allowed * _FLOOR)
        self._tokens = min(self._tokens, 0.0)

    def is_throttled(self, now: float) -> bool:
        """Whether throttling still shows: it is recent, or the rate has not recovered."""
        self._advance(now)
        return self._cut_at is not None and (
            now - self._cut_at < _BADGE or self.rate < self.allowed
        )


@dataclass(frozen=True)
class Budget:
    """What the header shows of the rate budget."""

    used: float
    """Calls per second over the last seconds."""
    allowed: float | None
    """Calls per second that the buckets in use allow together; None without a limit of ours."""
    throttled: tuple[str, ...]
    """Names of the buckets that AWS throttles."""
    waiting: int
    """Calls that wait for their token."""


class _Line:
    """The calls that wait for one bucket, first come first served."""

    def __init__(self, name: str, bucket: Bucket) -> None:
        self.name = name
        self.bucket = bucket
        self.turn = asyncio.Lock()
        self.used_at = 0.0


class Pace:
    """All buckets of a connection at a share of what AWS allows."""

    def __init__(self, share: float, clock: Clock) -> None:
        if not 0 <= share <= 100:
            raise ValueError(f"the rate share is a percentage from 0 to 100, not {share}")
        self._share = share / 100
        self._clock = clock
        self._lines: dict[tuple[str, str, str], _Line] = {}
        self._sent: deque[float] = deque()
        self._waiting = 0

    def _line(self, account: str, region: str, service: str, operation: str) -> _Line:
        rate = rate_of(service, operation)
        key = (account, "" if rate.everywhere else region, rate.name)
        line = self._lines.get(key)
        if line is None:
            share = self._share or 1.0
            bucket = Bucket(rate.burst * share, rate.per_second * share, self._clock.monotonic())
            line = self._lines[key] = _Line(rate.name, bucket)
        return line

    async def take(self, account: str, region: str, service: str, operation: str) -> None:
        """Return when a call may be sent; whoever came first goes first."""
        line = self._line(account, region, service, operation)
        if self._share:
            self._waiting += 1
            try:
                async with line.turn:
                    while (wait := line.bucket.wait(self._clock.monotonic())) > 0:
                        await self._clock.sleep(wait)
                    line.bucket.take(self._clock.monotonic())
            finally:
                self._waiting -= 1
        now = self._clock.monotonic()
        line.used_at = now
        self._sent.append(now)
        self._forget(now)

    def throttled(self, account: str, region: str, service: str, operation: str) -> None:
        """Note that AWS throttled such a call."""
        self._line(account, region, service, operation).bucket.throttled(self._clock.monotonic())

    def settle(self, label: str, account: str) -> None:
        """The account behind a label became known: its buckets are those of the account."""
        for key in [key for key in self._lines if key[0] == label and label != account]:
            self._lines.setdefault((account, *key[1:]), self._lines.pop(key))

    def _forget(self, now: float) -> None:
        while self._sent and now - self._sent[0] > _WINDOW:
            self._sent.popleft()

    def budget(self) -> Budget:
        """How much of the budget is in use now."""
        now = self._clock.monotonic()
        self._forget(now)
        lines = self._lines.values()
        recent = [line for line in lines if line.used_at and now - line.used_at <= 2 * _WINDOW]
        return Budget(
            used=len(self._sent) / _WINDOW,
            allowed=sum(line.bucket.rate for line in recent) if self._share else None,
            throttled=tuple(line.name for line in lines if line.bucket.is_throttled(now)),
            waiting=self._waiting,
        )
